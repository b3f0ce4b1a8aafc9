import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { planOf, type StackSettings } from "./changed-stack";

type Change = (stack: StackSettings) => void;

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

async function row(name: string): Promise<string> {
    const [stack, ...changes] = scenarios[name] ?? ["dev"];
    const { cost } = await planOf(stack, ...changes);
    const nodes = cost.items.filter((item) => item.name.startsWith("Kata nodes"));
    const ofNodes = nodes.reduce((sum, { monthly }) => sum + monthly, 0);
    return `| ${name} | ${dollars(ofNodes)} | ${dollars(cost.monthly)} |`;
}

describe("docs/costs.md", () => {
    it("says what the estimate says", async function () {
        this.timeout(120_000);
        const rows: string[] = [];
        for (const name of Object.keys(scenarios)) rows.push(await row(name));
        const written = readFileSync(path.resolve(__dirname, "../../../docs/costs.md"), "utf8")
            .split("\n")
            .filter((line) => /^\| .* \| +[\d,]+ \| +[\d,]+ \|$/.test(line))
            .map((line) => line.replace(/ +/g, " "));
        expect(written).to.deep.equal(rows);
    });
});
