import { hermesFeishu } from "./hermes-feishu";
import type { AgentKind } from "./kind";
import { openclawApi } from "./openclaw-api";
import { openclawFeishu } from "./openclaw-feishu";
import { openclawSlack } from "./openclaw-slack";

export { openclawPluginHosts } from "./openclaw";
export { CONFIG_DIR, MANAGED_DIR, NO_KEY, SEED_DIR, type AgentInput, type AgentKind, type AgentWorkload } from "./kind";

/** Every agent kind that a sandbox may name. */
export const agentKinds: Readonly<Record<string, AgentKind>> = Object.fromEntries(
    [openclawSlack, openclawFeishu, openclawApi, hermesFeishu].map((kind) => [kind.kind, kind]),
);
