import type * as pulumi from "@pulumi/pulumi";

/** A PostgreSQL database for LiteLLM, wherever it runs. */
export interface Database {
    readonly host: pulumi.Input<string>;
    readonly port: number;
    readonly name: string;
    readonly username: string;
    /** Password of `username`; a secret. */
    readonly password: pulumi.Output<string>;
    /** Password of the administrator; a secret. */
    readonly adminPassword: pulumi.Output<string>;
    /** Another one where another database takes its place, such as one restored from a backup. */
    readonly generation: string;
    /** Labels of its pods, for the NetworkPolicy; absent where it runs outside of the cluster. */
    readonly podLabels?: Readonly<Record<string, string>>;
    /** What LiteLLM waits for. */
    readonly ready: pulumi.Resource;
}

export const DATABASE_NAME = "litellm";
export const DATABASE_USER = "litellm";
