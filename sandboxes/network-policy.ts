/** Addresses that "the internet" leaves out: private ranges, carrier NAT, link-local with the metadata services, and
 * what is no host. 169.254.169.254 is EC2's metadata service, 169.254.170.23 EKS Pod Identity. */
export const nonPublicRanges = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
] as const;

const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });

/** Denies everything to every pod of a namespace; other policies give back what is needed. */
export function defaultDenySpec() {
    return { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
}

export interface SandboxPolicyInput {
    /** Labels of the sandbox's pods. */
    readonly selector: Readonly<Record<string, string>>;
    /** Port that namespaces with the label `clawstack.dev/ingress: "true"` may call, for agents that are called. */
    readonly servicePort?: number;
}

/**
 * What a sandbox may reach: DNS, LiteLLM, and HTTPS outside of all private ranges. Not other sandboxes, the database,
 * Grafana, the Kubernetes API or metadata services. Nobody reaches the sandbox, but labelled namespaces when it is one that is called.
 */
export function sandboxPolicySpec({ selector, servicePort }: SandboxPolicyInput) {
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
        egress: [
            {
                to: [
                    {
                        namespaceSelector: inNamespace("kube-system"),
                        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
                    },
                ],
                ports: [
                    { protocol: "UDP", port: 53 },
                    { protocol: "TCP", port: 53 },
                ],
            },
            {
                to: [
                    {
                        namespaceSelector: inNamespace("litellm"),
                        podSelector: { matchLabels: { "app.kubernetes.io/name": "litellm" } },
                    },
                ],
                ports: [{ protocol: "TCP", port: 4000 }],
            },
            {
                to: [{ ipBlock: { cidr: "0.0.0.0/0", except: [...nonPublicRanges] } }],
                ports: [{ protocol: "TCP", port: 443 }],
            },
        ],
    };
}
