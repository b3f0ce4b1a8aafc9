import { z } from "zod";
import { agentKind } from "./kind";
import { heartbeatMinutes, OPENCLAW_PORT, openclawDefaults, openclawWorkload } from "./openclaw";

const settings = z.strictObject({ heartbeatMinutes }).prefault({});

/**
 * OpenClaw without a channel: programs of the cluster call its OpenAI-compatible API (`/v1/chat/completions` on port
 * 18789) with the token in the Secret of its name, key OPENCLAW_GATEWAY_TOKEN, from a namespace with the label
 * `clawstack.dev/ingress: "true"`. The kind for warm pools: sandboxes of one pool share their channel's tokens, and Slack
 * and Feishu hand a message to any of them, claimed or not.
 */
export const openclawApi = agentKind<z.output<typeof settings>>({
    ...openclawDefaults,
    kind: "openclaw-api",
    settings,
    egressHosts: () => [],
    secrets: () => [],
    build: ({ settings: { heartbeatMinutes }, gatewayUrl, apiKey, model }) =>
        openclawWorkload({ gatewayUrl, apiKey, model, heartbeatMinutes, httpApi: true, servicePort: OPENCLAW_PORT }),
});
