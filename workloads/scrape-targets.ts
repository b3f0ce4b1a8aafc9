/** A ServiceMonitor or PodMonitor (monitoring.coreos.com/v1). */
export interface ScrapeTarget {
    readonly kind: "ServiceMonitor" | "PodMonitor";
    readonly name: string;
    readonly spec: object;
}

/** Label of every pod of a CloudNativePG cluster; its value is the cluster's name, which changes with a restore. */
const POSTGRES_LABEL = "cnpg.io/cluster";

const target = (namespace: string, matchLabels: Record<string, string>) => ({
    namespaceSelector: { matchNames: [namespace] },
    selector: { matchLabels },
});

/**
 * What Prometheus scrapes beside Kubernetes itself and LiteLLM. Here and not by the charts' own switches: Karpenter comes
 * before the CRDs of Prometheus, and the manifest of agent-sandbox has none.
 */
export function scrapeTargets(): ScrapeTarget[] {
    return [
        {
            kind: "ServiceMonitor",
            name: "karpenter",
            spec: {
                ...target("karpenter", { "app.kubernetes.io/name": "karpenter" }),
                endpoints: [{ port: "http-metrics" }],
            },
        },
        {
            kind: "ServiceMonitor",
            name: "agent-sandbox",
            spec: {
                ...target("agent-sandbox-system", { app: "agent-sandbox-controller" }),
                endpoints: [{ port: "metrics" }],
            },
        },
        ...Object.entries({ "egress-proxy": "egress", "inference-proxy": "litellm" }).map(([name, namespace]) => ({
            kind: "PodMonitor" as const,
            name,
            spec: {
                ...target(namespace, { "app.kubernetes.io/name": name }),
                podMetricsEndpoints: [{ port: "metrics", path: "/stats/prometheus" }],
            },
        })),
        {
            // Finds nothing where the database is on RDS.
            kind: "PodMonitor",
            name: "litellm-postgres",
            spec: {
                namespaceSelector: { matchNames: ["litellm"] },
                selector: { matchExpressions: [{ key: POSTGRES_LABEL, operator: "Exists" }] },
                podMetricsEndpoints: [{ port: "metrics" }],
            },
        },
    ];
}
