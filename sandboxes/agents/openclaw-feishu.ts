import { z } from "zod";
import { oneOf } from "../../config/schema/fields";
import { feishuCredentials, feishuDomain, feishuHosts, feishuUser, feishuWebhookSecrets } from "./feishu";
import { agentKind } from "./kind";
import { openclawConfig, openclawDefaults, openclawWorkload } from "./openclaw";

/** Port of OpenClaw's Feishu webhook. */
const WEBHOOK_PORT = 3000;

const settings = z
    .strictObject({
        /** `websocket`: the agent opens the connection. `webhook`: Feishu calls, through an ingress of your own. */
        connectionMode: oneOf(["websocket", "webhook"]).default("websocket"),
        domain: feishuDomain,
        dmPolicy: oneOf(["open", "allowlist", "pairing"]).default("open"),
        allowFrom: z.array(feishuUser, { error: "a list of Feishu open ids" }).default([]),
    })
    .refine(({ dmPolicy, allowFrom }) => dmPolicy !== "allowlist" || allowFrom.length > 0, {
        path: ["allowFrom"],
        error: "at least one Feishu open id when dmPolicy is allowlist",
    })
    .prefault({});

/** OpenClaw on Feishu or Lark. */
export const openclawFeishu = agentKind<z.output<typeof settings>>({
    ...openclawDefaults,
    kind: "openclaw-feishu",
    settings,
    egressHosts: ({ domain }) => feishuHosts(domain),
    secrets: ({ connectionMode }) =>
        connectionMode === "webhook" ? [...feishuCredentials, ...feishuWebhookSecrets] : feishuCredentials,
    build: ({ settings: { connectionMode, domain, dmPolicy, allowFrom }, gatewayUrl, model }) => {
        const webhook = connectionMode === "webhook";
        const feishu = {
            enabled: true,
            connectionMode,
            domain,
            appId: "${FEISHU_APP_ID}",
            appSecret: "${FEISHU_APP_SECRET}",
            ...(webhook
                ? {
                      verificationToken: "${FEISHU_VERIFICATION_TOKEN}",
                      encryptKey: "${FEISHU_ENCRYPT_KEY}",
                      webhookHost: "0.0.0.0",
                      webhookPort: WEBHOOK_PORT,
                  }
                : {}),
            dmPolicy,
            allowFrom: dmPolicy === "open" ? ["*"] : allowFrom,
        };
        return openclawWorkload(openclawConfig(gatewayUrl, model, { feishu }), webhook ? WEBHOOK_PORT : undefined);
    },
});
