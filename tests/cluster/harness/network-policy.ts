import * as ipaddr from "ipaddr.js";
import type { KubeObject } from "./kube-client";

export interface Selector {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

interface Peer {
    readonly podSelector?: Selector;
    readonly namespaceSelector?: Selector;
    readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Rule {
    readonly ports?: readonly { port?: number; endPort?: number; protocol?: string }[];
    readonly from?: readonly Peer[];
    readonly to?: readonly Peer[];
}

export interface NetworkPolicy extends KubeObject {
    spec: { podSelector: Selector; policyTypes: string[]; ingress?: Rule[]; egress?: Rule[] };
}

/** One end of a connection: an address, and the pod behind it if it is one. */
export interface Endpoint {
    readonly ip: string;
    readonly pod?: {
        readonly namespace: string;
        readonly namespaceLabels: Readonly<Record<string, string>>;
        readonly labels: Readonly<Record<string, string>>;
    };
}

type Labels = Readonly<Record<string, string>>;

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
    // Half of a selector understood is worse than none.
    if (matchExpressions.length > 0) throw new Error("matchExpressions are not evaluated here");
    return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function contains(cidr: string, ip: string): boolean {
    return ipaddr.parse(ip).match(ipaddr.parseCIDR(cidr));
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, { ip, pod }: Endpoint, policy: NetworkPolicy) {
    if (ipBlock) return contains(ipBlock.cidr, ip) && !(ipBlock.except ?? []).some((cidr) => contains(cidr, ip));
    if (!pod) return false;
    const inNamespace = namespaceSelector
        ? selects(namespaceSelector, { ...pod.namespaceLabels, "kubernetes.io/metadata.name": pod.namespace })
        : pod.namespace === policy.metadata.namespace;
    return inNamespace && selects(podSelector ?? {}, pod.labels);
}

function allows(
    policies: readonly NetworkPolicy[],
    type: "Ingress" | "Egress",
    self: Endpoint,
    other: Endpoint,
    port: number,
    protocol: string,
): boolean {
    const { pod } = self;
    if (!pod) return true;
    const applying = policies.filter(
        ({ metadata, spec }) =>
            metadata.namespace === pod.namespace &&
            spec.policyTypes.includes(type) &&
            selects(spec.podSelector, pod.labels),
    );
    if (applying.length === 0) return true;
    return applying.some((policy) =>
        (type === "Ingress" ? policy.spec.ingress : policy.spec.egress)?.some(({ ports, from, to }) => {
            const peers = type === "Ingress" ? from : to;
            const portFits =
                !ports?.length ||
                ports.some(
                    (item) =>
                        (item.protocol ?? "TCP") === protocol &&
                        (item.port === undefined || (port >= item.port && port <= (item.endPort ?? item.port))),
                );
            return portFits && (!peers?.length || peers.some((peer) => isPeer(peer, other, policy)));
        }),
    );
}

/** Whether a connection is let out by the policies of its source and let in by those of its destination. */
export function isAllowed(
    policies: readonly NetworkPolicy[],
    source: Endpoint,
    destination: Endpoint,
    port: number,
    protocol = "TCP",
): boolean {
    return (
        allows(policies, "Egress", source, destination, port, protocol) &&
        allows(policies, "Ingress", destination, source, port, protocol)
    );
}
