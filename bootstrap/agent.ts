import type { SandboxConfig, ModelConfig } from "../config";
import { agentKinds, CONFIG_DIR, MANAGED_DIR, openclawPluginHosts } from "../sandboxes/agents";
import { AGENT_UID, DASHBOARD_PORT, GATEWAY_URL, paths, type HostFile } from "./layout";

/** The agent in its sandbox's file system, or in the host's. */
interface Place {
    /** Apart from the state: OpenClaw refuses to start where both are one folder. */
    readonly home: string;
    readonly stateDir: string;
    /** The state as the host sees it. */
    readonly hostStateDir: string;
    /** Node and OpenClaw, as the agent's command names them. */
    readonly node: string;
    readonly program: string;
}

const inSandbox: Place = {
    home: "/sandbox",
    stateDir: "/sandbox/.openclaw",
    hostStateDir: paths.agentState,
    node: "/usr/local/bin/node",
    program: "/app/dist/index.js",
};
const onHost: Place = {
    home: paths.agentState,
    stateDir: `${paths.agentState}/.openclaw`,
    hostStateDir: `${paths.agentState}/.openclaw`,
    node: `${paths.node}/bin/node`,
    program: `${paths.openclaw}/node_modules/openclaw/dist/index.js`,
};

/** What the host runs as its agent, free of how it is held. */
export interface HostAgent {
    readonly image: string;
    readonly home: string;
    readonly stateDir: string;
    /** The state as the host sees it. */
    readonly hostStateDir: string;
    readonly node: string;
    readonly command: readonly string[];
    /** Plain environment. */
    readonly env: Readonly<Record<string, string>>;
    /** Config files below `/etc/clawstack`: what the stack decides, read-only for the agent. */
    readonly files: readonly HostFile[];
    /** Files that start a new state, relative to `stateDir`; the agent owns them from then on. */
    readonly seed: Readonly<Record<string, string>>;
    /** Shell script that installs what the program lacks, run once with the network of the host. */
    readonly setup?: string;
    /** Host names that its channel needs while it runs. */
    readonly channelHosts: readonly string[];
    /** Environment variables that hold its channel's secrets. */
    readonly channelSecrets: readonly string[];
    readonly cpu: string;
    readonly memory: string;
}

export interface HostAgentInput {
    readonly agent: SandboxConfig;
    readonly model: ModelConfig;
    readonly persona?: string;
    readonly sandbox: boolean;
}

/** What a host changes in openclaw.json: nothing listens but on loopback, and the workspace is with the state. */
function hostConfig(openclawJson: string, stateDir: string): string {
    const config = JSON.parse(openclawJson) as { gateway: object; agents: { defaults: object } };
    const gateway = {
        ...config.gateway,
        bind: "loopback",
        // The dashboard is opened through a port forward, at this address.
        controlUi: { allowedOrigins: [`http://localhost:${DASHBOARD_PORT}`, `http://127.0.0.1:${DASHBOARD_PORT}`] },
    };
    const defaults = { ...config.agents.defaults, workspace: `${stateDir}/workspace` };
    return `${JSON.stringify({ ...config, gateway, agents: { ...config.agents, defaults } }, null, 2)}\n`;
}

/** The configured agent, moved from its pod to the host or to the host's sandbox. */
export function hostAgent({ agent, model, persona, sandbox }: HostAgentInput): HostAgent {
    const kind = agentKinds[agent.agent];
    if (!kind) throw new Error(`no agent kind ${agent.agent}`);
    const place = sandbox ? inSandbox : onHost;
    const workload = kind.build({
        name: agent.name,
        settings: agent.settings,
        model,
        gatewayUrl: GATEWAY_URL,
        apiKey: "${LITELLM_API_KEY}",
    });
    const moved = (text: string) =>
        text.replaceAll(workload.stateDir, place.stateDir).replaceAll("/app/dist/index.js", place.program);
    const command = workload.command.map((part) => (part === "node" ? place.node : moved(part)));
    const seed = Object.entries(workload.files).map(([name, content]): [string, string] => [
        name,
        name === "openclaw.json" ? hostConfig(moved(content), place.stateDir) : moved(content),
    ]);
    return {
        image: agent.image,
        home: place.home,
        stateDir: place.stateDir,
        hostStateDir: place.hostStateDir,
        node: place.node,
        command,
        env: {
            ...Object.fromEntries(Object.entries(workload.env).map(([name, value]) => [name, moved(value)])),
            HOME: place.home,
            OPENCLAW_INCLUDE_ROOTS: CONFIG_DIR,
        },
        files: Object.entries(workload.managed).map(([name, content]) => ({
            path: `${MANAGED_DIR}/${name}`,
            content: moved(content),
        })),
        seed: { ...Object.fromEntries(seed), ...(persona ? { "workspace/SOUL.md": `${persona.trimEnd()}\n` } : {}) },
        setup: workload.setup && moved(workload.setup).replace(/^node /m, `${place.node} `),
        channelHosts: [
            // What is installed once is no reason to leave a way out open.
            ...kind.egressHosts(agent.settings).filter((host) => !openclawPluginHosts.includes(host)),
            ...agent.allowedHosts,
        ],
        channelSecrets: kind.secrets(agent.settings).map(({ env }) => env),
        cpu: agent.resources.limits.cpu,
        memory: agent.resources.limits.memory,
    };
}

/** `uid:gid` of the agent. */
export const AGENT_OWNER = `${AGENT_UID}:${AGENT_UID}`;
