import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { ModelConfig, SandboxConfig, StackConfig, WarmPoolConfig } from "../config";
import type { ProxiedAgent } from "../workloads";
import { agentKinds, type AgentKind } from "./agents";
import { SandboxNamespace } from "./namespace";
import type { Proxies } from "./proxies";
import { AgentSandbox, type SandboxAccess } from "./sandbox";
import { SandboxSchedules } from "./schedules";
import { WarmPool } from "./warm-pool";

export { agentKinds } from "./agents";
export { proxiedAgents } from "./proxies";
export type { SandboxAccess } from "./sandbox";

export interface SandboxesArgs {
    readonly config: Pick<StackConfig, "sandboxes" | "warmPools" | "gateway">;
    /** What `proxiedAgents` makes of the config. */
    readonly agents: readonly ProxiedAgent[];
    readonly proxies: Proxies;
    readonly runtimeClassName: string;
    readonly storageClass: string;
    /** Kubernetes provider for what is kept when a sandbox goes: it takes over what it finds. Default: as all others. */
    readonly adopting?: pulumi.ProviderResource;
    /** Blocks that hold the API server's addresses. */
    readonly apiCidrs: readonly pulumi.Input<string>[];
    /** Channel secrets of a sandbox or a warm pool, by the kind's key. */
    secretsOf(name: string): Readonly<Record<string, pulumi.Output<string>>>;
}

/** Models that a sandbox's key opens: its own, and what the gateway falls back to. */
export function modelsOf(model: string, models: readonly ModelConfig[]): string[] {
    const own = models.find(({ name }) => name === model);
    return [model, ...(own?.fallbacks ?? [])];
}

/** All agents of a stack, in the namespaces of their kinds. */
export class Sandboxes extends pulumi.ComponentResource {
    /** How to reach each sandbox, by name. */
    readonly access: Record<string, SandboxAccess> = {};
    /** Namespaces that agents run in. */
    readonly namespaces: readonly string[];
    private readonly revisionKey: pulumi.Output<string>;

    constructor(name: string, args: SandboxesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:sandboxes:Sandboxes", name, {}, opts);
        const { sandboxes, warmPools } = args.config;
        this.revisionKey = new RandomPassword(
            `${name}-revision-key`,
            { length: 40, special: false },
            { parent: this },
        ).result;
        const namespaces = this.createNamespaces([...sandboxes, ...warmPools], args);

        this.namespaces = [...namespaces.keys()];
        for (const config of sandboxes) {
            const sandbox = new AgentSandbox(
                `sandbox-${config.name}`,
                { config, ...this.common(config, args, namespaces) },
                { parent: this },
            );
            this.access[config.name] = sandbox.access;
        }
        for (const config of warmPools) {
            new WarmPool(
                `warm-pool-${config.name}`,
                { config, ...this.common(config, args, namespaces) },
                { parent: this },
            );
        }
        this.schedule(sandboxes, args.apiCidrs, [...namespaces.values()]);
        this.registerOutputs({ access: this.access });
    }

    private schedule(
        sandboxes: readonly SandboxConfig[],
        apiCidrs: SandboxesArgs["apiCidrs"],
        dependsOn: readonly pulumi.Resource[],
    ): void {
        const scheduled = sandboxes.flatMap(({ name, agent, schedule }) =>
            schedule ? [{ config: { name, schedule }, namespace: kindOf(agent).namespace }] : [],
        );
        if (scheduled.length === 0) return;
        new SandboxSchedules(
            "sandbox-schedules",
            { sandboxes: scheduled, apiCidrs },
            { parent: this, dependsOn: [...dependsOn] },
        );
    }

    private createNamespaces(
        all: readonly { agent: string }[],
        { config: { sandboxes }, adopting }: SandboxesArgs,
    ): Map<string, SandboxNamespace> {
        const namespaceOf = ({ agent }: { agent: string }) => kindOf(agent).namespace;
        const names = [...new Set(all.map(namespaceOf))].sort();
        return new Map(
            names.map((namespace) => {
                const retain = sandboxes.some(
                    (config) => namespaceOf(config) === namespace && config.storage.onRemove === "retain",
                );
                return [
                    namespace,
                    new SandboxNamespace(`namespace-${namespace}`, { namespace, retain, adopting }, { parent: this }),
                ];
            }),
        );
    }

    private common(
        config: SandboxConfig | WarmPoolConfig,
        args: SandboxesArgs,
        namespaces: Map<string, SandboxNamespace>,
    ) {
        const kind = kindOf(config.agent);
        const namespace = namespaces.get(kind.namespace);
        const model = args.config.gateway.models.find(({ name }) => name === config.model);
        const agent = args.agents.find(({ name }) => name === config.name);
        if (!namespace || !model || !agent) throw new Error(`${config.name}: the config was not checked`);
        const handedIn = args.secretsOf(config.name);
        const secrets = Object.fromEntries(
            kind.secrets(config.settings).flatMap(({ key, env }) => {
                const value = handedIn[key];
                return value ? [[env, value] as const] : [];
            }),
        );
        return {
            kind,
            model,
            namespace: namespace.name,
            proxies: args.proxies,
            port: agent.port,
            runtimeClassName: args.runtimeClassName,
            storageClass: args.storageClass,
            adopting: args.adopting,
            revisionKey: this.revisionKey,
            secrets,
        };
    }
}

function kindOf(agent: string): AgentKind {
    const kind = agentKinds[agent];
    if (!kind) throw new Error(`no agent kind ${agent}; there are ${Object.keys(agentKinds).join(", ")}`);
    return kind;
}
