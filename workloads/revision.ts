import { createHash, createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** Short hash of what a pod or a Job must be made anew for. Never of a secret. */
export function revisionOf(value: unknown): string {
    return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 10);
}

/**
 * Changes when any of these secrets does, and tells nothing of them: a keyed hash.
 *
 * @param key A random secret.
 */
export function secretRevision(
    secrets: Readonly<Record<string, pulumi.Input<string>>>,
    key: pulumi.Input<string>,
): pulumi.Output<string> {
    const revision = pulumi.all([secrets, key]).apply(([values, secretKey]) => {
        const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
        return createHmac("sha256", secretKey).update(JSON.stringify(entries)).digest("hex").slice(0, 12);
    });
    return pulumi.unsecret(revision);
}
