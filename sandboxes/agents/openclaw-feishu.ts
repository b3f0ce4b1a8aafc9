import { z } from "zod";
import { oneOf } from "../../config/schema/fields";
import { feishuCredentials, feishuDomain, feishuGroup, feishuHosts, feishuUser, feishuWebhookSecrets } from "./feishu";
import { agentKind } from "./kind";
import { heartbeatMinutes, openclawDefaults, openclawPluginHosts, openclawWorkload } from "./openclaw";

/** Port of OpenClaw's Feishu webhook. */
const WEBHOOK_PORT = 3000;

const settings = z
    .strictObject({
        /**
         * `websocket`: the agent opens the connection. `webhook`: Feishu calls `/feishu/events` on port 3000, through an
         * ingress of your own in a namespace with the label `clawstack.dev/ingress: "true"`.
         */
        connectionMode: oneOf(["websocket", "webhook"]).default("websocket"),
        domain: feishuDomain,
        /** Who may write to the agent: anyone of the tenant, those of `allowFrom`, or those who were paired. */
        dmPolicy: oneOf(["open", "allowlist", "pairing"]).default("open"),
        allowFrom: z.array(feishuUser, { error: "a list of Feishu open ids" }).default([]),
        /** Groups in which the agent answers when it is mentioned. Default: none, direct messages alone. */
        groups: z.array(feishuGroup, { error: "a list of Feishu chat ids" }).default([]),
        heartbeatMinutes,
    })
    .refine(({ dmPolicy, allowFrom }) => dmPolicy !== "allowlist" || allowFrom.length > 0, {
        path: ["allowFrom"],
        error: "at least one Feishu open id when dmPolicy is allowlist",
    })
    .refine(({ dmPolicy, allowFrom }) => dmPolicy !== "open" || allowFrom.length === 0, {
        path: ["allowFrom"],
        error: "an empty list when dmPolicy is open; to let in none but those listed, set dmPolicy: allowlist",
    })
    .prefault({});

/** OpenClaw on Feishu or Lark. */
export const openclawFeishu = agentKind<z.output<typeof settings>>({
    ...openclawDefaults,
    kind: "openclaw-feishu",
    settings,
    onHost: ({ connectionMode }) =>
        connectionMode === "websocket" || "connectionMode: websocket on a host, which nothing can call from outside",
    egressHosts: ({ domain }) => [...feishuHosts(domain), ...openclawPluginHosts],
    secrets: ({ connectionMode }) =>
        connectionMode === "webhook" ? [...feishuCredentials, ...feishuWebhookSecrets] : feishuCredentials,
    build: ({
        settings: { connectionMode, domain, dmPolicy, allowFrom, groups, heartbeatMinutes },
        gatewayUrl,
        apiKey,
        model,
    }) => {
        const webhook = connectionMode === "webhook";
        const config = {
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
            groupPolicy: "allowlist",
            groupAllowFrom: groups,
            requireMention: true,
        };
        return openclawWorkload({
            gatewayUrl,
            apiKey,
            model,
            heartbeatMinutes,
            channel: { id: "feishu", config },
            ...(webhook ? { servicePort: WEBHOOK_PORT, ports: { webhook: WEBHOOK_PORT } } : {}),
        });
    },
});
