export { ConfigError, type ConfigIssue } from "../config";

/** What went wrong, for a program to tell apart. `CONFIG_INVALID` is the code of a ConfigError. */
export type ErrorCode =
    | "CONFIG_INVALID"
    | "ENGINE_MISSING"
    | "STACK_MISSING"
    | "CONFLICT"
    | "PROVIDER_FAILED"
    | "CHANGES_FOUND"
    | "CANCELLED"
    | "PROGRAM_FAILED"
    | "ENGINE_FAILED";

/** Base of all errors here. Messages are for people; programs read `code`, which holds across copies of this module. */
export abstract class StackError extends Error {
    abstract readonly code: ErrorCode;

    constructor(message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = new.target.name;
    }
}

/** The Pulumi CLI, which is the engine, is not there or is too old. Nothing was changed. */
export class EngineMissingError extends StackError {
    readonly code = "ENGINE_MISSING";
}

/** There is no stack of this name in the backend. Nothing was changed. */
export class StackMissingError extends StackError {
    readonly code = "STACK_MISSING";
}

/** Another process is changing the stack, and holds its lock. Nothing was changed. */
export class ConflictError extends StackError {
    readonly code = "CONFLICT";
}

/** A resource that could not be made, changed or deleted. */
export interface ResourceFailure {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** What the provider said. */
    readonly message: string;
}

/** A provider refused. What was done before is in the state; the next `up` carries on from there. */
export class ProviderFailedError extends StackError {
    readonly code = "PROVIDER_FAILED";

    constructor(
        readonly failures: readonly ResourceFailure[],
        options?: ErrorOptions,
    ) {
        const lines = failures.map(({ name, type, message }) => `  ${name} (${type}): ${message}`);
        const count = `${failures.length} ${failures.length === 1 ? "resource" : "resources"} failed`;
        super([`${count}; what was done before is kept, and the next up carries on`, ...lines].join("\n"), options);
    }
}

/** `expectNoChanges`, and there are some. */
export class ChangesFoundError extends StackError {
    readonly code = "CHANGES_FOUND";
}

/** The caller's signal. Operations under way were let finish, and the state is whole. */
export class CancelledError extends StackError {
    readonly code = "CANCELLED";
}

/** The program threw: a bug in it. */
export class ProgramFailedError extends StackError {
    readonly code = "PROGRAM_FAILED";
}

/** Anything else that the engine reports: a backend out of reach, a passphrase that does not fit. */
export class EngineFailedError extends StackError {
    readonly code = "ENGINE_FAILED";
}
