import type { Stack } from "@pulumi/pulumi/automation";
import { CancelledError } from "../errors";
import type {
    ChangeOptions,
    OperationResult,
    PreviewOptions,
    RefreshOptions,
    StackOptions,
    StackOutputValues,
    UpResult,
} from "./options";
import { Report } from "./report";
import { CANCELLED, translate } from "./translate";
import { withStack, type OpenOptions } from "./workspace";

/** Runs one operation on a stack; whatever goes wrong comes out as an error that a caller can tell apart. */
async function operate<T>(
    options: StackOptions,
    open: OpenOptions,
    run: (stack: Stack, report: Report) => Promise<T>,
): Promise<T> {
    const report = new Report(options.onEvent);
    let programError: () => unknown = () => undefined;
    try {
        return await withStack(options, open, async (opened) => {
            ({ programError } = opened);
            // The engine listens for a signal from here on.
            if (options.signal?.aborted) throw new CancelledError("cancelled before anything was begun");
            const result = await run(opened.stack, report);
            // A destroy that was interrupted calls itself a success.
            if (options.signal?.aborted) throw new CancelledError(CANCELLED);
            return result;
        });
    } catch (error) {
        throw translate(error, options, report, programError());
    }
}

/** Options of the engine that all operations share. */
function common(options: ChangeOptions | PreviewOptions, report: Report) {
    const { signal, parallel } = options;
    return { signal, parallel, onEvent: report.listen, userAgent: "clawstack", color: "never" as const };
}

/** What `up` would change. Changes nothing, but makes the stack itself, empty, where there is none. */
export function preview(options: PreviewOptions): Promise<OperationResult> {
    return operate(options, { create: true, runsProgram: true }, async (stack, report) => {
        const { refresh, expectNoChanges } = options;
        await stack.preview({ ...common(options, report), refresh, expectNoChanges });
        return report.result();
    });
}

/** Makes the stack what its config says. */
export function up(options: ChangeOptions): Promise<UpResult> {
    return operate(options, { create: true, runsProgram: true }, async (stack, report) => {
        const { outputs } = await stack.up({ ...common(options, report), message: options.message });
        return { ...report.result(), outputs };
    });
}

/** Reads what there really is into the state. */
export function refresh(options: RefreshOptions): Promise<OperationResult> {
    return operate(options, { create: false, runsProgram: false }, async (stack, report) => {
        const { message, previewOnly, expectNoChanges } = options;
        await stack.refresh({ ...common(options, report), message, previewOnly, expectNoChanges });
        return report.result();
    });
}

/** Deletes the stack's resources. What the config retains, and what is protected, stays. */
export function destroy(options: ChangeOptions): Promise<OperationResult> {
    return operate(options, { create: false, runsProgram: false }, async (stack, report) => {
        await stack.destroy({ ...common(options, report), message: options.message });
        return report.result();
    });
}

/** Outputs of the last `up`. */
export function outputs(options: StackOptions): Promise<StackOutputValues> {
    return operate(options, { create: false, runsProgram: false }, (stack) => stack.outputs());
}
