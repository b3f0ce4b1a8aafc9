import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ModelConfig, SandboxConfig } from "../config";
import { secretRevision } from "../workloads/revision";
import { NO_KEY, type AgentKind } from "./agents";
import { SANDBOX_LABEL, sandboxLabels } from "./labels";
import { sandboxPolicySpec } from "./network-policy";
import { configData, podTemplate } from "./pod-template";
import { inferenceUrl, type Proxies } from "./proxies";
import { secretEnv } from "./secret-env";
import { agentVolume, claimName } from "./volume";

export interface AgentSandboxArgs {
    readonly config: SandboxConfig;
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
    /** Provider of the volume; see Sandboxes. */
    readonly adopting?: pulumi.ProviderResource;
    /** Channel secrets by environment variable. */
    readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
}

/** What a caller needs to reach a sandbox. */
export interface SandboxAccess {
    readonly name: string;
    readonly namespace: string;
    readonly agent: string;
    /** Command that follows its log. */
    readonly logs: string;
    /** Command that opens a shell in it. */
    readonly shell: string;
}

export function sandboxAccess(config: SandboxConfig, kind: AgentKind): SandboxAccess {
    const { name, agent } = config;
    const target = `-n ${kind.namespace} ${name}`;
    return {
        name,
        namespace: kind.namespace,
        agent,
        logs: `kubectl logs ${target} -c agent -f`,
        shell: `kubectl exec ${target} -c agent -it -- sh`,
    };
}

/** One agent: its secrets, config, volume and network policy, and the Sandbox that runs it in a VM. */
export class AgentSandbox extends pulumi.ComponentResource {
    readonly access: SandboxAccess;

    constructor(name: string, args: AgentSandboxArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:sandboxes:AgentSandbox", name, {}, opts);
        const { config, kind, namespace } = args;
        const inside = { parent: this };
        const labels = sandboxLabels(config.name, config.agent);
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
        const volume = agentVolume(
            name,
            { config, namespace, labels, storageClass: args.storageClass, adopting: args.adopting },
            inside,
        );
        const policy = new NetworkPolicy(
            name,
            {
                metadata,
                spec: sandboxPolicySpec({
                    selector: { [SANDBOX_LABEL]: config.name },
                    proxies: args.proxies,
                    port: args.port,
                    servicePort: workload.servicePort,
                }),
            },
            inside,
        );
        new CustomResource(
            name,
            {
                apiVersion: "agents.x-k8s.io/v1beta1",
                kind: "Sandbox",
                metadata,
                spec: {
                    // A schedule's own to set, where there is one.
                    ...(config.schedule ? {} : { operatingMode: config.suspended ? "Suspended" : "Running" }),
                    // A headless Service of the sandbox's name, for agents that are called.
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
                        claimName: claimName(config),
                        secretRevision: secretRevision(environment, args.revisionKey),
                    }),
                },
            },
            {
                ...inside,
                dependsOn: [secret, configMap, volume, policy],
                // The controller never changes a running pod: a new template takes a new Sandbox. The volume is not its own.
                replaceOnChanges: ["spec.podTemplate"],
                deleteBeforeReplace: true,
            },
        );
        this.access = sandboxAccess(config, kind);
        this.registerOutputs({ access: this.access });
    }
}
