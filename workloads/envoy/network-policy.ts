import type { ProxiedAgent } from "../agent-ports";
import { inNamespace, prometheusPods } from "../network-peers";
import { labels } from "../pod-security";
import { METRICS_PORT } from "./bootstrap";

/** Lets the pods of each agent in to its own port, and Prometheus to the metrics. What the proxy may reach is `egress`. */
export function envoyPolicySpec(name: string, agents: readonly ProxiedAgent[], egress: readonly object[]) {
    return {
        podSelector: { matchLabels: labels(name) },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
            ...agents.map(({ namespace, podLabels, port }) => ({
                from: [{ namespaceSelector: inNamespace(namespace), podSelector: { matchLabels: { ...podLabels } } }],
                ports: [{ protocol: "TCP", port }],
            })),
            { from: [prometheusPods], ports: [{ protocol: "TCP", port: METRICS_PORT }] },
        ],
        egress: [...egress],
    };
}
