import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { FIRST_INSTALL_MS, newKey, wantedKey, wantedMetricsKey, type Gateway } from "./harness";
import { GATEWAY_URL, openclawImage, workloadOf } from "./harness/agents";
import { Pod } from "./harness/pod";
import { OPUS, sharedGateway } from "./harness/shared";

const PORT = 18789;
const START_MS = 10 * 60_000;

describe("OpenClaw from npm in the pod that ships (bubblewrap in place of the VM; Slack and Feishu themselves are not reached)", () => {
    let gateway: Gateway;
    const key = newKey();
    const token = newKey();

    before(async function () {
        this.timeout(FIRST_INSTALL_MS);
        gateway = await sharedGateway();
        await openclawImage();
        await gateway.register([wantedKey("openclaw", [OPUS], {}, key), wantedMetricsKey()]);
    });

    async function start(kind: string, secrets: Record<string, string> = {}, settings: object = {}): Promise<Pod> {
        return Pod.start({
            workload: workloadOf(kind, settings),
            image: await openclawImage(),
            secrets: { LITELLM_API_KEY: key, OPENCLAW_GATEWAY_TOKEN: token, ...secrets },
            gateway: { url: GATEWAY_URL, port: new URL(gateway.url).port },
            volume: join(gateway.folder, `volume-${kind}`),
            folder: gateway.folder,
        });
    }

    const validate = (pod: Pod) => pod.exec(["node", "/app/dist/index.js", "config", "validate"]);

    async function turn(pod: Pod): Promise<string> {
        const response = await pod.fetch(PORT, "/v1/chat/completions", {
            method: "POST",
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
            body: JSON.stringify({ model: "openclaw", messages: [{ role: "user", content: "what do you say?" }] }),
        });
        const body = await response.text();
        expect(response.status, body).to.equal(200);
        return (JSON.parse(body) as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? "";
    }

    describe("with its own API", () => {
        let pod: Pod;
        before(async function () {
            this.timeout(START_MS);
            pod = await start("openclaw-api");
            await pod.ready();
        });
        after(() => pod?.stop());

        it("finds its config valid", async function () {
            this.timeout(START_MS);
            expect(await validate(pod)).to.contain("Config valid");
        });

        it("answers each probe of the pod", async () => {
            for (const [name, probe] of Object.entries(pod.probes)) {
                if (!probe) throw new Error(`no ${name} probe`);
                expect((await pod.fetch(probe.port, probe.path)).status, name).to.equal(200);
            }
        });

        it("makes a turn: agent, LiteLLM, Bedrock, and back", async function () {
            this.timeout(START_MS);
            gateway.bedrock.reset();
            gateway.bedrock.answer = () => "a model says this";
            expect(await turn(pod)).to.equal("a model says this");
            const call = gateway.bedrock.calls.at(-1);
            expect(call).to.include({ modelId: "us.anthropic.claude-opus-4-6-v1", stream: true, status: 200 });
            expect(JSON.stringify(call?.request.messages)).to.contain("what do you say?");
            expect(call?.request.toolConfig?.tools).not.to.be.empty;
        });

        it("lets nobody in without its token", async () => {
            const answer = await pod.fetch(PORT, "/v1/chat/completions", { method: "POST", body: "{}" });
            expect(answer.status).to.equal(401);
        });

        it("keeps its key out of every file, and has no administrator's key", async () => {
            const files = (await readdir(gateway.folder, { recursive: true, withFileTypes: true }))
                .filter(
                    (entry) =>
                        entry.isFile() && /\/(volume-openclaw-api|pod-[^/]+\/config)(\/|$)/.test(entry.parentPath),
                )
                .map((entry) => join(entry.parentPath, entry.name));
            expect(files.length).to.be.greaterThan(5);
            for (const file of files) {
                const content = await readFile(file);
                expect(content.includes(key), file).to.equal(false);
                expect(content.includes(gateway.litellm.masterKey), file).to.equal(false);
            }
        });

        it("starts again with a config that was edited in the sandbox, and the stack's model", async function () {
            this.timeout(2 * START_MS);
            const file = join(gateway.folder, "volume-openclaw-api", "openclaw.json");
            const edited = JSON.parse(await readFile(file, "utf8")) as { logging?: object };
            edited.logging = { level: "debug" };
            await pod.stop();
            await writeFile(file, JSON.stringify(edited));
            pod = await start("openclaw-api");
            await pod.ready();
            expect(JSON.parse(await readFile(file, "utf8"))).to.deep.include({ logging: { level: "debug" } });
            gateway.bedrock.reset();
            expect(await turn(pod)).to.equal("pong");
        });
    });

    const channels: Record<string, readonly [Record<string, string>, object, RegExp]> = {
        "openclaw-slack": [
            { SLACK_BOT_TOKEN: "xoxb-0123456789", SLACK_APP_TOKEN: "xapp-0123456789" },
            { dmPolicy: "allowlist", allowFrom: ["U0123456789"], channels: ["C0123456789"] },
            /\[slack\]/,
        ],
        "openclaw-feishu": [
            { FEISHU_APP_ID: "cli_0123456789", FEISHU_APP_SECRET: "0123456789abcdef" },
            { dmPolicy: "allowlist", allowFrom: ["ou_0123456789"], groups: ["oc_0123456789"] },
            /\[?feishu/i,
        ],
    };
    for (const [kind, [secrets, settings, sign]] of Object.entries(channels)) {
        it(`as ${kind} installs its channel, finds the config valid, starts, and turns to its channel`, async function () {
            this.timeout(2 * START_MS);
            const pod = await start(kind, secrets, settings);
            try {
                expect(await validate(pod)).to.contain("Config valid");
                await pod.ready();
                const { liveness } = pod.probes;
                expect((await pod.fetch(PORT, liveness?.path ?? "")).status).to.equal(200);
                await pod.logged(sign);
            } finally {
                await pod.stop();
            }
        });
    }
});
