/** Label of everything that belongs to one sandbox; NetworkPolicies select by it. */
export const SANDBOX_LABEL = "clawstack.dev/sandbox";
/** Label of the pods of a warm pool, claimed or not. */
export const WARM_POOL_LABEL = "clawstack.dev/warm-pool";
export const AGENT_LABEL = "clawstack.dev/agent";

export function sandboxLabels(name: string, agent: string, owner: string = SANDBOX_LABEL): Record<string, string> {
    return {
        "app.kubernetes.io/name": agent,
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/managed-by": "clawstack",
        [owner]: name,
        [AGENT_LABEL]: agent,
    };
}
