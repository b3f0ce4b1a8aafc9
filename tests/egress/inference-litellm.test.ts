import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { NO_KEY } from "../../sandboxes/agents";
import { inferenceBootstrap, inferenceListeners, type KeyedAgent } from "../../workloads/inference-proxy/config";
import { chat, FIRST_INSTALL_MS, wantedKey, wantedMetricsKey, type Gateway } from "../gateway/harness";
import { OPUS, sharedGateway } from "../gateway/harness/shared";
import { freePorts } from "../harness/process";
import { TestProxy } from "./harness/envoy";

describe("inference proxy: the real Envoy, LiteLLM and the Job's script (Bedrock is a stand-in)", function () {
    this.timeout(120_000);
    let folder: string;
    let gateway: Gateway;
    let proxy: TestProxy;
    let agent: KeyedAgent;
    let url: string;
    const first = wantedKey("behind-the-proxy", [OPUS]);
    const second = wantedKey("behind-the-proxy", [OPUS], { rotation: 2, overlapMinutes: 15 });
    const metrics = wantedMetricsKey();

    before(async function () {
        this.timeout(FIRST_INSTALL_MS);
        gateway = await sharedGateway();
        await gateway.register([first, metrics]);
        folder = await mkdtemp(join(tmpdir(), "clawstack-inference-"));
        const [port = 0] = await freePorts(1);
        agent = { name: "agent", namespace: "openclaw", podLabels: {}, port, hosts: [], key: first.key };
        url = `http://127.0.0.1:${port}`;
        const upstream = { host: "127.0.0.1", port: Number(new URL(gateway.url).port) };
        proxy = await TestProxy.start(folder, (place) => ({
            bootstrap: inferenceBootstrap({ ...place, upstream }),
            listeners: inferenceListeners([agent], place),
        }));
    });
    after(async () => {
        await proxy?.stop();
        await rm(folder, { recursive: true, force: true });
    });

    it("answers an agent that holds no key, plain and streamed", async () => {
        expect(await chat(url, NO_KEY, OPUS)).to.include({ status: 200, text: "pong" });
        expect(await chat(url, NO_KEY, OPUS, { stream: true })).to.include({ status: 200, text: "pong" });
        expect((await fetch(`${url}/v1/models`)).status).to.equal(200);
    });

    it("makes nothing of what stands in a sandbox: LiteLLM itself refuses it", async () => {
        expect(await chat(gateway.url, NO_KEY, OPUS)).to.include({ status: 401 });
    });

    it("makes nothing of a stolen master key: no key is made, and models are called with the agent's own", async () => {
        const { masterKey } = gateway.litellm;
        const made = await fetch(`${url}/key/generate`, {
            method: "POST",
            headers: { authorization: `Bearer ${masterKey}`, "content-type": "application/json" },
            body: "{}",
        });
        expect(made.status).to.equal(403);
        const headers = { "x-litellm-api-key": masterKey, "x-api-key": masterKey };
        const asked = await fetch(`${url}/v1/models`, {
            headers: { ...headers, authorization: `Bearer ${masterKey}` },
        });
        const { data } = (await asked.json()) as { data: { id: string }[] };
        // The master key would see the second model too.
        expect(data.map(({ id }) => id)).to.deep.equal([OPUS]);
    });

    it("loses no request while the key rotates: the script first, then the proxy", async () => {
        const answers: number[] = [];
        let going = true;
        const load = Promise.all(
            [1, 2].map(async () => {
                while (going) answers.push((await chat(url, NO_KEY, OPUS)).status);
            }),
        );
        await sleep(500);
        expect(await gateway.register([second, metrics])).to.include("behind-the-proxy: rotated");
        await sleep(500);
        await proxy.update(inferenceListeners([{ ...agent, key: second.key }], proxy.place));
        await sleep(1000);
        going = false;
        await load;
        expect(answers).to.have.length.above(5);
        expect(new Set(answers)).to.deep.equal(new Set([200]));
        // It is the new key that is used: it ends at once now, while the first one goes on for its overlap.
        const third = wantedKey("behind-the-proxy", [OPUS], { rotation: 3, overlapMinutes: 0 });
        await gateway.register([third, metrics]);
        expect(await chat(gateway.url, first.key, OPUS)).to.include({ status: 200 });
        expect(await chat(url, NO_KEY, OPUS)).to.include({ status: 401 });
    });
});
