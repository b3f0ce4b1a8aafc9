import { createInterface } from "node:readline/promises";
import { main as planMain, type Streams } from "../plan/cli";
import { Progress } from "../plan/progress";
import type { ErrorCode } from "../errors";
import type { StackEvent } from "../stack/events";
import { destroy, outputs, preview, refresh, up } from "../stack/operations";
import type { ChangeOptions, OperationResult, StackOutputValues } from "../stack/options";
import { parseCommandLine, usage, UsageError, type CommandLine } from "./arguments";
import { errorJson, renderChange, renderOutputs, renderSummary, shownOutputs } from "./render";

const exitCodes: Partial<Record<ErrorCode, number>> = { CHANGES_FOUND: 3, CONFLICT: 4, CANCELLED: 130 };

export interface Terminal extends Streams {
    readonly in: NodeJS.ReadableStream & { isTTY?: boolean };
    readonly signal: AbortSignal;
}

/** Runs the command line; the result is the exit code. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
    if (args[0] === "plan") return planMain(args.slice(1), terminal, "clawstack plan");
    let json = args.includes("--json");
    try {
        const line = parseCommandLine(args);
        json = line.json;
        return await run(line, terminal);
    } catch (error) {
        if (error instanceof UsageError) {
            terminal.err.write(usage(error));
            return 2;
        }
        if (!(error instanceof Error)) throw error;
        const { code } = error as { code?: ErrorCode };
        if (json) terminal.out.write(`${JSON.stringify(errorJson(error))}\n`);
        terminal.err.write(
            `${code || !error.stack ? error.message : `This is a bug in the program:\n${error.stack}`}\n`,
        );
        return (code && exitCodes[code]) ?? 1;
    }
}

/** Tells each resource that is done; at a terminal on one line, which is overwritten. */
function follow(err: Streams["err"]): { onEvent(event: StackEvent): void; stop(): void } {
    const progress = new Progress(err);
    let done = 0;
    return {
        onEvent(event) {
            if (event.kind === "message" && event.severity !== "info") {
                progress.stop();
                err.write(`${event.severity}: ${event.text}\n`);
            }
            if (event.kind !== "resource" || event.phase !== "done") return;
            done++;
            if (err.isTTY) progress.show(`${done} resources: ${event.operation} ${event.name}`);
            else if (event.operation !== "same") err.write(`${event.operation} ${event.name} (${event.type})\n`);
        },
        stop: () => progress.stop(),
    };
}

async function run(line: CommandLine, terminal: Terminal): Promise<number> {
    const { command, json } = line;
    const progress = follow(terminal.err);
    const options: ChangeOptions = {
        ...line,
        signal: terminal.signal,
        onEvent: (event) => progress.onEvent(event),
    };
    const write = (text: string) => new Promise<void>((resolve) => terminal.out.write(`${text}\n`, () => resolve()));
    const show = async (result: OperationResult & { outputs?: StackOutputValues }) => {
        progress.stop();
        const { summary, changes, seconds } = result;
        const shown = result.outputs && shownOutputs(result.outputs, line.showSecrets);
        if (json)
            return write(JSON.stringify({ stack: line.stack, command, summary, changes, seconds, outputs: shown }));
        const lines = command === "preview" ? changes.map(renderChange) : [];
        await write([...lines, renderSummary(result)].join("\n"));
        if (result.outputs) await write(`\n${renderOutputs(result.outputs, line.showSecrets)}`);
    };
    try {
        switch (command) {
            case "outputs": {
                const values = await outputs(options);
                const { showSecrets } = line;
                await write(
                    json ? JSON.stringify(shownOutputs(values, showSecrets)) : renderOutputs(values, showSecrets),
                );
                return 0;
            }
            case "preview":
                await show(await preview({ ...options, refresh: line.refresh, expectNoChanges: line.expectNoChanges }));
                return 0;
            case "up":
                if (!line.yes) {
                    const planned = await preview(options);
                    progress.stop();
                    terminal.err.write(
                        `${[...planned.changes.map(renderChange), renderSummary(planned)].join("\n")}\n`,
                    );
                    if (planned.changes.length > 0 && !(await agreed("Make these changes?", terminal))) return 130;
                }
                await show(await up(options));
                return 0;
            case "refresh":
                if (
                    !line.yes &&
                    !line.expectNoChanges &&
                    !(await agreed("Write what is found to the state?", terminal))
                ) {
                    return 130;
                }
                await show(
                    await refresh({
                        ...options,
                        previewOnly: line.expectNoChanges,
                        expectNoChanges: line.expectNoChanges,
                    }),
                );
                return 0;
            case "destroy":
                if (!line.yes && !(await agreed(`Delete every resource of ${line.stack}?`, terminal))) return 130;
                await show(await destroy(options));
                return 0;
        }
    } finally {
        progress.stop();
    }
}

/** @throws UsageError where there is nobody to ask. */
async function agreed(question: string, terminal: Terminal): Promise<boolean> {
    if (!terminal.in.isTTY) throw new UsageError("there is no terminal to ask at: pass --yes");
    const prompt = createInterface({ input: terminal.in, output: terminal.err });
    try {
        const answer = await prompt.question(`${question} [y/N] `, { signal: terminal.signal });
        return /^y(es)?$/i.test(answer.trim());
    } finally {
        prompt.close();
    }
}
