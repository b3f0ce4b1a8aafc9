import { z } from "zod";
import { flag, httpsUrl, integer, oneOf, pointInTime, section, text } from "./fields";

const modelName = text(
    /^[A-Za-z0-9][A-Za-z0-9._/:-]{0,99}$/,
    "a model name: letters, digits and . _ / : -, at most 100 characters",
);

/** What agents are told of a model; figures of Claude Opus 4.6 as the blueprint gives them. */
const modelTraits = {
    /** Name that agents ask for. */
    name: modelName,
    /** Name shown to people. Default: the model's name. */
    displayName: z.string().min(1).max(100).optional(),
    /** Tokens of context. */
    contextWindow: integer(1024, 10_000_000, "tokens").default(200_000),
    /** Tokens of one answer. */
    maxTokens: integer(1, 1_000_000, "tokens").default(8192),
    reasoning: flag().default(true),
    input: z.array(oneOf(["text", "image"]), { error: "a list of text and image" }).default(["text", "image"]),
    /** Models tried in this order when this one fails. */
    fallbacks: z.array(modelName, { error: "a list of model names" }).default([]),
};

const bedrockModel = z.strictObject({
    ...modelTraits,
    provider: z.literal("bedrock"),
    /** Foundation model or cross-region inference profile, such as us.anthropic.claude-opus-4-6-v1. */
    modelId: text(
        /^[a-z0-9][a-z0-9.-]*(:\d+)?$/,
        "a Bedrock model id or inference profile id such as us.anthropic.claude-opus-4-6-v1",
    ),
    /** Region whose Bedrock endpoint is called. Default: the stack's. */
    region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region such as us-east-1").optional(),
});

const openaiModel = z.strictObject({
    ...modelTraits,
    provider: z.literal("openai"),
    /** Base URL of any OpenAI-compatible API. Its key is the secret `secrets.models.<name>.apiKey`. */
    baseUrl: httpsUrl(),
    /** Name of the model at the provider. Default: `name`. */
    providerModel: modelName.optional(),
});

export const modelSchema = z.discriminatedUnion("provider", [bedrockModel, openaiModel], {
    error: "a model with provider: bedrock (and modelId) or provider: openai (and baseUrl)",
});

/** Raise by one to get new passwords on the next `pulumi up`: of LiteLLM's login and of the administrator. */
const passwordRotation = integer(1, 100_000, "rotations").default(1);

const embeddedDatabase = z.strictObject({
    /** Postgres in the cluster, run by the CloudNativePG operator. */
    mode: z.literal("embedded"),
    instances: integer(1, 5, "instances").default(1),
    /** Volume of each instance, GiB (gp3). */
    storageGi: integer(8, 16_000, "GiB").default(50),
    /** Days that base backups and WAL are kept in S3. */
    backupRetentionDays: integer(1, 365, "days").default(7),
    passwordRotation,
    /** Start from a backup, as a database of its own beside the one that is there. Keep it in the config after. */
    restoreFrom: z
        .strictObject(
            {
                /** Bucket of the backups. Default: the stack's own. */
                bucket: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of an S3 bucket").optional(),
                /** CloudNativePG cluster that wrote them: the folder in the bucket. */
                server: text(/^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$/, "the name of a CloudNativePG cluster").default(
                    "litellm-postgres",
                ),
                /** Last moment that is restored. Default: the end of the log. */
                targetTime: pointInTime().optional(),
            },
            { error: "a mapping: bucket, server, targetTime (each optional)" },
        )
        .optional(),
});

const rdsDatabase = z.strictObject({
    /** Amazon RDS for PostgreSQL. */
    mode: z.literal("rds"),
    instanceClass: text(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "an RDS instance class such as db.t4g.medium").default(
        "db.t4g.medium",
    ),
    storageGi: integer(20, 64_000, "GiB").default(50),
    multiAz: flag().default(true),
    backupRetentionDays: integer(1, 35, "days (RDS keeps at most 35)").default(14),
    passwordRotation,
    /** RDS refuses to delete the instance while this is on. */
    deletionProtection: flag().default(true),
    /** Start from a snapshot, or from an instance as it was; as an instance of its own. Keep it in the config after. */
    restoreFrom: z
        .strictObject(
            {
                /** Name or ARN of a snapshot. */
                snapshot: text(
                    /^(arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:snapshot:)?(rds:)?[A-Za-z][A-Za-z0-9-]{0,254}$/,
                    "the name or ARN of an RDS snapshot",
                ).optional(),
                /** Instance whose automatic backups are used. */
                instance: text(/^[A-Za-z][A-Za-z0-9-]{0,62}$/, "the identifier of an RDS instance").optional(),
                /** Last moment that is restored, with `instance`. Default: the latest there is. */
                targetTime: pointInTime().optional(),
            },
            { error: "a mapping: snapshot, or instance with or without targetTime" },
        )
        .optional(),
});

/** LiteLLM: the one way from an agent to a model. */
export const gatewaySchema = section({
    replicas: integer(1, 20, "replicas").default(2),
    models: z
        .array(modelSchema, { error: "a list of models" })
        .min(1, "at least one model")
        .default([
            modelSchema.parse({
                provider: "bedrock",
                name: "claude-opus-4-6",
                displayName: "Claude Opus 4.6",
                modelId: "us.anthropic.claude-opus-4-6-v1",
            }),
        ]),
    database: z
        .discriminatedUnion("mode", [embeddedDatabase, rdsDatabase], { error: "mode: embedded or mode: rds" })
        .prefault({ mode: "embedded" }),
    /** Raise by one to get a new master key on the next `pulumi up`. */
    masterKeyRotation: integer(1, 100_000, "rotations").default(1),
});

export type GatewayConfig = z.output<typeof gatewaySchema>;
export type ModelConfig = z.output<typeof modelSchema>;
export type BedrockModelConfig = Extract<ModelConfig, { provider: "bedrock" }>;
export type DatabaseConfig = GatewayConfig["database"];
export type EmbeddedDatabaseConfig = Extract<DatabaseConfig, { mode: "embedded" }>;
export type RdsDatabaseConfig = Extract<DatabaseConfig, { mode: "rds" }>;
