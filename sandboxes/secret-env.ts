import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { AgentWorkload } from "./agents";

/** Everything secret in an agent's environment: its virtual key, its channel's secrets, and what is made up for it. */
export function secretEnv(
    name: string,
    workload: AgentWorkload,
    virtualKey: pulumi.Output<string>,
    secrets: Readonly<Record<string, pulumi.Output<string>>>,
    rotation: number,
    opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
    const generated = (workload.generatedEnv ?? []).map((env) => {
        const logicalName = `${name}-${env.toLowerCase().replaceAll("_", "-")}`;
        const keepers = { rotation: String(rotation) };
        return [env, new RandomPassword(logicalName, { length: 40, special: false, keepers }, opts).result] as const;
    });
    return { [workload.keyEnv]: virtualKey, ...secrets, ...Object.fromEntries(generated) };
}

/**
 * Changes when any secret of the environment does, and tells nothing of it: a keyed hash, whose key is the random
 * virtual key among them.
 */
export function secretRevision(
    environment: Readonly<Record<string, pulumi.Input<string>>>,
    keyEnv: string,
): pulumi.Output<string> {
    const revision = pulumi.all(environment).apply((values) => {
        const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
        return createHmac("sha256", values[keyEnv] ?? "")
            .update(JSON.stringify(entries))
            .digest("hex")
            .slice(0, 12);
    });
    return pulumi.unsecret(revision);
}
