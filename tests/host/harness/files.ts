import * as path from "node:path";
import { configFrom, readStackFile, type StackConfig } from "../../../config";
import { hostFiles } from "../../../bootstrap";
import type { HostFile } from "../../../bootstrap";
import { agentKinds } from "../../../sandboxes";

const root = path.resolve(__dirname, "../../..");

interface Change {
    readonly agent?: string;
    readonly sandbox?: boolean;
    readonly persona?: string;
}

const secrets = {
    sandboxes: { assistant: { slackBotToken: "xoxb-1", slackAppToken: "xapp-1" } },
};

/** The config of the stack that ships, changed. */
export function hostConfig({ agent = "openclaw-api", sandbox = true, persona }: Change = {}): StackConfig {
    const { values } = readStackFile(path.join(root, "Pulumi.host.yaml"));
    const host = JSON.parse(values["clawstack:host"] ?? "{}") as object;
    const [first] = JSON.parse(values["clawstack:sandboxes"] ?? "[]") as object[];
    return configFrom(
        {
            ...values,
            "clawstack:host": JSON.stringify({ ...host, sandbox, ...(persona ? { persona } : {}) }),
            "clawstack:sandboxes": JSON.stringify([{ ...first, agent }]),
            ...(agent === "openclaw-slack" ? { "clawstack:secrets": JSON.stringify(secrets) } : {}),
        },
        agentKinds,
        "host",
        "stack host",
    ).config;
}

export const VOLUME = "vol-0123456789abcdef0";

export function filesOf(change: Change = {}): HostFile[] {
    return hostFiles(hostConfig(change), VOLUME);
}

/** Content of the file whose path ends so. */
export function file(files: readonly HostFile[], end: string): string {
    const found = files.filter(({ path }) => path.endsWith(end));
    if (found.length !== 1) throw new Error(`${found.length} files end with ${end}`);
    return found[0]?.content ?? "";
}
