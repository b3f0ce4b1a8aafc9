import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import "./connections";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { checkConfig, findStackFile, readStackFile, settingsToValues } from "../../config";
import { loadProgram, PROJECT_FOLDER } from "../program";
import { EngineMissingError } from "../errors";
import type { ChangeOptions, StackOptions } from "./options";

/** A stack that is open for one operation. */
export interface OpenStack {
    readonly stack: Stack;
    /** What the program threw, if it did. */
    programError(): unknown;
}

export interface OpenOptions {
    /** Make the stack when there is none. */
    readonly create: boolean;
    /** The program will run: its config must be right. */
    readonly runsProgram: boolean;
}

const load = createRequire(__filename);
const PINNED_ENGINE = (load("@pulumi/pulumi/package.json") as { version: string }).version;

async function engine({ engineFolder }: StackOptions): Promise<PulumiCommand> {
    try {
        return await PulumiCommand.get(engineFolder ? { root: engineFolder } : undefined);
    } catch (error) {
        const { message } = error as Error;
        const isAbsent = /ENOENT/.test(message);
        const problem = isAbsent
            ? `there is no Pulumi CLI ${engineFolder ? `in ${engineFolder}` : "on PATH"}`
            : (/^.*(?:version|Version).*$/m.exec(message)?.[0].trim() ?? message);
        throw new EngineMissingError(
            `${problem}\nInstall version ${PINNED_ENGINE}: curl -fsSL https://get.pulumi.com | sh -s -- --version ${PINNED_ENGINE}`,
            { cause: error },
        );
    }
}

/** Bare stack name: Pulumi Cloud's may have organization and project before it. */
function shortName(stack: string): string {
    return stack.split("/").at(-1) ?? stack;
}

/** Settings of the stack as config values; undefined where only the engine can know them (Pulumi ESC). */
async function valuesOf(
    options: StackOptions,
    folder: string,
): Promise<{ values: Record<string, string>; source: string } | undefined> {
    if (options.settings) return { values: settingsToValues(options.settings), source: "the settings" };
    const file = findStackFile(shortName(options.stack), folder);
    const stackFile = readStackFile(file);
    const { environment } = parse(await readFile(file, "utf8")) as { environment?: unknown };
    return environment ? undefined : { values: stackFile.values, source: path.relative(".", file) };
}

/** A folder to run the engine in that holds no settings but what it must know before the program runs. */
async function settingsFolder(project: string, { stack, secretsProvider }: StackOptions): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), "clawstack-"));
    await writeFile(path.join(folder, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs" }));
    const settings = secretsProvider && secretsProvider !== "default" ? { secretsprovider: secretsProvider } : {};
    await writeFile(path.join(folder, `Pulumi.${shortName(stack)}.yaml`), stringify(settings));
    return folder;
}

/** What the engine is told by its environment. */
function environment(options: StackOptions & Pick<ChangeOptions, "checkpoints">): Record<string, string> {
    return {
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // Settings that were handed in name no salt: it is in the state.
        ...(options.settings ? { PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true" } : {}),
        ...(options.backend ? { PULUMI_BACKEND_URL: options.backend } : {}),
        ...(options.checkpoints === "at-end" ? { PULUMI_SKIP_CHECKPOINTS: "true" } : {}),
        ...options.env,
    };
}

/**
 * Opens a stack for one operation and closes it after.
 *
 * @throws ConfigError before the engine starts, when the config is wrong.
 */
export async function withStack<T>(
    options: StackOptions,
    { create, runsProgram }: OpenOptions,
    use: (open: OpenStack) => Promise<T>,
): Promise<T> {
    const projectFolder = path.resolve(options.projectFolder ?? PROJECT_FOLDER);
    const program = loadProgram(projectFolder);
    const settings = options.settings || runsProgram ? await valuesOf(options, projectFolder) : undefined;
    if (runsProgram && settings) {
        checkConfig(settings.values, program.agentKinds, shortName(options.stack), settings.source);
    }
    const command = await engine(options);
    const folder = options.settings ? await settingsFolder(program.project, options) : undefined;
    let thrown: unknown;
    const run = async () => {
        if (options.settings) {
            // Never in a file or on a command line, where others could read the secrets.
            pulumi.runtime.setAllConfig(settingsToValues(options.settings), ["clawstack:secrets"]);
        }
        try {
            return (await program.run()) as Record<string, unknown>;
        } catch (error) {
            thrown = error;
            throw error;
        }
    };
    try {
        const open = create ? LocalWorkspace.createOrSelectStack : LocalWorkspace.selectStack;
        const stack = await open.call(
            LocalWorkspace,
            { stackName: options.stack, projectName: program.project, program: run },
            {
                workDir: folder ?? projectFolder,
                pulumiCommand: command,
                secretsProvider: options.secretsProvider,
                envVars: environment(options),
            },
        );
        return await use({ stack, programError: () => thrown });
    } finally {
        if (folder) await rm(folder, { recursive: true, force: true });
    }
}
