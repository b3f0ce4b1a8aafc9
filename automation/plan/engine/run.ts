import * as pulumi from "@pulumi/pulumi";
import * as settings from "@pulumi/pulumi/runtime/settings";
import * as state from "@pulumi/pulumi/runtime/state";
import type { PlannedResource } from "../model";
import { EmbeddedMonitor, type MonitorOptions } from "./monitor";

/** Left out of the SDK's declarations: runs a function with an engine connection and config of its own. */
const { withLocalStorage } = state as unknown as { withLocalStorage<T>(run: () => T): T };

export interface EngineOptions extends MonitorOptions {
    /** Config of the stack, by full key. */
    readonly values: Readonly<Record<string, string>>;
    /** Full keys of the values that hold secrets. */
    readonly secretKeys: readonly string[];
}

export interface EngineResult {
    /** In the order of registration: parents before children. */
    readonly resources: readonly PlannedResource[];
    /** Stack outputs; secrets masked. */
    readonly outputs: Readonly<Record<string, unknown>>;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a Pulumi program as a preview of a stack that has nothing yet. One at a time: a rejection that the SDK leaves
 * behind has no owner but the program that runs.
 */
export function runProgram(program: () => unknown, options: EngineOptions): Promise<EngineResult> {
    const run = last.then(() => withoutTraces(program, options));
    last = run.catch(() => undefined);
    return run;
}

/**
 * The SDK takes a stack trace for every promise, which costs a fifth of the time and a quarter of the memory. A program
 * that fails is run once more with them, as they tell where.
 */
async function withoutTraces(program: () => unknown, options: EngineOptions): Promise<EngineResult> {
    const { stackTraceLimit } = Error;
    try {
        Error.stackTraceLimit = 0;
        return await withLocalStorage(() => preview(program, options));
    } catch (error) {
        if ((error as { code?: unknown }).code === "CONFIG_INVALID") throw error;
    } finally {
        Error.stackTraceLimit = stackTraceLimit;
    }
    return withLocalStorage(() => preview(program, options));
}

async function preview(program: () => unknown, options: EngineOptions): Promise<EngineResult> {
    const monitor = new EmbeddedMonitor(options);
    settings.setMockOptions(monitor, options.project, options.stack, true, "organization");
    pulumi.runtime.setAllConfig({ ...options.values }, [...options.secretKeys]);

    const rejections = watchRejections();
    // The SDK takes a stack trace for every promise; mapping each back to TypeScript would be a third of the time. An
    // error's own trace is mapped when it is read, which is later.
    process.setSourceMapsEnabled(false);
    try {
        await Promise.race([
            rejections.first,
            pulumi.runtime.runInPulumiStack(async () => program()).then(() => pulumi.runtime.disconnect()),
        ]);
        // Node reports a rejection that nobody handles at the end of the turn.
        await new Promise((resolve) => setImmediate(resolve));
        if (rejections.found.length > 0) throw rejections.found[0];
    } finally {
        process.setSourceMapsEnabled(true);
        rejections.stop();
    }
    return { resources: monitor.resources, outputs: monitor.outputs };
}

/**
 * The SDK lets go of the promise of a resource that failed to register, as its own language host listens for it. So do
 * we, in place of whoever listens already (a test runner, say), for as long as the program runs.
 */
function watchRejections() {
    const found: unknown[] = [];
    let reject: (error: unknown) => void;
    const first = new Promise<never>((_resolve, rejectFirst) => (reject = rejectFirst));
    first.catch(() => undefined);
    const listener = (error: unknown) => {
        found.push(error);
        reject(error);
    };
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", listener);
    return {
        found,
        first,
        stop: () => {
            process.removeListener("unhandledRejection", listener);
            for (const other of others) process.on("unhandledRejection", other);
        },
    };
}
