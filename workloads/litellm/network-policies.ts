import type { Database } from "../postgres";
import { jobLabels, LITELLM_PORT, litellmLabels } from "./manifests";

const namespaceNamed = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
/** Label of namespaces that hold sandboxes. */
export const SANDBOX_NAMESPACE_LABEL = { "clawstack.dev/sandboxes": "true" } as const;

const dns = {
    to: [{ namespaceSelector: namespaceNamed("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
    ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
    ],
};

/** NetworkPolicies of LiteLLM's namespace by name; the default is to deny. */
export function networkPolicySpecs(database: Pick<Database, "podLabels" | "port">, vpcCidr: string) {
    const toDatabase = {
        to: database.podLabels
            ? [{ podSelector: { matchLabels: { ...database.podLabels } } }]
            : [{ ipBlock: { cidr: vpcCidr } }],
        ports: [{ protocol: "TCP", port: database.port }],
    };
    const callers = [
        { namespaceSelector: { matchLabels: { ...SANDBOX_NAMESPACE_LABEL } } },
        { namespaceSelector: namespaceNamed("monitoring") },
        { podSelector: { matchLabels: jobLabels } },
    ];
    return {
        "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
        litellm: {
            podSelector: { matchLabels: litellmLabels },
            policyTypes: ["Ingress", "Egress"],
            ingress: [{ from: callers, ports: [{ protocol: "TCP", port: LITELLM_PORT }] }],
            egress: [
                dns,
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
                dns,
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
                                  { namespaceSelector: namespaceNamed("cnpg-system") },
                              ],
                          },
                          {
                              from: [{ namespaceSelector: namespaceNamed("monitoring") }],
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
