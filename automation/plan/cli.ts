import * as path from "node:path";
import { parseArgs } from "node:util";
import { isColorSupported } from "picocolors";
import { plan, writeFiles } from ".";
import { toJson } from "./json";
import { Progress } from "./progress";
import { renderPlan } from "./render";

const help = (command: string) => `Shows what \`pulumi up\` would deploy, without AWS, a cluster or the Pulumi CLI.

Usage: ${command} [options]

  --stack NAME        stack to plan: settings in Pulumi.NAME.yaml (default: dev)
  --config-file FILE  settings file to use instead; the stack is named after it unless --stack says
  --out DIR           folder for manifests, Helm values and agent configs (default: out); files go to DIR/NAME
  --json              print the plan as one JSON object, and nothing else, on standard output
  --help              print this text

Exit codes: 0 it could be deployed once its secrets are set; 1 bad config, a policy error or no place
to write; 2 bad usage. NO_COLOR=1 prints plain text.
`;

interface CommandLine {
    readonly stack?: string;
    readonly configFile?: string;
    readonly out: string;
    readonly json: boolean;
    readonly help: boolean;
}

/** Bad usage: exit code 2. */
export class UsageError extends Error {
    override readonly name = "UsageError";
}

export function parseCommandLine(args: readonly string[]): CommandLine {
    try {
        const { values } = parseArgs({
            args: [...args],
            options: {
                stack: { type: "string" },
                "config-file": { type: "string" },
                out: { type: "string", default: "out" },
                json: { type: "boolean", default: false },
                help: { type: "boolean", short: "h", default: false },
            },
        });
        if (values.stack !== undefined && !/^[A-Za-z0-9_.-]{1,100}$/.test(values.stack)) {
            throw new Error(`--stack takes letters, digits, '-', '_' and '.', not ${JSON.stringify(values.stack)}`);
        }
        if (values.out === "" || values["config-file"] === "") throw new Error("--out and --config-file take a path");
        return { ...values, configFile: values["config-file"] };
    } catch (error) {
        throw new UsageError((error as Error).message.split("\n")[0]);
    }
}

export interface Streams {
    readonly out: NodeJS.WritableStream & { isTTY?: boolean };
    readonly err: NodeJS.WritableStream & { isTTY?: boolean };
}

/** Runs the command line; the result is the exit code. `command` is what a user types before the options. */
export async function main(args: readonly string[], streams: Streams, command = "npm start --"): Promise<number> {
    const { out, err } = streams;
    try {
        const options = parseCommandLine(args);
        if (options.help) {
            out.write(help(command));
            return 0;
        }
        const progress = new Progress(err);
        try {
            return await show(options, streams, progress);
        } finally {
            progress.stop();
        }
    } catch (error) {
        if (error instanceof UsageError) {
            err.write(`${error.message}\n\n${command} --help lists the options.\n`);
            return 2;
        }
        err.write(`${explain(error)}\n`);
        return 1;
    }
}

async function show(options: CommandLine, { out }: Streams, progress: Progress): Promise<number> {
    const result = await plan({
        stack: options.stack,
        configFile: options.configFile,
        onResource: (count) => progress.show(`planning: ${count} resources`),
    });
    progress.show("writing files");
    const folder = writeFiles(result.files, path.resolve(options.out), result.stack);
    progress.stop();
    const shown = path.relative(".", folder);
    const text = options.json
        ? `${toJson(result)}\n`
        : renderPlan(result, {
              colors: isColorSupported && (out.isTTY === true || process.env["FORCE_COLOR"] !== undefined),
              folder: shown.startsWith("..") ? folder : shown,
          });
    await new Promise<void>((resolve) => out.write(text, () => resolve()));
    return result.findings.some(({ severity }) => severity === "error") ? 1 : 0;
}

/** What people can mend is told in a message; a bug comes with its stack trace. */
function explain(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    const isExpected = error.name === "OutputError" || (error as { code?: string }).code === "CONFIG_INVALID";
    return isExpected || !error.stack ? error.message : `This is a bug in the program:\n${error.stack}`;
}
