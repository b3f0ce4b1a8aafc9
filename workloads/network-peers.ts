/** Selects a namespace by its name. */
export const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });

/** Prometheus' own pods. */
export const prometheusPods = {
    namespaceSelector: inNamespace("monitoring"),
    podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
};

/** Egress rule: the cluster's DNS. */
export const toDns = {
    to: [{ namespaceSelector: inNamespace("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
    ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
    ],
};
