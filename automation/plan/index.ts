import * as path from "node:path";
import { configFrom, findStackFile, planSecrets, readStackFile, stackNameOf, type StackConfig } from "../../config";
import { evaluate } from "../../policy";
import { loadProgram, PROJECT_FOLDER, type Program } from "../program";
import { estimateCost } from "./cost/estimate";
import { runProgram } from "./engine/run";
import { planFiles } from "./files";
import { manifestsOf } from "./manifests";
import type { Plan } from "./model";

export { OutputError, writeFiles } from "./write";
export type { CostEstimate, CostItem, Manifest, Plan, PlanFile, PlannedResource } from "./model";

export interface PlanOptions {
    /** Stack to plan; its settings are in `Pulumi.<stack>.yaml`. Default: the name of `configFile`, or `dev`. */
    readonly stack?: string;
    /** Settings file to use instead. */
    readonly configFile?: string;
    /** Folder of the project: where Pulumi.yaml is. Default: this checkout. */
    readonly projectFolder?: string;
    /** Called at every resource with the number of resources so far. */
    readonly onResource?: (count: number) => void;
}

/**
 * What `pulumi up` would do with a stack that has nothing yet: resources, manifests, findings of the policies, cost and
 * missing secrets. Runs the program itself, with no AWS account, no cluster and no Pulumi CLI; writes nothing.
 *
 * @throws ConfigError with every problem of the config but missing secrets.
 */
export async function plan(options: PlanOptions = {}): Promise<Plan> {
    const folder = options.projectFolder ?? PROJECT_FOLDER;
    const stack = options.stack ?? (options.configFile ? stackNameOf(options.configFile) : "dev");
    const file = options.configFile ?? findStackFile(stack, folder);
    const settings = readStackFile(file);
    return planProgram(loadProgram(folder), {
        ...options,
        stack,
        values: settings.values,
        source: path.relative(".", file),
    });
}

export interface PlanProgramOptions extends Pick<PlanOptions, "onResource"> {
    readonly stack: string;
    /** Config of the stack, by full key. */
    readonly values: Readonly<Record<string, string>>;
    /** Where the config came from, for the error report. */
    readonly source: string;
}

/** As `plan`, for any program that reads a config of this project. */
export async function planProgram(program: Program, options: PlanProgramOptions): Promise<Plan> {
    const { stack, source } = options;
    const planned = planSecrets(options.values, program.agentKinds, stack, source);
    let config: StackConfig | undefined;
    const { resources, outputs } = await runProgram(
        () => {
            // Read where the engine's settings are in place: placeholders of secrets are for previews alone.
            config = configFrom(planned.values, program.agentKinds, stack, source).config;
            return program.run();
        },
        {
            project: program.project,
            stack,
            region: options.values["aws:region"] ?? "us-west-2",
            values: planned.values,
            secretKeys: planned.secretKeys,
            onResource: options.onResource,
        },
    );
    if (!config) throw new Error("the program ended before it began");
    return {
        stack,
        resources,
        manifests: manifestsOf(resources),
        findings: evaluate(resources, config.policy.waivers),
        cost: estimateCost(resources, config),
        missing: planned.missing,
        outputs: Object.keys(outputs).sort(),
        files: planFiles(resources),
    };
}
