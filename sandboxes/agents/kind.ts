import type { AgentKindSpec, ModelConfig } from "../../config";

/** Where the pod sees the stack's config files, read-only. */
export const CONFIG_DIR = "/etc/clawstack";
/** Files that start a new volume; the sandbox owns its copy. */
export const SEED_DIR = `${CONFIG_DIR}/seed`;
/** Files that the agent reads in place: what they say is the stack's to decide, on every start. */
export const MANAGED_DIR = `${CONFIG_DIR}/managed`;

/** What stands where a client wants a key. The key itself is added on the way to LiteLLM and is in no sandbox. */
export const NO_KEY = "added-by-the-inference-proxy";

/** What a kind is given to describe its workload. */
export interface AgentInput<Settings> {
    readonly name: string;
    readonly settings: Settings;
    readonly model: ModelConfig;
    /** Where models are, without the `/v1` of the OpenAI-compatible API. */
    readonly gatewayUrl: string;
    /** What the config gives as the key: NO_KEY, or `${NAME}` of an environment variable. Never a key. */
    readonly apiKey: string;
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
    /** What it takes, beside HTTPS_PROXY, for all of its connections to go by the proxy. */
    readonly proxyEnv?: Readonly<Record<string, string>>;
    /** Secrets that the platform makes up for it, by environment variable. */
    readonly generatedEnv?: readonly string[];
    /** Shell script that an init container runs, with the volume and `env`: what the image lacks. It fails, or all is there. */
    readonly setup?: string;
    /** Config files by name; the init container copies them to `stateDir` on the first run. No secret in them. */
    readonly files: Readonly<Record<string, string>>;
    /** Config files by name, at `MANAGED_DIR`. No secret in them. */
    readonly managed: Readonly<Record<string, string>>;
    /** Where the volume is mounted. */
    readonly mountPath: string;
    /** Where config files belong; below `mountPath`. */
    readonly stateDir: string;
    readonly ports: Readonly<Record<string, number>>;
    /** Port that may be reached from within the cluster, for agents that are called. */
    readonly servicePort?: number;
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
