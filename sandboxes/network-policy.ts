import { inNamespace } from "../workloads/network-peers";
import type { Proxies } from "./proxies";

/** Denies everything to every pod of a namespace; other policies give back what is needed. */
export function defaultDenySpec() {
    return { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
}

export interface SandboxPolicyInput {
    /** Labels of the sandbox's pods. */
    readonly selector: Readonly<Record<string, string>>;
    readonly proxies: Proxies;
    /** The agent's port on both proxies. */
    readonly port: number;
    /** Port that namespaces with the label `clawstack.dev/ingress: "true"` may call, for agents that are called. */
    readonly servicePort?: number;
}

/**
 * What a sandbox may reach: its own port of the egress proxy and of the inference proxy. Not the internet, LiteLLM, a name
 * server, other sandboxes, the database, Grafana, the Kubernetes API or metadata services. Nobody reaches the sandbox, but
 * labelled namespaces when it is one that is called.
 */
export function sandboxPolicySpec({ selector, proxies, port, servicePort }: SandboxPolicyInput) {
    return {
        podSelector: { matchLabels: { ...selector } },
        policyTypes: ["Ingress", "Egress"],
        ingress: servicePort
            ? [
                  {
                      from: [{ namespaceSelector: { matchLabels: { "clawstack.dev/ingress": "true" } } }],
                      ports: [{ protocol: "TCP", port: servicePort }],
                  },
              ]
            : [],
        egress: [proxies.egress, proxies.inference].map(({ namespace, podLabels }) => ({
            to: [{ namespaceSelector: inNamespace(namespace), podSelector: { matchLabels: { ...podLabels } } }],
            ports: [{ protocol: "TCP", port }],
        })),
    };
}
