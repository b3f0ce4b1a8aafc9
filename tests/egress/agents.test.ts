import { lookup } from "node:dns/promises";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { StackConfig } from "../../config";
import { agentKinds, proxiedAgents } from "../../sandboxes";
import { NO_KEY } from "../../sandboxes/agents";
import { egressBootstrap, egressListeners, type EgressOptions } from "../../workloads/egress-proxy/config";
import { inferenceBootstrap, inferenceListeners } from "../../workloads/inference-proxy/config";
import { nonPublicRanges } from "../../workloads/non-public-ranges";
import { FIRST_INSTALL_MS, newKey, wantedKey, wantedMetricsKey, type Gateway } from "../gateway/harness";
import { openclawImage, workloadOf } from "../gateway/harness/agents";
import { Pod } from "../gateway/harness/pod";
import { OPUS, sharedGateway } from "../gateway/harness/shared";
import { freePorts } from "../harness/process";
import { TestProxy } from "./harness/envoy";
import { NameServer } from "./harness/name-server";
import { Slack } from "./harness/slack";
import { certificate } from "./harness/tls";

const START_MS = 10 * 60_000;
const REGISTRY = "registry.npmjs.org";
/** Where Slack is in this test: loopback, at the port that its clients know. */
const SLACK_ADDRESS = "127.0.0.43";
const USER = "U0123456789";

const settings = { dmPolicy: "allowlist", allowFrom: [USER] };

/** The agent as the proxies know it, from a stack's config. */
function proxiedAgent(name: string, kind: string) {
    const parsed = agentKinds[kind]?.settings.parse(settings);
    const sandbox = { name, agent: kind, settings: parsed, allowedHosts: [] };
    const stack = { sandboxes: [sandbox], warmPools: [] } as unknown as StackConfig;
    const [agent] = proxiedAgents(stack);
    if (!agent) throw new Error("the stack has no agent");
    return agent;
}

