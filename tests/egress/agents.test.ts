import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { FIRST_INSTALL_MS, newKey, type Gateway } from "../gateway/harness";
import { openclawImage } from "../gateway/harness/agents";
import { sharedGateway } from "../gateway/harness/shared";
import { AgentBehindProxies } from "./harness/behind-proxies";
import { Slack } from "./harness/slack";
import { certificate } from "./harness/tls";

const START_MS = 10 * 60_000;
const REGISTRY = "registry.npmjs.org";
/** Where Slack is in this test: loopback, at the port that its clients know. */
const SLACK_ADDRESS = "127.0.0.43";
const USER = "U0123456789";

describe("OpenClaw on Slack in the pod that ships, behind both real Envoys, with no other network (npm's registry and LiteLLM are real; Slack and Bedrock are stand-ins)", () => {
    let folder: string;
    let gateway: Gateway;
    let slack: Slack;
    let agent: AgentBehindProxies;

    before(async function () {
        this.timeout(FIRST_INSTALL_MS + START_MS);
        gateway = await sharedGateway();
        folder = await mkdtemp(join(tmpdir(), "clawstack-slack-"));
        const tls = await certificate(folder, ["slack.com", "*.slack.com"]);
        slack = new Slack(tls);
        await slack.start(SLACK_ADDRESS);
        agent = await AgentBehindProxies.start({
            gateway,
            kind: "openclaw-slack",
            settings: { dmPolicy: "allowlist", allowFrom: [USER] },
            secrets: {
                SLACK_BOT_TOKEN: "xoxb-0123456789",
                SLACK_APP_TOKEN: "xapp-0123456789",
                OPENCLAW_GATEWAY_TOKEN: newKey(),
            },
            image: await openclawImage(),
            realHosts: [REGISTRY],
            standIn: { names: /(^|\.)slack\.com$/, address: SLACK_ADDRESS, tls },
        });
        await agent.pod.ready();
    });
    after(async () => {
        await agent?.stop();
        slack?.stop();
        await rm(folder, { recursive: true, force: true });
    });

    const allowed = { agent: "agent", method: "CONNECT", status: 200 };
    const tunnelTo = (host: string) => agent.tunnelTo(host);

    it("installed its plugin from npm's registry through the egress proxy, and tried nothing else", async () => {
        expect(await tunnelTo(REGISTRY)).to.deep.include(allowed);
        expect(agent.pod.strayedBy["setup"]).to.deep.equal({ noRoute: 0, lookUps: 0 });
    });

    it("opens Slack's API and the WebSocket of its Socket Mode through the egress proxy", async function () {
        this.timeout(120_000);
        while (!slack.connected) await sleep(200);
        expect(await tunnelTo("slack.com")).to.deep.include({ ...allowed, upstream: `${SLACK_ADDRESS}:443` });
        expect(slack.calls.map(({ method }) => method)).to.include("apps.connections.open");
    });

    it("answers a message of Slack: agent, inference proxy, LiteLLM, Bedrock, and back to Slack", async function () {
        this.timeout(START_MS);
        gateway.bedrock.reset();
        gateway.bedrock.answer = () => "a model says this";
        slack.write(USER, "what do you say?");
        const answered = () => slack.calls.some(({ body }) => /a(\+|%20| )model(\+|%20| )says/.test(body));
        while (!answered()) await sleep(500);
        const call = gateway.bedrock.calls.find(({ request }) =>
            JSON.stringify(request.messages).includes("what do you say?"),
        );
        expect(call).to.include({ modelId: "us.anthropic.claude-opus-4-6-v1", status: 200 });
        const line = await agent.inference.logged(({ path }) => path === "/v1/chat/completions");
        expect(line).to.deep.include({ agent: "agent", method: "POST", status: 200 });
    });

    it("would be seen to try another way: an address, a name", async function () {
        this.timeout(120_000);
        const tries = [
            'net.connect(443, "198.51.100.1").on("error", ({ code }) => console.log(code))',
            'dns.resolve4("example.com", (error) => console.log(error?.code))',
        ];
        expect(await agent.pod.exec(["node", "-e", tries.join(";")]))
            .to.include("ENETUNREACH")
            .and.include("ECONNREFUSED");
        expect(agent.pod.strayedBy["exec"]?.noRoute).to.be.greaterThan(0);
        expect(agent.pod.strayedBy["exec"]?.lookUps).to.be.greaterThan(0);
    });

    it("has no key of LiteLLM in its files, its environment or its log", async () => {
        const entries = await readdir(agent.folder, { recursive: true, withFileTypes: true });
        const files = entries
            .filter((entry) => entry.isFile() && /\/(volume|pod-[^/]+)(\/|$)/.test(entry.parentPath))
            .map((entry) => join(entry.parentPath, entry.name));
        expect(files.length).to.be.greaterThan(5);
        // A running agent removes some of its files between the listing and the reading.
        let read = 0;
        for (const file of files) {
            const content = await readFile(file).catch(ifGone);
            if (content.length > 0) read++;
            expect(content.includes(agent.key), file).to.equal(false);
        }
        expect(read).to.be.greaterThan(5);
        expect(await agent.pod.exec(["env"]))
            .to.include("HTTPS_PROXY=http://egress-proxy.egress.svc.cluster.local:")
            .and.not.include(agent.key);
    });

    it("tried no other way: no address without a route, no name server, no host but those of its channel", async () => {
        expect(await agent.pod.strayed()).to.deep.equal({ noRoute: 0, lookUps: 0 });
        // A tunnel is logged when it closes.
        await agent.pod.stop();
        expect(await tunnelTo("wss-primary.slack.com")).to.deep.include(allowed);
        expect(new Set(agent.names.asked)).to.deep.equal(new Set([REGISTRY, "slack.com", "wss-primary.slack.com"]));
        // OpenClaw's market of plugins, which no setting keeps it from asking at its start.
        const refused = (await agent.egress.lines()).filter(
            ({ status, host }) => status !== 200 && host !== "clawhub.ai:443",
        );
        expect(refused).to.deep.equal([]);
    });
});

function ifGone(error: NodeJS.ErrnoException): Buffer {
    if (error.code !== "ENOENT") throw error;
    return Buffer.alloc(0);
}
