import type { ResourceAmounts } from "../../config";
import { integer } from "../../config/schema/fields";
import { openclaw } from "../../config/versions";
import { CONFIG_DIR, MANAGED_DIR, type AgentInput, type AgentWorkload } from "./kind";

/** Port of OpenClaw's gateway. */
export const OPENCLAW_PORT = 18789;

/** What every OpenClaw sandbox has in common, whatever its channel. */
export const openclawDefaults = {
    namespace: "openclaw",
    onHost: () => true as const,
    image: openclaw.image,
    storageGi: 2,
    // The gateway was measured at 1.1 GB resident once it is up.
    resources: {
        requests: { cpu: "500m", memory: "2Gi" } satisfies ResourceAmounts,
        limits: { cpu: "2", memory: "4Gi" } satisfies ResourceAmounts,
    },
};

/**
 * Channels are no part of the image: each is a package on npm. OpenClaw would install one by itself, and start without
 * it when it can't; so it is installed first, in a pinned version.
 */
const channelPlugins = openclaw.plugins;

/** Where channel plugins come from. */
export const openclawPluginHosts = ["registry.npmjs.org"];

const HOME = "/home/node/.openclaw";

/** How it comes to its model. */
type ModelAccess = Pick<AgentInput<unknown>, "gatewayUrl" | "apiKey" | "model">;

/** LiteLLM as a model provider. */
export function litellmProvider({ gatewayUrl, apiKey, model }: ModelAccess) {
    return {
        baseUrl: `${gatewayUrl}/v1`,
        apiKey,
        api: "openai-completions",
        // A Service has a private address, which OpenClaw calls no model at unless told; NetworkPolicy limits it to LiteLLM's.
        request: { allowPrivateNetwork: true },
        models: [
            {
                id: model.name,
                name: `${model.displayName ?? model.name} (LiteLLM)`,
                reasoning: model.reasoning,
                input: model.input,
                contextWindow: model.contextWindow,
                maxTokens: model.maxTokens,
            },
        ],
    };
}

export interface OpenclawChannel {
    /** Plugin of the channel, and its key under `channels`. */
    readonly id: keyof typeof channelPlugins;
    readonly config: object;
}

/**
 * Setting of every OpenClaw kind: minutes between turns that the agent takes by itself, to see whether there is anything to
 * do. Each costs the tokens of a whole prompt, asked or not; OpenClaw's own default is 30. 0: none.
 */
export const heartbeatMinutes = integer(0, 1440, "minutes").default(0);

export interface OpenclawOptions extends ModelAccess {
    readonly channel?: OpenclawChannel;
    /** Minutes between turns that the agent takes by itself; 0: none. */
    readonly heartbeatMinutes: number;
    /** Offers the OpenAI-compatible API of the agent itself. */
    readonly httpApi?: boolean;
    readonly servicePort?: number;
    readonly ports?: Readonly<Record<string, number>>;
}

function json(value: unknown): string {
    return `${JSON.stringify(value, null, 2)}\n`;
}

const include = (file: string) => ({ $include: `${MANAGED_DIR}/${file}` });

/**
 * openclaw.json and the files that it includes. The sandbox may edit openclaw.json, and its edits live on; model,
 * gateway and who may write to the agent are includes, which OpenClaw reads anew at every start and never writes.
 */
export function openclawFiles({ channel, heartbeatMinutes, httpApi, ...access }: OpenclawOptions) {
    const config = {
        gateway: {
            mode: "local",
            port: OPENCLAW_PORT,
            // The kubelet probes the pod's address. OpenClaw starts on it only with a token; NetworkPolicy is the other lock.
            bind: "lan",
            auth: { mode: "token", token: "${OPENCLAW_GATEWAY_TOKEN}" },
            ...(httpApi ? { http: { endpoints: { chatCompletions: { enabled: true } } } } : {}),
        },
        // Versions and models are the stack's to decide, and the hosts that know others are out of reach.
        update: { checkOnStart: false },
        models: { providers: { litellm: include("provider.json") }, catalogRefresh: { enabled: false } },
        agents: { defaults: { model: include("model.json"), heartbeat: include("heartbeat.json") } },
        ...(channel
            ? {
                  channels: { [channel.id]: include("channel.json") },
                  // A plugin from npm does nothing until it is named here.
                  plugins: { entries: { [channel.id]: { enabled: true } } },
              }
            : {}),
    };
    return {
        files: { "openclaw.json": json(config) },
        managed: {
            "provider.json": json(litellmProvider(access)),
            "model.json": json({ primary: `litellm/${access.model.name}` }),
            "heartbeat.json": json({ every: `${heartbeatMinutes}m` }),
            ...(channel ? { "channel.json": json(channel.config) } : {}),
        },
    };
}

/** Installs a channel's plugin on the volume, unless it is there in the right version. */
export function pluginScript(id: OpenclawChannel["id"]): string {
    const version = channelPlugins[id];
    const installed = `"$OPENCLAW_STATE_DIR"/npm/projects/*/node_modules/@openclaw/${id}/package.json`;
    return [
        "set -eu",
        `if grep -qs '"version": "${version}"' ${installed}; then exit 0; fi`,
        // With a config of its own, so that openclaw.json stays as the stack wrote it; in a folder of its own, for
        // OpenClaw makes its config's folder private, and /tmp is root's.
        "export OPENCLAW_CONFIG_PATH=/tmp/plugin-install/openclaw.json",
        `node /app/dist/index.js plugins install npm:@openclaw/${id}@${version} --pin --force`,
    ].join("\n");
}

/** OpenClaw's gateway. `/healthz` is liveness; `/readyz` also fails while the channel's connection does. */
export function openclawWorkload(options: OpenclawOptions): AgentWorkload {
    return {
        command: ["node", "/app/dist/index.js", "gateway", "run"],
        env: {
            OPENCLAW_STATE_DIR: HOME,
            OPENCLAW_CONFIG_PATH: `${HOME}/openclaw.json`,
            // ConfigMap files are symbolic links within this folder.
            OPENCLAW_INCLUDE_ROOTS: CONFIG_DIR,
            // Caches of its databases and of npm; by default they are in its home, which is no part of the volume.
            XDG_CACHE_HOME: "/tmp/cache",
            npm_config_cache: "/tmp/cache/npm",
            NODE_ENV: "production",
        },
        // Downloads go by HTTPS_PROXY too, without a look-up of the host first: there is no name server.
        proxyEnv: { OPENCLAW_PROXY_ACTIVE: "1" },
        generatedEnv: ["OPENCLAW_GATEWAY_TOKEN"],
        setup: options.channel && pluginScript(options.channel.id),
        ...openclawFiles(options),
        mountPath: HOME,
        stateDir: HOME,
        ports: { gateway: OPENCLAW_PORT, ...options.ports },
        servicePort: options.servicePort,
        startup: { path: "/startupz", port: OPENCLAW_PORT },
        liveness: { path: "/healthz", port: OPENCLAW_PORT },
        readiness: { path: "/readyz", port: OPENCLAW_PORT },
    };
}
