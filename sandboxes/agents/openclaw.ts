import type { ModelConfig, ResourceAmounts } from "../../config";
import type { AgentWorkload } from "./kind";

/** Port of OpenClaw's gateway. */
export const OPENCLAW_PORT = 18789;

/** What every OpenClaw sandbox has in common, whatever its channel. */
export const openclawDefaults = {
    namespace: "openclaw",
    image: "ghcr.io/openclaw/openclaw:2026.9.6",
    storageGi: 2,
    // The gateway was measured at 1.1 GB resident once it is up.
    resources: {
        requests: { cpu: "500m", memory: "2Gi" } satisfies ResourceAmounts,
        limits: { cpu: "2", memory: "4Gi" } satisfies ResourceAmounts,
    },
};

const HOME = "/home/node/.openclaw";

/** LiteLLM as a model provider. The key is named, not written: OpenClaw reads it from the environment. */
export function litellmProvider(gatewayUrl: string, model: ModelConfig) {
    return {
        baseUrl: `${gatewayUrl}/v1`,
        apiKey: "${LITELLM_API_KEY}",
        api: "openai-completions",
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

/** openclaw.json for one channel. */
export function openclawConfig(gatewayUrl: string, model: ModelConfig, channels: object): string {
    const config = {
        gateway: {
            mode: "local",
            port: OPENCLAW_PORT,
            // The kubelet probes the pod's address, and NetworkPolicy lets nobody else in.
            bind: "lan",
            auth: { mode: "token", token: "${OPENCLAW_GATEWAY_TOKEN}" },
        },
        models: { providers: { litellm: litellmProvider(gatewayUrl, model) } },
        agents: { defaults: { model: { primary: `litellm/${model.name}` } } },
        channels,
    };
    return `${JSON.stringify(config, null, 2)}\n`;
}

/** OpenClaw's gateway with a config file. `/healthz` is liveness, `/readyz` readiness. */
export function openclawWorkload(config: string, webhookPort?: number): AgentWorkload {
    return {
        command: ["node", "dist/index.js", "gateway", "run"],
        env: { OPENCLAW_STATE_DIR: HOME, OPENCLAW_CONFIG_PATH: `${HOME}/openclaw.json`, NODE_ENV: "production" },
        keyEnv: "LITELLM_API_KEY",
        generatedEnv: ["OPENCLAW_GATEWAY_TOKEN"],
        files: { "openclaw.json": config },
        mountPath: HOME,
        stateDir: HOME,
        ports: { gateway: OPENCLAW_PORT, ...(webhookPort ? { webhook: webhookPort } : {}) },
        webhookPort,
        startup: { path: "/healthz", port: OPENCLAW_PORT },
        liveness: { path: "/healthz", port: OPENCLAW_PORT },
        readiness: { path: "/readyz", port: OPENCLAW_PORT },
    };
}
