import * as pulumi from "@pulumi/pulumi";
import type { ProxiedAgent } from "../agent-ports";
import { EnvoyProxy } from "../envoy/proxy";
import { LITELLM_NAMESPACE, LITELLM_PORT, litellmLabels } from "../litellm/manifests";
import { toDns } from "../network-peers";
import { labels } from "../pod-security";
import { proxyAddresses, type ProxyAccess } from "../proxy-access";
import { inferenceBootstrap, inferenceListeners } from "./config";

export const INFERENCE_PROXY = "inference-proxy";

export interface InferenceProxyArgs {
    readonly agents: readonly ProxiedAgent[];
    /** Block of the cluster's Services. */
    readonly serviceCidr: string;
    readonly namespace: pulumi.Input<string>;
    /** LiteLLM's virtual key of an agent; a secret. */
    keyOf(agent: string): pulumi.Output<string>;
}

/** The one way from an agent to LiteLLM: it adds the agent's key, so that no agent holds one. */
export class InferenceProxy extends pulumi.ComponentResource {
    readonly access: ProxyAccess;
    /** What an agent waits for. */
    readonly ready: pulumi.Resource;

    constructor(name: string, args: InferenceProxyArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:InferenceProxy", name, {}, opts);
        const { agents, namespace } = args;
        const inside = { parent: this };
        this.access = {
            host: `${INFERENCE_PROXY}.${LITELLM_NAMESPACE}.svc.cluster.local`,
            address: proxyAddresses(args.serviceCidr).inference,
            namespace: LITELLM_NAMESPACE,
            podLabels: labels(INFERENCE_PROXY),
        };
        const options = {
            upstream: { host: `litellm.${LITELLM_NAMESPACE}.svc.cluster.local`, port: LITELLM_PORT },
        };
        const listeners = pulumi
            .all(agents.map((agent) => args.keyOf(agent.name).apply((key) => ({ ...agent, key }))))
            .apply((keyed) => inferenceListeners(keyed));
        const proxy = new EnvoyProxy(
            name,
            {
                proxy: INFERENCE_PROXY,
                namespace,
                clusterIp: this.access.address,
                agents,
                bootstrap: inferenceBootstrap(options),
                listeners: pulumi.secret(listeners),
                secretListeners: true,
                egress: [
                    toDns,
                    {
                        to: [{ podSelector: { matchLabels: litellmLabels } }],
                        ports: [{ protocol: "TCP", port: LITELLM_PORT }],
                    },
                ],
            },
            inside,
        );
        this.ready = proxy.ready;
        this.registerOutputs({ access: this.access });
    }
}
