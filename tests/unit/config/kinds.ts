import { z } from "zod";
import type { AgentKindSpec, AgentKindSpecs } from "../../../config";

const echo: AgentKindSpec<{ greeting: string }> = {
    kind: "echo",
    namespace: "echo",
    image: "ghcr.io/example/echo:1.0.0",
    storageGi: 2,
    resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "2", memory: "4Gi" } },
    settings: z.strictObject({ greeting: z.string().default("hello") }).prefault({}),
    egressHosts: () => ["slack.com"],
    secrets: () => [
        { key: "slackBotToken", env: "SLACK_BOT_TOKEN", pattern: /^xoxb-\S+$/, allowed: "a Slack bot token: xoxb-..." },
        { key: "slackAppToken", env: "SLACK_APP_TOKEN", pattern: /^xapp-\S+$/, allowed: "a Slack app token: xapp-..." },
    ],
};

/** A registry with one kind, so that these tests say nothing of the agents that ship. */
export const kinds: AgentKindSpecs = { echo: echo as AgentKindSpec };

/** A stack's flat config map: the region, and each section as the JSON text that the engine hands over. */
export function stackValues(sections: Record<string, unknown>): Record<string, string> {
    const entries = Object.entries(sections).map(([key, value]): [string, string] => [
        `clawstack:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return { "aws:region": "us-west-2", ...Object.fromEntries(entries) };
}

export const slackSecrets = {
    sandboxes: { support: { slackBotToken: "xoxb-1", slackAppToken: "xapp-1" } },
};
