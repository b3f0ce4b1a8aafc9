import { ConfigError, destroy, outputs, preview, up, type StackOptions, type StackSettings } from "clawstack";

const settings: StackSettings = {
    region: "us-west-2",
    cluster: { name: "outside" },
    gateway: { models: [{ name: "claude-opus-4-6", provider: "bedrock", modelId: "us.anthropic.claude-opus-4-6-v1" }] },
    sandboxes: [{ name: "helper", agent: "openclaw-slack", storage: { onRemove: "delete" } }],
    secrets: { sandboxes: { helper: { slackBotToken: "xoxb-OUTSIDE", slackAppToken: "xapp-OUTSIDE" } } },
};

async function main(): Promise<void> {
    const done: string[] = [];
    const options: StackOptions = {
        stack: "outside",
        settings,
        backend: process.env["STATE"] ?? "none",
        onEvent: (event) => event.kind === "resource" && event.phase === "done" && done.push(event.name),
    };
    const refused = await preview({ ...options, settings: { ...settings, region: "nowhere" } }).catch((error) => error);
    const planned = await preview(options);
    const made = await up(options);
    const read = await outputs(options);
    const gone = await destroy(options);
    console.log(
        JSON.stringify({
            refused: refused instanceof ConfigError ? refused.issues.map(({ key }) => key) : String(refused),
            planned: planned.summary,
            made: made.summary,
            same: made.outputs["cluster_name"]?.value === read["cluster_name"]?.value,
            secret: read["kubeconfig"]?.secret,
            gone: gone.summary,
            events: done.length,
        }),
    );
}

void main();
