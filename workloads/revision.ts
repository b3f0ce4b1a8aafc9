import { createHash } from "node:crypto";

/** Short hash of what a pod or a Job must be made anew for. Never of a secret. */
export function revisionOf(value: unknown): string {
    return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 10);
}
