import { parseArgs } from "node:util";

export const commands = ["preview", "up", "refresh", "destroy", "outputs"] as const;
export type Command = (typeof commands)[number];

/** Bad usage: exit code 2. */
export class UsageError extends Error {
    override readonly name = "UsageError";
}

export interface CommandLine {
    readonly command: Command;
    readonly stack: string;
    readonly projectFolder?: string;
    readonly backend?: string;
    readonly secretsProvider?: string;
    readonly parallel?: number;
    readonly message?: string;
    readonly refresh: boolean;
    readonly expectNoChanges: boolean;
    readonly checkpoints: "each-step" | "at-end";
    readonly showSecrets: boolean;
    readonly json: boolean;
    readonly yes: boolean;
}

export const HELP = `Runs Clawstack's Pulumi program with the Pulumi CLI as its engine.

Usage: clawstack COMMAND --stack NAME [options]

Commands:
  plan      what a first up would make, without AWS, a cluster or the Pulumi CLI; clawstack plan --help
  preview   what up would change
  up        make the stack what its config says; shows the changes and asks first
  refresh   read what there really is into the state
  destroy   delete the stack's resources; what the config retains, or protects, stays
  outputs   outputs of the last up

Options:
  --stack NAME            stack; its settings are in Pulumi.NAME.yaml
  --project DIR           folder with Pulumi.yaml (default: this package's)
  --backend URL           where the state is (file://, s3://, gs://, azblob://, https://api.pulumi.com)
  --secrets-provider URL  what encrypts secrets of a new stack (passphrase, awskms://...)
  --parallel N            operations at a time
  --message TEXT          said of this update in the stack's history
  --refresh               preview: ask the providers first what there really is
  --expect-no-changes     preview, refresh: exit with 3 when there are any; a drift check
  --checkpoint-at-end     up, destroy: save the state once, at the end; see docs/performance.md before you use it
  --show-secrets          outputs, up: print secret outputs in clear
  --yes                   up, refresh, destroy: do not ask
  --json                  print one JSON object, and nothing else, on standard output
  --help                  print this text

Exit codes: 0 done; 1 failed: a wrong config, a provider, the engine; 2 bad usage; 3 changes that were not
expected; 4 the stack is locked by someone else; 130 cancelled. Ctrl-C ends what is under way, saves the state
and stops; a second one does not wait. Progress goes to standard error.
`;

/** Options that only some commands take; all others are everybody's. */
const onlyOf: Readonly<Record<string, readonly Command[]>> = {
    refresh: ["preview"],
    "expect-no-changes": ["preview", "refresh"],
    "checkpoint-at-end": ["up", "destroy"],
    "show-secrets": ["outputs", "up"],
    yes: ["up", "refresh", "destroy"],
    message: ["up", "refresh", "destroy"],
    parallel: ["preview", "up", "refresh", "destroy"],
};

const options = {
    stack: { type: "string" },
    project: { type: "string" },
    backend: { type: "string" },
    "secrets-provider": { type: "string" },
    parallel: { type: "string" },
    message: { type: "string" },
    refresh: { type: "boolean" },
    "expect-no-changes": { type: "boolean" },
    "checkpoint-at-end": { type: "boolean" },
    "show-secrets": { type: "boolean" },
    yes: { type: "boolean", short: "y" },
    json: { type: "boolean" },
} as const;

function parse(args: readonly string[]) {
    try {
        return parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (error) {
        throw new UsageError((error as Error).message.split("\n")[0]);
    }
}

/** @throws UsageError that says what was wrong. */
export function parseCommandLine(args: readonly string[]): CommandLine {
    const { values, positionals } = parse(args);
    const [command, ...rest] = positionals;
    if (!command || !commands.includes(command as Command)) {
        throw new UsageError(
            `${command ? `no command ${command}` : "a command is needed"}: plan, ${commands.join(", ")}`,
        );
    }
    if (rest.length > 0) throw new UsageError(`one command at a time, not also ${rest.join(" ")}`);
    for (const [option, takers] of Object.entries(onlyOf)) {
        if (option in values && !takers.includes(command as Command)) {
            throw new UsageError(`--${option} is for ${takers.join(" and ")}, not for ${command}`);
        }
    }
    for (const [option, value] of Object.entries(values)) {
        if (value === "") throw new UsageError(`--${option} takes a value`);
    }
    if (!values.stack) throw new UsageError(`--stack is needed: clawstack ${command} --stack dev`);
    if (!/^[A-Za-z0-9_./-]{1,200}$/.test(values.stack)) {
        throw new UsageError(
            `--stack takes letters, digits, '-', '_', '.' and '/', not ${JSON.stringify(values.stack)}`,
        );
    }
    const parallel = values.parallel === undefined ? undefined : Number(values.parallel);
    if (parallel !== undefined && !(Number.isInteger(parallel) && parallel >= 1)) {
        throw new UsageError(`--parallel takes a whole number from 1, not ${values.parallel}`);
    }
    return {
        command: command as Command,
        stack: values.stack,
        projectFolder: values.project,
        backend: values.backend,
        secretsProvider: values["secrets-provider"],
        parallel,
        message: values.message,
        refresh: values.refresh ?? false,
        expectNoChanges: values["expect-no-changes"] ?? false,
        checkpoints: values["checkpoint-at-end"] ? "at-end" : "each-step",
        showSecrets: values["show-secrets"] ?? false,
        json: values.json ?? false,
        yes: values.yes ?? false,
    };
}

export function usage(error: UsageError): string {
    return `${error.message}\n\nclawstack --help lists commands and options.\n`;
}

/** What can be answered before anything is loaded: help, and bad usage. */
export function answerEarly(args: readonly string[]): { code: number; out?: string; err?: string } | undefined {
    if (args[0] === "plan") return undefined;
    if (args.length === 0) return { code: 2, err: HELP };
    if (args.includes("--help") || args.includes("-h") || args[0] === "help") return { code: 0, out: HELP };
    try {
        parseCommandLine(args);
        return undefined;
    } catch (error) {
        if (error instanceof UsageError) return { code: 2, err: usage(error) };
        throw error;
    }
}
