import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { plan, type Plan } from "../../../automation/plan";

const root = path.resolve(__dirname, "../../..");

/** Settings of a stack that ships, as its file has them. */
export type StackSettings = Record<string, Record<string, unknown>> & {
    "clawstack:sandboxes": { name: string; [key: string]: unknown }[];
};

/** The plan of a stack that ships, with some of its settings changed. */
export async function planOf(stack: string, ...changes: ((settings: StackSettings) => void)[]): Promise<Plan> {
    const file = parse(readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config: StackSettings };
    for (const change of changes) change(file.config);
    const folder = mkdtempSync(path.join(tmpdir(), "clawstack-plan-"));
    try {
        const configFile = path.join(folder, "stack.yaml");
        writeFileSync(configFile, stringify(file));
        return await plan({ stack, configFile, projectFolder: root });
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}