describe("OpenClaw on Slack in the pod that ships, behind both real Envoys, with no other network (npm's registry and LiteLLM are real; Slack and Bedrock are stand-ins)", () => {
    let folder: string;
    let gateway: Gateway;
    let egress: TestProxy;
    let inference: TestProxy;
    let slack: Slack;
    let names: NameServer;
    let pod: Pod;
    const agent = proxiedAgent("support", "openclaw-slack");
    const key = newKey();
    const secrets = {
        SLACK_BOT_TOKEN: "xoxb-0123456789",
        SLACK_APP_TOKEN: "xapp-0123456789",
        OPENCLAW_GATEWAY_TOKEN: newKey(),
    };

    async function startProxies(): Promise<[string, string]> {
        const [inferencePort = 0, egressPort = 0] = await freePorts(2);
        const upstream = { host: "127.0.0.1", port: Number(new URL(gateway.url).port) };
        inference = await TestProxy.start(join(folder, "inference"), (place) => ({
            bootstrap: inferenceBootstrap({ ...place, upstream }),
            listeners: inferenceListeners([{ ...agent, port: inferencePort, key }], place),
        }));
        egress = await TestProxy.start(join(folder, "egress"), (place) => {
            const options: EgressOptions = {
                ...place,
                refusedRanges: nonPublicRanges.filter((range) => range !== "127.0.0.0/8"),
                nameServer: { address: "127.0.0.1", port: names.port },
            };
            const listeners = egressListeners([{ ...agent, port: egressPort }], options);
            return { bootstrap: egressBootstrap(options), listeners };
        });
        return [String(inferencePort), String(egressPort)];
    }

    before(async function () {
        this.timeout(FIRST_INSTALL_MS + START_MS);
        gateway = await sharedGateway();
        await gateway.register([wantedKey("behind-both-proxies", [OPUS], {}, key), wantedMetricsKey()]);
        folder = await mkdtemp(join(tmpdir(), "clawstack-agents-"));
        const trusted = join(folder, "trusted");
        await mkdir(trusted);
        const tls = await certificate(trusted, ["slack.com", "*.slack.com"]);
        slack = new Slack(tls);
        await slack.start(SLACK_ADDRESS);
        // What this machine trusts, and who signed for Slack here.
        const others = process.env["NODE_EXTRA_CA_CERTS"];
        await writeFile(join(trusted, "bundle.crt"), (others ? await readFile(others, "utf8") : "") + tls.ca);
        const registry = await lookup(REGISTRY, 4);
        names = new NameServer((name) =>
            name === REGISTRY ? registry.address : /(^|\.)slack\.com$/.test(name) ? SLACK_ADDRESS : undefined,
        );
        await names.start();
        const [inferencePort, egressPort] = await startProxies();
        const gatewayUrl = `http://inference-proxy.litellm.svc.cluster.local:${agent.port}`;
        const image = await openclawImage();
        pod = await Pod.start({
            workload: workloadOf("openclaw-slack", settings, undefined, { gatewayUrl, apiKey: NO_KEY }),
            image: {
                ...image,
                folders: { ...image.folders, "/opt/trusted": trusted },
                env: { NODE_EXTRA_CA_CERTS: "/opt/trusted/bundle.crt" },
            },
            secrets,
            gateway: { url: gatewayUrl, port: inferencePort },
            egressPort,
            volume: join(folder, "volume"),
            folder,
        });
        await pod.ready();
    });
    after(async () => {
        await pod?.stop();
        await egress?.stop();
        await inference?.stop();
        slack?.stop();
        await names?.stop();
        await rm(folder, { recursive: true, force: true });
    });

    const allowed = { agent: "support", method: "CONNECT", status: 200 };
    const tunnelTo = (host: string) => egress.logged((line) => line["host"] === `${host}:443`);

    it("installed its plugin from npm's registry through the egress proxy, and tried nothing else", async () => {
        expect(await tunnelTo(REGISTRY)).to.deep.include(allowed);
        expect(pod.strayedBy["setup"]).to.deep.equal({ noRoute: 0, lookUps: 0 });
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
        const line = await inference.logged(({ path }) => path === "/v1/chat/completions");
        expect(line).to.deep.include({ agent: "support", method: "POST", status: 200 });
    });

    it("would be seen to try another way: an address, a name", async function () {
        this.timeout(120_000);
        const tries = [
            'net.connect(443, "198.51.100.1").on("error", ({ code }) => console.log(code))',
            'dns.resolve4("example.com", (error) => console.log(error?.code))',
        ];
        expect(await pod.exec(["node", "-e", tries.join(";")]))
            .to.include("ENETUNREACH")
            .and.include("ECONNREFUSED");
        expect(pod.strayedBy["exec"]?.noRoute).to.be.greaterThan(0);
        expect(pod.strayedBy["exec"]?.lookUps).to.be.greaterThan(0);
    });

    it("has no key of LiteLLM in its files, its environment or its log", async () => {
        const entries = await readdir(folder, { recursive: true, withFileTypes: true });
        const files = entries
            .filter((entry) => entry.isFile() && /\/(volume|pod-[^/]+)(\/|$)/.test(entry.parentPath))
            .map((entry) => join(entry.parentPath, entry.name));
        expect(files.length).to.be.greaterThan(5);
        for (const file of files) expect((await readFile(file)).includes(key), file).to.equal(false);
        expect(await pod.exec(["env"]))
            .to.include("HTTPS_PROXY=http://egress-proxy.egress.svc.cluster.local:")
            .and.not.include(key);
    });

    it("tried no other way: no address without a route, no name server, no host but those of its channel", async () => {
        expect(await pod.strayed()).to.deep.equal({ noRoute: 0, lookUps: 0 });
        // A tunnel is logged when it closes.
        await pod.stop();
        expect(await tunnelTo("wss-primary.slack.com")).to.deep.include(allowed);
        expect(new Set(names.asked)).to.deep.equal(new Set([REGISTRY, "slack.com", "wss-primary.slack.com"]));
        // OpenClaw's market of plugins, which no setting keeps it from asking at its start.
        const refused = (await egress.lines()).filter(
            ({ status, host }) => status !== 200 && host !== "clawhub.ai:443",
        );
        expect(refused).to.deep.equal([]);
    });
});
