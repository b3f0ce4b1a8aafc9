import { Namespace } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ProxiedAgent } from "../agent-ports";
import { EnvoyProxy } from "../envoy/proxy";
import { toDns } from "../network-peers";
import { nonPublicRanges } from "../non-public-ranges";
import { labels, restrictedNamespace } from "../pod-security";
import { proxyAddresses, type ProxyAccess } from "../proxy-access";
import { egressBootstrap, egressListeners } from "./config";

const NAME = "egress-proxy";
const NAMESPACE = "egress";

export interface EgressProxyArgs {
    readonly agents: readonly ProxiedAgent[];
    /** Block of the cluster's Services. */
    readonly serviceCidr: string;
}

/** The one way from an agent to the internet: HTTPS to the hosts of its allow-list. Holds no key. */
export class EgressProxy extends pulumi.ComponentResource {
    readonly access: ProxyAccess;
    /** What an agent waits for. */
    readonly ready: pulumi.Resource;

    constructor(name: string, { agents, serviceCidr }: EgressProxyArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:EgressProxy", name, {}, opts);
        const inside = { parent: this };
        this.access = {
            host: `${NAME}.${NAMESPACE}.svc.cluster.local`,
            address: proxyAddresses(serviceCidr).egress,
            namespace: NAMESPACE,
            podLabels: labels(NAME),
        };
        const namespace = new Namespace(
            `${name}-namespace`,
            { metadata: { name: NAMESPACE, labels: { ...labels(NAME), ...restrictedNamespace } } },
            inside,
        ).metadata.name;
        new NetworkPolicy(
            `${name}-default-deny`,
            {
                metadata: { name: "default-deny", namespace, labels: labels(NAME) },
                spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
            },
            inside,
        );
        const proxy = new EnvoyProxy(
            name,
            {
                proxy: NAME,
                namespace,
                clusterIp: this.access.address,
                agents,
                bootstrap: egressBootstrap(),
                listeners: egressListeners(agents),
                egress: [
                    toDns,
                    {
                        to: [{ ipBlock: { cidr: "0.0.0.0/0", except: [...nonPublicRanges] } }],
                        ports: [{ protocol: "TCP", port: 443 }],
                    },
                ],
            },
            inside,
        );
        this.ready = proxy.ready;
        this.registerOutputs({ access: this.access });
    }
}
