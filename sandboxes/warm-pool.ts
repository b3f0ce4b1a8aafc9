import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ModelConfig, WarmPoolConfig } from "../config";
import { secretRevision } from "../workloads/revision";
import { NO_KEY, type AgentKind } from "./agents";
import { sandboxLabels, WARM_POOL_LABEL } from "./labels";
import { sandboxPolicySpec } from "./network-policy";
import { configData, podTemplate, STATE_VOLUME } from "./pod-template";
import { inferenceUrl, type Proxies } from "./proxies";
import { secretEnv } from "./secret-env";

export interface WarmPoolArgs {
    readonly config: WarmPoolConfig;
    readonly kind: AgentKind;
    readonly model: ModelConfig;
    readonly proxies: Proxies;
    /** Its port on both proxies. */
    readonly port: number;
    /** Key of the hash that tells whether a secret changed; a secret. */
    readonly revisionKey: pulumi.Output<string>;
    readonly namespace: pulumi.Input<string>;
    readonly runtimeClassName: string;
    readonly storageClass: string;
    /** Channel secrets by environment variable. */
    readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Sandboxes that wait, booted, for the next SandboxClaim. */
export class WarmPool extends pulumi.ComponentResource {
    constructor(name: string, args: WarmPoolArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:sandboxes:WarmPool", name, {}, opts);
        const { config, kind, namespace } = args;
        const inside = { parent: this };
        const labels = sandboxLabels(config.name, config.agent, WARM_POOL_LABEL);
        const metadata = { name: config.name, namespace, labels };
        const workload = kind.build({
            name: config.name,
            settings: config.settings,
            model: args.model,
            gatewayUrl: inferenceUrl(args.proxies, args.port),
            apiKey: NO_KEY,
        });
        const environment = secretEnv(name, workload, args.secrets, config.tokenRotation, inside);

        const secret = new Secret(name, { metadata, stringData: environment }, inside);
        const configMap = new ConfigMap(name, { metadata, data: configData(workload) }, inside);
        const policy = new NetworkPolicy(
            name,
            {
                metadata,
                spec: sandboxPolicySpec({
                    selector: { [WARM_POOL_LABEL]: config.name },
                    proxies: args.proxies,
                    port: args.port,
                    servicePort: workload.servicePort,
                }),
            },
            inside,
        );
        const template = new CustomResource(
            `${name}-template`,
            {
                apiVersion: "extensions.agents.x-k8s.io/v1beta1",
                kind: "SandboxTemplate",
                metadata,
                spec: {
                    // A headless Service a sandbox, for agents that are called.
                    service: workload.servicePort !== undefined,
                    podTemplate: podTemplate({
                        config,
                        workload,
                        labels,
                        runtimeClassName: args.runtimeClassName,
                        proxies: args.proxies,
                        port: args.port,
                        secretName: config.name,
                        configMapName: config.name,
                        secretEnv: Object.keys(environment).sort(),
                        secretRevision: secretRevision(environment, args.revisionKey),
                    }),
                    volumeClaimTemplates: [
                        {
                            metadata: { name: STATE_VOLUME },
                            spec: {
                                accessModes: ["ReadWriteOnce"],
                                storageClassName: args.storageClass,
                                resources: { requests: { storage: `${kind.storageGi}Gi` } },
                            },
                        },
                    ],
                    // The controller's own policy would open the internet beside ours.
                    networkPolicyManagement: "Unmanaged",
                },
            },
            { ...inside, dependsOn: [secret, configMap, policy] },
        );
        new CustomResource(
            name,
            {
                apiVersion: "extensions.agents.x-k8s.io/v1beta1",
                kind: "SandboxWarmPool",
                metadata,
                spec: {
                    replicas: config.replicas,
                    sandboxTemplateRef: { name: config.name },
                    // A changed template reaches waiting sandboxes at once; claimed ones are left alone.
                    updateStrategy: { type: "Recreate" },
                },
            },
            { ...inside, dependsOn: template },
        );
        this.registerOutputs({});
    }
}
