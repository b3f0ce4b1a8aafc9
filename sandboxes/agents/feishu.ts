import { z } from "zod";
import type { AgentSecretSpec } from "../../config";
import { oneOf } from "../../config/schema/fields";

/** An open id of a Feishu user. */
export const feishuUser = z.string().regex(/^ou_[A-Za-z0-9]+$/, "a Feishu open id such as ou_0123456789abcdef");

/** The id of a Feishu group chat. */
export const feishuGroup = z.string().regex(/^oc_[A-Za-z0-9]+$/, "a Feishu chat id such as oc_0123456789abcdef");

/** Feishu in China, Lark elsewhere. */
export const feishuDomain = oneOf(["feishu", "lark"]).default("feishu");

export type FeishuDomain = "feishu" | "lark";

/** Hosts of the API and of the WebSocket gateway. */
export function feishuHosts(domain: FeishuDomain): string[] {
    return domain === "feishu" ? ["*.feishu.cn"] : ["*.larksuite.com"];
}

export const feishuCredentials: readonly AgentSecretSpec[] = [
    {
        key: "feishuAppId",
        env: "FEISHU_APP_ID",
        pattern: /^cli_[A-Za-z0-9]+$/,
        allowed: "a Feishu App ID: it starts with cli_",
    },
    {
        key: "feishuAppSecret",
        env: "FEISHU_APP_SECRET",
        pattern: /^\S{8,}$/,
        allowed: "the App Secret of the Feishu app",
    },
];

/** What Feishu signs its calls with, for agents that are called. */
export const feishuWebhookSecrets: readonly AgentSecretSpec[] = [
    {
        key: "feishuVerificationToken",
        env: "FEISHU_VERIFICATION_TOKEN",
        pattern: /^\S+$/,
        allowed: "the Verification Token of the Feishu app's event subscription",
    },
    {
        key: "feishuEncryptKey",
        env: "FEISHU_ENCRYPT_KEY",
        pattern: /^\S+$/,
        allowed: "the Encrypt Key of the Feishu app's event subscription",
    },
];
