/** Where things are on the host. */
export const paths = {
    /** Config files; read-only for everything but root. */
    config: "/etc/clawstack",
    /** Programs of the set-up. */
    programs: "/opt/clawstack",
    /** The data volume. */
    data: "/var/lib/clawstack",
    /** The agent's state, on the data volume. */
    agentState: "/var/lib/clawstack/agent",
    /** Secrets, fetched at every boot; memory, never disk. */
    secrets: "/run/clawstack",
    litellm: "/opt/litellm",
    node: "/opt/node",
    openclaw: "/opt/openclaw",
    log: "/var/log/clawstack-setup.log",
    /** Final state of the set-up: `ready`, or `failed <step>`. */
    state: "/run/clawstack/state",
} as const;

/**
 * Address of LiteLLM, on the loopback interface. Not 0.0.0.0, which the network would reach, and none of 127.0.0.0/8,
 * which OpenShell never lets a sandbox call. It is the same before and after a restart, so that nothing has to be
 * detected.
 */
export const GATEWAY_ADDRESS = "10.254.254.1";
export const GATEWAY_PORT = 4000;
export const GATEWAY_URL = `http://${GATEWAY_ADDRESS}:${GATEWAY_PORT}`;

/** OpenClaw's gateway and dashboard, within the sandbox and forwarded to the host's loopback. */
export const DASHBOARD_PORT = 18789;

/** Account of the agent: `node` in OpenClaw's image, and owner of its state on the data volume. */
export const AGENT_UID = 1000;

/** A file of the host. */
export interface HostFile {
    readonly path: string;
    readonly content: string;
    /** Octal. Default: 0644, of root. */
    readonly mode?: string;
}
