import type { AgentKindSpec, ModelConfig } from "../../config";

/** What a kind is given to describe its workload. */
export interface AgentInput<Settings> {
    readonly name: string;
    readonly settings: Settings;
    readonly model: ModelConfig;
    /** Models that the agent may ask for beside its own. */
    readonly gatewayUrl: string;
}

export interface HttpProbe {
    readonly path: string;
    readonly port: number;
}

/** The workload of one agent, free of Kubernetes: what to run, with which files, and where its state lives. */
export interface AgentWorkload {
    readonly command: readonly string[];
    /** Plain environment. Never a secret. */
    readonly env: Readonly<Record<string, string>>;
    /** Environment variable that the agent reads its virtual key from. */
    readonly keyEnv: string;
    /** Secrets that the platform makes up for it, by environment variable. */
    readonly generatedEnv?: readonly string[];
    /** Config files by name; the init container copies them to `stateDir` on the first run. */
    readonly files: Readonly<Record<string, string>>;
    /** Where the volume is mounted. */
    readonly mountPath: string;
    /** Where config files belong; below `mountPath`. */
    readonly stateDir: string;
    readonly ports: Readonly<Record<string, number>>;
    /** Port that may be reached from within the cluster, for channels that call the agent. */
    readonly webhookPort?: number;
    readonly startup?: HttpProbe;
    readonly liveness?: HttpProbe;
    readonly readiness?: HttpProbe;
}

/** An agent kind: what the config knows of it, and how it runs. */
export interface AgentKind<Settings = unknown> extends AgentKindSpec<Settings> {
    build(input: AgentInput<Settings>): AgentWorkload;
}

/** A kind with its settings' type hidden, for the registry; `settings` has been parsed by the kind's own schema. */
export function agentKind<Settings>(kind: AgentKind<Settings>): AgentKind {
    return kind as AgentKind;
}
