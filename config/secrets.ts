import * as pulumi from "@pulumi/pulumi";
import type { AgentKindSpecs } from "./agent-kind";
import type { ConfigIssue } from "./errors";
import { describeFound, formatKey, removeCommand, setSecretCommand, valueAt } from "./issues";
import type { PartialStack } from "./parse";
import type { SecretConfig } from "./schema/secrets";
import { isEncrypted } from "./stack-file";
import type { MissingSecret, SecretSource, StackSecrets } from "./types";

/** A secret that the config calls for. */
interface RequiredSecret {
    /** Path below `clawstack:`. */
    readonly path: readonly string[];
    readonly pattern: RegExp;
    readonly allowed: string;
}

/** Every secret that these sandboxes, models and alerts need. */
function requiredSecrets(stack: PartialStack, kinds: AgentKindSpecs): RequiredSecret[] {
    const agents = [...stack.sandboxes, ...stack.warmPools].flatMap(({ value }) =>
        (kinds[value.agent]?.secrets(value.settings) ?? []).map(({ key, pattern, allowed }) => ({
            path: ["secrets", "sandboxes", value.name, key],
            pattern,
            allowed,
        })),
    );
    const models = (stack.gateway?.models ?? [])
        .filter((model) => model.provider === "openai")
        .map((model) => ({
            path: ["secrets", "models", model.name, "apiKey"],
            pattern: /^\S+$/,
            allowed: `the API key of ${model.baseUrl}`,
        }));
    const alerts = stack.monitoring?.alerts.slackChannel
        ? [
              {
                  path: ["secrets", "monitoring", "slackWebhookUrl"],
                  pattern: /^https:\/\/hooks\.slack(-gov)?\.com\/\S+$/,
                  allowed: "an incoming webhook of Slack: https://hooks.slack.com/services/...",
              },
          ]
        : [];
    return [...agents, ...models, ...alerts];
}

/** Secrets that are needed and not set, each with the command that sets it. */
export function missingSecrets(stack: PartialStack, kinds: AgentKindSpecs, name: string): MissingSecret[] {
    return requiredSecrets(stack, kinds)
        .filter(({ path }) => valueAt(stack.raw, path) === undefined)
        .map(({ path }) => ({ key: formatKey(path), command: setSecretCommand(name, path) }));
}

/** Secrets that are set and wrong: of the wrong shape, or of a name that the agent does not read. */
export function secretIssues(stack: PartialStack, kinds: AgentKindSpecs, name: string): ConfigIssue[] {
    const required = requiredSecrets(stack, kinds);
    const misshapen = required
        .filter(({ path, pattern }) => {
            const value = valueAt(stack.raw, path);
            return typeof value === "string" && !pattern.test(value);
        })
        .map(({ path, allowed }) => ({
            key: formatKey(path),
            found: describeFound(stack.raw, path),
            allowed,
            command: setSecretCommand(name, path),
        }));
    const known = [...stack.sandboxes, ...stack.warmPools].flatMap(({ value }) => {
        const keys = (kinds[value.agent]?.secrets(value.settings) ?? []).map(({ key }) => key);
        const prefix = ["secrets", "sandboxes", value.name];
        return Object.keys(valueAt(stack.raw, prefix) ?? {})
            .filter((key) => !keys.includes(key))
            .map((key) => ({
                key: formatKey([...prefix, key]),
                found: "[secret]",
                allowed: `the secrets of ${value.agent} with these settings: ${keys.join(", ") || "none"}`,
                command: removeCommand(name, [...prefix, key]),
            }));
    });
    return [...misshapen, ...known];
}

/** Stands in a plan for a secret that is not set or can't be decrypted. Refused by anything but a preview. */
const PLANNED = { planned: true } as const;

/** Replaces what a plan can't read, `{ secure: ... }`, wherever it stands. */
export function maskEncrypted(value: unknown): unknown {
    if (isEncrypted(value)) return PLANNED;
    if (Array.isArray(value)) return value.map(maskEncrypted);
    if (value !== null && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, maskEncrypted(entry)]));
    }
    return value;
}

/** `secrets` with a placeholder at every path in `missing`. */
export function fillPlanned(stack: PartialStack, kinds: AgentKindSpecs): Record<string, unknown> {
    const root = structuredClone(stack.raw) as Record<string, unknown>;
    for (const { path } of requiredSecrets(stack, kinds)) {
        if (valueAt(root, path) !== undefined) continue;
        const parent = path.slice(0, -1).reduce<Record<string, unknown>>((node, part) => {
            node[part] ??= {};
            return node[part] as Record<string, unknown>;
        }, root);
        parent[path.at(-1) as string] = PLANNED;
    }
    return root["secrets"] as Record<string, unknown>;
}

function toSource(secret: SecretConfig): SecretSource {
    if (typeof secret === "string") return { from: "config", value: pulumi.secret(secret) };
    if ("planned" in secret) return { from: "config", value: pulumi.secret("[secret]") };
    return { from: "secretsManager", secretId: secret.secretsManager, jsonKey: secret.jsonKey };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
    return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/** The secrets as Pulumi secrets. */
export function toStackSecrets(secrets: NonNullable<PartialStack["secrets"]>): StackSecrets {
    const { slackWebhookUrl } = secrets.monitoring;
    return {
        sandboxes: mapValues(secrets.sandboxes, (entries) => mapValues(entries, toSource)),
        models: mapValues(secrets.models, ({ apiKey }) => toSource(apiKey)),
        slackWebhookUrl: slackWebhookUrl ? toSource(slackWebhookUrl) : undefined,
    };
}
