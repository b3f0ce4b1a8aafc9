import type { StackSettings } from "../../config";
import type { StackEvent } from "./events";

/** Which stack, where its state is, and how to follow what happens to it. */
export interface StackOptions {
    /** Name of the stack; with Pulumi Cloud also `organization/project/stack`. */
    readonly stack: string;
    /**
     * Settings handed in. Secrets among them stay in this process until they are in the state, encrypted. Default: those
     * of `Pulumi.<stack>.yaml` in the project folder, decrypted by the engine.
     */
    readonly settings?: StackSettings;
    /** Folder of the project: where Pulumi.yaml is. Default: this package. */
    readonly projectFolder?: string;
    /**
     * Where the state is: `file://...`, `s3://...`, `gs://...`, `azblob://...`, or `https://api.pulumi.com`. Default: the
     * project's, or where `pulumi login` signed in.
     */
    readonly backend?: string;
    /**
     * What encrypts secrets when the stack is made: `passphrase`, `awskms://...`, `azurekeyvault://...`, `gcpkms://...`,
     * `hashivault://...`, or `default` for the backend's own. A stack that is there keeps the one it has.
     */
    readonly secretsProvider?: string;
    /** Environment of the engine and the providers, beside this process' own: `AWS_PROFILE`, `PULUMI_ACCESS_TOKEN`, `PULUMI_CONFIG_PASSPHRASE`, ... */
    readonly env?: Readonly<Record<string, string>>;
    /** Folder that the Pulumi CLI was installed to (`bin/pulumi` in it). Default: the one on PATH. */
    readonly engineFolder?: string;
    /** Called with each event as it comes. */
    readonly onEvent?: (event: StackEvent) => void;
    /** Stops the operation: what is under way comes to its end, nothing new begins, the state is saved. */
    readonly signal?: AbortSignal;
}

export interface ChangeOptions extends StackOptions {
    /** Operations at a time. Default: the engine's, 16. */
    readonly parallel?: number;
    /** Said of this update in the stack's history. */
    readonly message?: string;
    /**
     * `each-step` (default): the state is saved before and after each change. `at-end`: once, after the last one, which
     * makes a first `up` of hundreds of sandboxes on a file or S3 backend many times as fast; but if this machine dies
     * half-way, nobody knows what was made. A failure or a cancelled operation saves it all the same.
     */
    readonly checkpoints?: "each-step" | "at-end";
}

export interface PreviewOptions extends StackOptions {
    readonly parallel?: number;
    /** Ask the providers first what there really is: changes made by hand show. */
    readonly refresh?: boolean;
    /** Throw a ChangesFoundError when there are any. */
    readonly expectNoChanges?: boolean;
}

export interface RefreshOptions extends ChangeOptions {
    /** Only tell; the state stays as it is. */
    readonly previewOnly?: boolean;
    /** Throw a ChangesFoundError when there are any. */
    readonly expectNoChanges?: boolean;
}

/** A resource that an operation changed, or would change. */
export interface ResourceChange {
    readonly operation: "create" | "update" | "replace" | "delete" | "read";
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** Properties that differ, top level. */
    readonly properties: readonly string[];
}

export interface OperationResult {
    /** Resources by what became of them: `create`, `update`, `same`, ... */
    readonly summary: Readonly<Record<string, number>>;
    /** All but those that stay the same, in the order that the engine came to them. */
    readonly changes: readonly ResourceChange[];
    readonly seconds: number;
}

export interface OutputValue {
    readonly value: unknown;
    readonly secret: boolean;
}

/** Outputs of a stack by name. Secret ones are in clear here: look at `secret` before you print one. */
export type StackOutputValues = Readonly<Record<string, OutputValue>>;

export interface UpResult extends OperationResult {
    readonly outputs: StackOutputValues;
}
