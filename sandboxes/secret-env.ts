import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { AgentWorkload } from "./agents";

/** Everything secret in an agent's environment: its channel's secrets, and what is made up for it. No key of LiteLLM. */
export function secretEnv(
    name: string,
    workload: AgentWorkload,
    secrets: Readonly<Record<string, pulumi.Output<string>>>,
    rotation: number,
    opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
    const generated = (workload.generatedEnv ?? []).map((env) => {
        const logicalName = `${name}-${env.toLowerCase().replaceAll("_", "-")}`;
        const keepers = { rotation: String(rotation) };
        return [env, new RandomPassword(logicalName, { length: 40, special: false, keepers }, opts).result] as const;
    });
    return { ...secrets, ...Object.fromEntries(generated) };
}
