import type * as pulumi from "@pulumi/pulumi";

/** A PostgreSQL database for LiteLLM, wherever it runs. */
export interface Database {
    readonly host: pulumi.Input<string>;
    readonly port: number;
    readonly name: string;
    /** Who may make logins. */
    readonly administrator: string;
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
/** Owner of the database, whom every login acts as. */
export const DATABASE_USER = "litellm";
