import { getSecretVersionOutput } from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import type { SecretSource } from "../config";

/**
 * The value of a secret that someone handed in.
 *
 * @throws when AWS Secrets Manager keeps something else than JSON, or no such key, and `jsonKey` is given.
 */
export function resolveSecret(source: SecretSource, opts: pulumi.InvokeOutputOptions): pulumi.Output<string> {
    if (source.from === "config") return source.value;
    const { secretId, jsonKey } = source;
    const version = getSecretVersionOutput({ secretId }, opts);
    const value = version.secretString.apply((text) => (jsonKey ? fromJson(text, jsonKey, secretId) : text));
    return pulumi.secret(value);
}

function fromJson(text: string, key: string, secretId: string): string {
    let value: unknown;
    try {
        value = (JSON.parse(text) as Record<string, unknown>)[key];
    } catch {
        throw new Error(`the secret ${secretId} is no JSON; drop jsonKey, or store { "${key}": "..." }`);
    }
    if (typeof value !== "string" || value === "") throw new Error(`the secret ${secretId} has no text at ${key}`);
    return value;
}
