import { createServer, type Server } from "node:https";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { FIRST_INSTALL_MS, newKey, type Gateway } from "../gateway/harness";
import { hermesImage, openclawImage } from "../gateway/harness/agents";
import { sharedGateway } from "../gateway/harness/shared";
import { AgentBehindProxies } from "./harness/behind-proxies";
import { certificate } from "./harness/tls";

const START_MS = 10 * 60_000;
/** Where Feishu is in this test: loopback, at the port that its clients know. */
const FEISHU_ADDRESS = "127.0.0.44";
const secrets = { FEISHU_APP_ID: "cli_0123456789", FEISHU_APP_SECRET: "0123456789abcdef" };

describe("agents on Feishu in the pods that ship, behind both real Envoys, with no other network (registries and LiteLLM are real; Feishu answers nothing of use, so no turn comes from it)", () => {
    let folder: string;
    let gateway: Gateway;
    let feishu: Server;
    let standIn: { names: RegExp; address: string; tls: Awaited<ReturnType<typeof certificate>> };
    let agent: AgentBehindProxies | undefined;

    before(async function () {
        this.timeout(FIRST_INSTALL_MS);
        gateway = await sharedGateway();
        folder = await mkdtemp(join(tmpdir(), "clawstack-feishu-"));
        const tls = await certificate(folder, ["*.feishu.cn"]);
        standIn = { names: /\.feishu\.cn$/, address: FEISHU_ADDRESS, tls };
        feishu = createServer(tls, (_, answer) => answer.writeHead(503).end());
        await new Promise<void>((resolve, reject) => feishu.once("error", reject).listen(443, FEISHU_ADDRESS, resolve));
    });
    afterEach(async () => {
        await agent?.stop();
        agent = undefined;
    });
    after(async () => {
        feishu?.closeAllConnections();
        feishu?.close();
        await rm(folder, { recursive: true, force: true });
    });

    const tunnel = { agent: "agent", method: "CONNECT", status: 200 };

    it("OpenClaw installs its plugin and turns to Feishu through the egress proxy, and tries nothing else", async function () {
        this.timeout(START_MS);
        agent = await AgentBehindProxies.start({
            gateway,
            kind: "openclaw-feishu",
            settings: { dmPolicy: "allowlist", allowFrom: ["ou_0123456789"] },
            secrets: { ...secrets, OPENCLAW_GATEWAY_TOKEN: newKey() },
            image: await openclawImage(),
            realHosts: ["registry.npmjs.org"],
            standIn,
        });
        await agent.pod.ready();
        expect(await agent.tunnelTo("registry.npmjs.org")).to.deep.include(tunnel);
        expect(await agent.tunnelTo("open.feishu.cn")).to.deep.include(tunnel);
        expect(await agent.pod.strayed()).to.deep.equal({ noRoute: 0, lookUps: 0 });
        expect(agent.pod.strayedBy["setup"]).to.deep.equal({ noRoute: 0, lookUps: 0 });
    });

    it("Hermes installs Feishu's client, turns to Feishu and calls its model through the proxies, and tries nothing else", async function () {
        this.timeout(START_MS);
        agent = await AgentBehindProxies.start({
            gateway,
            kind: "hermes-feishu",
            settings: { allowedUsers: ["ou_0123456789"] },
            secrets,
            image: await hermesImage(),
            realHosts: ["pypi.org", "files.pythonhosted.org"],
            standIn,
        });
        expect(await agent.tunnelTo("pypi.org")).to.deep.include(tunnel);
        expect(agent.pod.strayedBy["setup"]).to.deep.equal({ noRoute: 0, lookUps: 0 });
        expect(await agent.tunnelTo("open.feishu.cn")).to.deep.include(tunnel);
        gateway.bedrock.reset();
        gateway.bedrock.answer = () => "a model says this";
        const said = await agent.pod.exec(["/opt/hermes/.venv/bin/hermes", "-z", "what do you say?"]);
        expect(said).to.contain("a model says this");
        const line = await agent.inference.logged(({ path }) => path === "/v1/chat/completions");
        expect(line).to.deep.include({ agent: "agent", method: "POST", status: 200 });
        expect(agent.pod.strayedBy["exec"]).to.deep.equal({ noRoute: 0, lookUps: 0 });
        expect(await agent.pod.strayed()).to.deep.equal({ noRoute: 0, lookUps: 0 });
    });
});
