import { CommandError, ConcurrentUpdateError, StackNotFoundError } from "@pulumi/pulumi/automation";
import {
    CancelledError,
    ChangesFoundError,
    ConflictError,
    EngineFailedError,
    ProgramFailedError,
    ProviderFailedError,
    StackError,
    StackMissingError,
} from "../errors";
import type { StackOptions } from "./options";
import type { Report } from "./report";

/** Standard error of the CLI; the whole message when it gave none. */
function said(error: CommandError): string {
    const text = /stderr: ([\s\S]*?)\n err\?:/.exec(error.message)?.[1] ?? error.message;
    return text
        .replace(/^Command failed with exit code \d+: .*\n/, "")
        .replace(/^(error: )+/, "")
        .trim();
}

export const CANCELLED = "cancelled; what was under way is done and in the state";

function isConfigError(error: unknown): error is Error {
    return error instanceof Error && (error as { code?: unknown }).code === "CONFIG_INVALID";
}

/** The error that a caller gets for what the engine, or the program in it, threw. */
export function translate(error: unknown, options: StackOptions, report: Report, programError: unknown): Error {
    const cause = { cause: error };
    if (isConfigError(programError)) return programError;
    if (error instanceof StackError || isConfigError(error)) return error;
    if (!(error instanceof CommandError)) return error instanceof Error ? error : new Error(String(error));
    if (options.signal?.aborted) {
        return new CancelledError(CANCELLED, cause);
    }
    if (error instanceof ConcurrentUpdateError) {
        return new ConflictError(
            `${options.stack} is being changed by someone else: wait until they are done.\n${said(error)}`,
            cause,
        );
    }
    if (error instanceof StackNotFoundError) {
        return new StackMissingError(
            `there is no stack ${options.stack}${options.backend ? ` in ${options.backend}` : ""}; an up makes it`,
            cause,
        );
    }
    const failures = report.failures();
    if (failures.length > 0) return new ProviderFailedError(failures, cause);
    if (programError !== undefined) {
        const trace =
            programError instanceof Error ? (programError.stack ?? programError.message) : String(programError);
        return new ProgramFailedError(`this is a bug in the program: ${trace}`, { cause: programError });
    }
    if (/no changes were expected/.test(error.message)) {
        return new ChangesFoundError(`no changes were expected, and there are ${report.changed}`, cause);
    }
    return new EngineFailedError(report.otherErrors().join("\n") || said(error), cause);
}
