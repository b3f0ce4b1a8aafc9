import type * as pulumi from "@pulumi/pulumi";
import type { SandboxConfig, WarmPoolConfig } from "./schema/sandboxes";
import type { ParsedStack } from "./schema/stack";

export type { AgentKindSpec, AgentKindSpecs, AgentSecretSpec, ResourceAmounts } from "./agent-kind";
export type { BackupsConfig, BudgetConfig } from "./schema/backups";
export type { ClusterConfig } from "./schema/cluster";
export type {
    BedrockModelConfig,
    DatabaseConfig,
    EmbeddedDatabaseConfig,
    GatewayConfig,
    ModelConfig,
    RdsDatabaseConfig,
} from "./schema/gateway";
export type { HostConfig } from "./schema/host";
export type { MonitoringConfig, PolicyConfig } from "./schema/monitoring";
export type { NetworkConfig } from "./schema/network";
export type { NodePoolsConfig } from "./schema/node-pools";
export type { SandboxConfig, ScheduleConfig, VirtualKeyConfig, WarmPoolConfig } from "./schema/sandboxes";

/** The stack config after validation: every key present, every reference checked, no secret in it. */
export interface StackConfig extends Omit<ParsedStack, "secrets" | "sandboxes" | "warmPools"> {
    /** Name of the Pulumi stack. */
    readonly stack: string;
    readonly sandboxes: readonly SandboxConfig[];
    readonly warmPools: readonly WarmPoolConfig[];
}

/** A secret that someone handed in: its value, or where AWS Secrets Manager keeps it. */
export type SecretSource =
    | { readonly from: "config"; readonly value: pulumi.Output<string> }
    | { readonly from: "secretsManager"; readonly secretId: string; readonly jsonKey?: string };

/** Every secret that the config calls for; validated to be there. */
export interface StackSecrets {
    /** By sandbox or warm pool name, then by the key of the agent kind's secret. */
    readonly sandboxes: Readonly<Record<string, Readonly<Record<string, SecretSource>>>>;
    /** API keys by model name (OpenAI-compatible models only). */
    readonly models: Readonly<Record<string, SecretSource>>;
    /** Incoming webhook of the alerts' Slack channel, when one is configured. */
    readonly slackWebhookUrl?: SecretSource;
}

/** A secret that the config calls for and nobody set. */
export interface MissingSecret {
    readonly key: string;
    readonly command: string;
}
