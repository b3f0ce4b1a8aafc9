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
