import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { plan } from "../../../automation/plan";

const root = path.resolve(__dirname, "../../..");

interface StackFile {
    config: Record<string, unknown> & { "clawstack:sandboxes": { name: string; [key: string]: unknown }[] };
}

type Change = (stack: StackFile["config"]) => void;

/** What the blueprint's cluster would do with the same agents: bare metal on demand, nothing else. */
const onMetal: Change = (config) => {
    config["clawstack:nodePools"] = {
        nested: { enabled: false },
        bareMetal: { enabled: true, capacityTypes: ["on-demand"], cpuLimit: 960 },
    };
};

const agents =
    (count: number): Change =>
    (config) => {
        const [model] = config["clawstack:sandboxes"];
        config["clawstack:sandboxes"] = Array.from({ length: count }, (_, index) => ({ ...model, name: `a${index}` }));
        const pools = config["clawstack:nodePools"] as Record<string, object>;
        if (pools["nested"]) pools["nested"] = { cpuLimit: 960, ...pools["nested"] };
    };

const onWorkdays: Change = (config) => {
    for (const sandbox of config["clawstack:sandboxes"]) {
        sandbox["schedule"] = { timezone: "Europe/Berlin", from: "08:00", to: "18:00" };
    }
};

/** Lines of the table in docs/costs.md, and the stack that each stands for. */
const scenarios: Readonly<Record<string, readonly [stack: string, ...changes: Change[]]>> = {
    "dev, as it ships": ["dev"],
    "dev, Monday to Friday from 8 to 18": ["dev", onWorkdays],
    "dev on bare metal": ["dev", onMetal],
    "20 agents like dev's": ["dev", agents(20)],
    "20 agents, Monday to Friday from 8 to 18": ["dev", agents(20), onWorkdays],
    "20 agents on bare metal": ["dev", agents(20), onMetal],
    "prod, as it ships": ["prod"],
    "prod on bare metal": ["prod", onMetal],
};

const dollars = (amount: number) => Math.round(amount).toLocaleString("en-US");

async function row(name: string, folder: string): Promise<string> {
    const [stack, ...changes] = scenarios[name] ?? ["dev"];
    const file = parse(readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")) as StackFile;
    for (const change of changes) change(file.config);
    const configFile = path.join(folder, "stack.yaml");
    writeFileSync(configFile, stringify(file));
    const { cost } = await plan({ stack, configFile, projectFolder: root });
    const nodes = cost.items.filter((item) => item.name.startsWith("Kata nodes"));
    const ofNodes = nodes.reduce((sum, { monthly }) => sum + monthly, 0);
    return `| ${name} | ${dollars(ofNodes)} | ${dollars(cost.monthly)} |`;
}

describe("docs/costs.md", () => {
    it("says what the estimate says", async function () {
        this.timeout(120_000);
        const folder = mkdtempSync(path.join(tmpdir(), "clawstack-costs-"));
        try {
            const rows: string[] = [];
            for (const name of Object.keys(scenarios)) rows.push(await row(name, folder));
            const written = readFileSync(path.join(root, "docs/costs.md"), "utf8")
                .split("\n")
                .filter((line) => /^\| .* \| +[\d,]+ \| +[\d,]+ \|$/.test(line))
                .map((line) => line.replace(/ +/g, " "));
            expect(written).to.deep.equal(rows);
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });
});
