import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Secret, Service } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ProxiedAgent } from "../agent-ports";
import { labels } from "../pod-security";
import { revisionOf } from "../revision";
import { LISTENERS_FILE } from "./bootstrap";
import { envoyDeploymentSpec, envoyServiceSpec } from "./manifests";
import { envoyPolicySpec } from "./network-policy";

export interface EnvoyProxyArgs {
    /** Name of its objects, and value of its pods' label. */
    readonly proxy: string;
    readonly namespace: pulumi.Input<string>;
    /** Address of its Service. */
    readonly clusterIp: string;
    readonly agents: readonly ProxiedAgent[];
    readonly bootstrap: string;
    /** The agents' listeners; a secret where keys are in them. */
    readonly listeners: pulumi.Input<string>;
    readonly secretListeners?: boolean;
    /** Egress rules of its NetworkPolicy. */
    readonly egress: readonly object[];
}

/** Envoy, with a port for each agent. Agents are added, changed and removed while it runs. */
export class EnvoyProxy extends pulumi.ComponentResource {
    /** What an agent waits for. */
    readonly ready: pulumi.Resource;

    constructor(name: string, args: EnvoyProxyArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:EnvoyProxy", name, {}, opts);
        const { proxy, namespace, agents, bootstrap } = args;
        const inside = { parent: this };
        const metadata = (objectName: string) => ({ name: objectName, namespace, labels: labels(proxy) });

        const policy = new NetworkPolicy(
            name,
            { metadata: metadata(proxy), spec: envoyPolicySpec(proxy, agents, args.egress) },
            inside,
        );
        const config = new ConfigMap(
            `${name}-bootstrap`,
            { metadata: metadata(`${proxy}-bootstrap`), data: { "envoy.yaml": bootstrap } },
            inside,
        );
        const agentsName = `${proxy}-agents`;
        const listeners = args.secretListeners
            ? new Secret(
                  `${name}-agents`,
                  { metadata: metadata(agentsName), stringData: { [LISTENERS_FILE]: args.listeners } },
                  inside,
              )
            : new ConfigMap(
                  `${name}-agents`,
                  { metadata: metadata(agentsName), data: { [LISTENERS_FILE]: args.listeners } },
                  inside,
              );
        const service = new Service(
            name,
            { metadata: metadata(proxy), spec: envoyServiceSpec(proxy, args.clusterIp, agents) },
            inside,
        );
        this.ready = new Deployment(
            name,
            {
                metadata: metadata(proxy),
                spec: envoyDeploymentSpec({
                    name: proxy,
                    bootstrapConfigMap: `${proxy}-bootstrap`,
                    bootstrapRevision: revisionOf(bootstrap),
                    listeners: args.secretListeners
                        ? { secret: { secretName: agentsName } }
                        : { configMap: { name: agentsName } },
                }),
            },
            { ...inside, dependsOn: [policy, config, service, listeners] },
        );
        new PodDisruptionBudget(
            name,
            { metadata: metadata(proxy), spec: { maxUnavailable: 1, selector: { matchLabels: labels(proxy) } } },
            inside,
        );
        this.registerOutputs({});
    }
}
