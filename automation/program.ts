import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { parse } from "yaml";
import type { AgentKindSpecs } from "../config";

/** Folder of this package: where Pulumi.yaml is. */
export const PROJECT_FOLDER = path.resolve(__dirname, "..");

/** What a program is made of, as far as its callers have to know it. */
export interface Program {
    readonly project: string;
    /** What the engine calls. */
    readonly run: () => unknown;
    readonly agentKinds: AgentKindSpecs;
}

/** The program of a project folder, as `pulumi up` would load it. */
export function loadProgram(folder: string): Program {
    const project = parse(readFileSync(path.join(folder, "Pulumi.yaml"), "utf8")) as { name: string; main?: string };
    const load = createRequire(path.join(folder, "Pulumi.yaml"));
    return {
        project: project.name,
        run: load(path.resolve(folder, project.main ?? "index.ts")) as () => unknown,
        agentKinds: (load(path.join(folder, "sandboxes/agents/index.ts")) as { agentKinds: AgentKindSpecs }).agentKinds,
    };
}
