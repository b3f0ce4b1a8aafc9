import { at } from "../inputs";
import type { Rule } from "../types";

/** What an agent on a host without a sandbox can do that one within it can't. */
export const lostProtection = [
    "it holds the key of LiteLLM itself, not a placeholder, and LiteLLM's administration answers it",
    "its channel's tokens are in its environment",
    "it may send to any public HTTPS host when it has a channel, not to the channel's hosts alone",
    "it sees the host's file system, where Landlock would show it a few folders",
    "it shares the host's kernel interfaces, filtered by systemd's list of system calls alone",
] as const;

export const agentSandbox: Rule = {
    name: "agent-in-sandbox",
    severity: "warning",
    reason: "An agent reads what strangers write; what it may do then is up to its sandbox.",
    check: ({ type, inputs }) =>
        type === "aws:ec2/instance:Instance" && at(inputs, "tags", "Sandbox") === "none"
            ? lostProtection.map((lost) => `without a sandbox, ${lost}; set host.sandbox to true`)
            : [],
};
