import { inNamespace, prometheusPods, toDns } from "../network-peers";
import { labels } from "../pod-security";
import type { Database } from "../postgres";
import { jobLabels, LITELLM_PORT, litellmLabels } from "./manifests";

/** NetworkPolicies of LiteLLM's namespace by name; the default is to deny. */
export function networkPolicySpecs(database: Pick<Database, "podLabels" | "port">, vpcCidr: string) {
    const toDatabase = {
        to: database.podLabels
            ? [{ podSelector: { matchLabels: { ...database.podLabels } } }]
            : [{ ipBlock: { cidr: vpcCidr } }],
        ports: [{ protocol: "TCP", port: database.port }],
    };
    // No agent: a stolen key, even the master key, is worth nothing in a sandbox.
    const callers = [
        { podSelector: { matchLabels: labels("inference-proxy") } },
        { podSelector: { matchLabels: jobLabels } },
        prometheusPods,
    ];
    return {
        "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
        litellm: {
            podSelector: { matchLabels: litellmLabels },
            policyTypes: ["Ingress", "Egress"],
            ingress: [{ from: callers, ports: [{ protocol: "TCP", port: LITELLM_PORT }] }],
            egress: [
                toDns,
                toDatabase,
                // Bedrock's endpoint is in the VPC; other providers are on the internet.
                {
                    to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }],
                    ports: [{ protocol: "TCP", port: 443 }],
                },
                // EKS Pod Identity's agent hands out credentials here.
                { to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: [{ protocol: "TCP", port: 80 }] },
            ],
        },
        jobs: {
            podSelector: { matchLabels: jobLabels },
            policyTypes: ["Ingress", "Egress"],
            ingress: [],
            egress: [
                toDns,
                toDatabase,
                {
                    to: [{ podSelector: { matchLabels: litellmLabels } }],
                    ports: [{ protocol: "TCP", port: LITELLM_PORT }],
                },
            ],
        },
        ...(database.podLabels
            ? {
                  postgres: {
                      podSelector: { matchLabels: { ...database.podLabels } },
                      policyTypes: ["Ingress", "Egress"],
                      ingress: [
                          {
                              from: [
                                  { podSelector: { matchLabels: litellmLabels } },
                                  { podSelector: { matchLabels: jobLabels } },
                                  { podSelector: { matchLabels: { ...database.podLabels } } },
                                  { namespaceSelector: inNamespace("cnpg-system") },
                              ],
                          },
                          {
                              from: [{ namespaceSelector: inNamespace("monitoring") }],
                              ports: [{ protocol: "TCP", port: 9187 }],
                          },
                      ],
                      // The API server, replicas, S3 and the Pod Identity agent.
                      egress: [{}],
                  },
              }
            : {}),
    };
}
