import { z } from "zod";
import { oneOf } from "../../config/schema/fields";
import { agentKind } from "./kind";
import { heartbeatMinutes, openclawDefaults, openclawPluginHosts, openclawWorkload } from "./openclaw";

const slackUser = z.string().regex(/^[UW][A-Z0-9]{6,}$/, "a Slack member id such as U0123456789");
const slackChannel = z.string().regex(/^[CG][A-Z0-9]{6,}$/, "a Slack channel id such as C0123456789");

const settings = z
    .strictObject({
        /** Who may write to the agent: anyone of the workspace, those of `allowFrom`, or those who were paired. */
        dmPolicy: oneOf(["open", "allowlist", "pairing"]).default("open"),
        allowFrom: z.array(slackUser, { error: "a list of Slack member ids" }).default([]),
        /** Channels in which the agent answers when it is mentioned. Default: none, direct messages alone. */
        channels: z.array(slackChannel, { error: "a list of Slack channel ids" }).default([]),
        heartbeatMinutes,
    })
    .refine(({ dmPolicy, allowFrom }) => dmPolicy !== "allowlist" || allowFrom.length > 0, {
        path: ["allowFrom"],
        error: "at least one Slack member id when dmPolicy is allowlist",
    })
    .refine(({ dmPolicy, allowFrom }) => dmPolicy !== "open" || allowFrom.length === 0, {
        path: ["allowFrom"],
        error: "an empty list when dmPolicy is open; to let in none but those listed, set dmPolicy: allowlist",
    })
    .prefault({});

/** OpenClaw on Slack, over Socket Mode: the agent opens the connection, nothing listens on the internet. */
export const openclawSlack = agentKind<z.output<typeof settings>>({
    ...openclawDefaults,
    kind: "openclaw-slack",
    settings,
    egressHosts: () => ["slack.com", "*.slack.com", "*.slack-edge.com", ...openclawPluginHosts],
    secrets: () => [
        {
            key: "slackBotToken",
            env: "SLACK_BOT_TOKEN",
            pattern: /^xoxb-\S+$/,
            allowed: "a Slack bot token: it starts with xoxb-",
        },
        {
            key: "slackAppToken",
            env: "SLACK_APP_TOKEN",
            pattern: /^xapp-\S+$/,
            allowed: "a Slack app-level token: it starts with xapp-",
        },
    ],
    build: ({ settings: { dmPolicy, allowFrom, channels, heartbeatMinutes }, gatewayUrl, apiKey, model }) =>
        openclawWorkload({
            gatewayUrl,
            apiKey,
            model,
            heartbeatMinutes,
            channel: {
                id: "slack",
                // Tokens come by SLACK_BOT_TOKEN and SLACK_APP_TOKEN.
                config: {
                    enabled: true,
                    mode: "socket",
                    dmPolicy,
                    allowFrom: dmPolicy === "open" ? ["*"] : allowFrom,
                    groupPolicy: "allowlist",
                    channels: Object.fromEntries(channels.map((id) => [id, { enabled: true, requireMention: true }])),
                },
            },
        }),
});
