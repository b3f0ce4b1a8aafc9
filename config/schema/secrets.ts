import { z } from "zod";
import { section } from "./fields";

const allowed = "a secret set with `pulumi config set --secret`, or { secretsManager: <name or ARN>, jsonKey: <key> }";

/** A secret's value, or where AWS Secrets Manager keeps it. */
export const secretSchema = z.union(
    [
        z.string().min(1),
        z.strictObject({
            /** Name or ARN of a secret in the stack's account and region. */
            secretsManager: z.string().min(1),
            /** Key within a JSON secret; absent: the whole string. */
            jsonKey: z.string().min(1).optional(),
        }),
        /** Only in a plan: the secret is not set yet, or can't be decrypted without the stack's key. */
        z.strictObject({ planned: z.literal(true) }),
    ],
    { error: allowed },
);

/**
 * All secrets that people hand in. Values are encrypted in the stack file; those that the platform makes itself (keys,
 * database passwords, Grafana's password) are not here.
 */
export const secretsSchema = section({
    /** By sandbox or warm pool, then by key: `sandboxes.support.slackBotToken`. */
    sandboxes: z.record(z.string(), z.record(z.string(), secretSchema)).default({}),
    /** By model name: the key of an OpenAI-compatible provider. */
    models: z.record(z.string(), z.strictObject({ apiKey: secretSchema })).default({}),
    monitoring: section({ slackWebhookUrl: secretSchema.optional() }),
});

export type SecretsConfig = z.output<typeof secretsSchema>;
export type SecretConfig = z.output<typeof secretSchema>;
