import { hermesFeishu } from "./hermes-feishu";
import type { AgentKind } from "./kind";
import { openclawFeishu } from "./openclaw-feishu";
import { openclawSlack } from "./openclaw-slack";

export type { AgentInput, AgentKind, AgentWorkload } from "./kind";

/** Every agent kind that a sandbox may name. */
export const agentKinds: Readonly<Record<string, AgentKind>> = Object.fromEntries(
    [openclawSlack, openclawFeishu, hermesFeishu].map((kind) => [kind.kind, kind]),
);
