import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import {
    inferenceBootstrap,
    inferenceListeners,
    inferencePaths,
    type KeyedAgent,
} from "../../workloads/inference-proxy/config";
import { freePorts } from "../harness/process";
import { TestProxy } from "./harness/envoy";

const agentsOn = (ports: readonly number[]): [KeyedAgent, KeyedAgent] => {
    const agent = (name: string, index: number) => ({
        name,
        namespace: "openclaw",
        podLabels: {},
        port: ports[index] ?? 0,
        hosts: [],
        key: `sk-of-${name}`,
    });
    return [agent("support", 0), agent("sales", 1)];
};

/** A request with its path sent as it is; `fetch` would tidy it up. */
function raw(port: number, method: string, path: string, headers: Record<string, string | string[]> = {}) {
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
        const sent = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
            let body = "";
            answer.on("data", (data: Buffer) => (body += data.toString()));
            answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
            answer.on("error", reject);
        });
        sent.once("error", reject).end(method === "POST" ? "{}" : undefined);
    });
}

describe("inference proxy: the real Envoy with the config that ships (LiteLLM is a stand-in)", function () {
    this.timeout(120_000);
    let folder: string;
    let proxy: TestProxy;
    let litellm: Server;
    let support: KeyedAgent;
    let sales: KeyedAgent;
    /** Requests that came through. */
    let seen: IncomingMessage[] = [];
    /** Lets the stand-in send the next part of a stream. */
    let next: (() => void) | undefined;

    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "clawstack-inference-"));
        litellm = createServer((asked, answer) => {
            seen.push(asked);
            if (asked.url !== "/v1/responses") {
                answer.end(JSON.stringify({ authorization: asked.headers.authorization }));
                return;
            }
            void (async () => {
                for (const part of ["one", "two", "three"]) {
                    answer.write(`data: ${part}\n\n`);
                    await new Promise<void>((resolve) => (next = resolve));
                }
                answer.end("data: [DONE]\n\n");
            })();
        });
        await new Promise<void>((resolve) => litellm.listen(0, "127.0.0.1", resolve));
        const { port } = litellm.address() as AddressInfo;
        [support, sales] = agentsOn(await freePorts(2));
        proxy = await TestProxy.start(folder, (place) => ({
            bootstrap: inferenceBootstrap({ ...place, upstream: { host: "127.0.0.1", port } }),
            listeners: inferenceListeners([support, sales], place),
        }));
    });
    beforeEach(() => (seen = []));
    after(async () => {
        await proxy?.stop();
        litellm?.closeAllConnections();
        litellm?.close();
        await rm(folder, { recursive: true, force: true });
    });

    const used = async (agent: KeyedAgent, headers: Record<string, string | string[]> = {}) => {
        const { body } = await raw(agent.port, "POST", "/v1/chat/completions", headers);
        return (JSON.parse(body) as { authorization: string }).authorization;
    };

    it("gives each agent its own key, by the port that it comes by", async () => {
        expect(await used(support)).to.equal("Bearer sk-of-support");
        expect(await used(sales)).to.equal("Bearer sk-of-sales");
    });

    it("replaces a key that the agent sends, wherever LiteLLM would look for one", async () => {
        const stolen = "sk-master";
        const headers = ["api-key", "x-api-key", "X-Goog-Api-Key", "Ocp-Apim-Subscription-Key", "X-LiteLLM-API-Key"];
        for (const name of ["x-litellm-tags", "x-mcp-auth", ...headers]) {
            expect(await used(support, { [name]: stolen }), name).to.equal("Bearer sk-of-support");
        }
        for (const authorization of ["Bearer sk-master", "Basic c2stbWFzdGVy"]) {
            expect(await used(support, { authorization })).to.equal("Bearer sk-of-support");
        }
        expect(await used(support, { Authorization: ["Bearer a", "Bearer b"] })).to.equal("Bearer sk-of-support");
        expect(JSON.stringify(seen.map(({ rawHeaders }) => rawHeaders))).not.to.match(/sk-master|x-litellm|x-mcp/i);
    });

    it("takes what models are called by, with a query or without", async () => {
        for (const [method, paths] of Object.entries(inferencePaths)) {
            for (const path of paths.filter((each) => each !== "/v1/responses")) {
                expect((await raw(support.port, method, path)).status, path).to.equal(200);
                expect((await raw(support.port, method, `${path}?beta=true`)).status, path).to.equal(200);
            }
        }
    });

    it("refuses all else of LiteLLM, however the path is written", async () => {
        const paths = [
            "/",
            "/key/generate",
            "/key/info",
            "/model/new",
            "/user/new",
            "/config/update",
            "/ui",
            "/metrics",
        ];
        const disguised = [
            "//key/generate",
            "/v1/models/../../key/generate",
            "/v1/models/..%2f..%2fkey/generate",
            "/v1/chat/completions/../../../key/generate",
            "/v1/chat/completions;/../key/generate",
            "/v1%2fchat/completions",
            "/V1/chat/completions",
            "/v1/chat/completions/",
        ];
        for (const path of [...paths, ...disguised]) {
            for (const method of ["GET", "POST", "DELETE"]) {
                expect((await raw(support.port, method, path)).status, `${method} ${path}`).to.equal(403);
            }
        }
        expect((await raw(support.port, "POST", "/v1/models")).status).to.equal(403);
        expect(seen.map(({ url }) => url)).to.deep.equal([]);
    });

    it("passes a stream on as it comes, part by part", async () => {
        const response = await fetch(`http://127.0.0.1:${support.port}/v1/responses`, { method: "POST", body: "{}" });
        const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
        for (const part of ["one", "two", "three"]) {
            // The stand-in sends no further part before this one has arrived.
            expect((await reader?.read())?.value).to.equal(`data: ${part}\n\n`);
            next?.();
        }
        expect((await reader?.read())?.value).to.include("[DONE]");
    });

    it("rotates a key without a restart: no request fails, no stream is cut, and the new key is used", async () => {
        const stream = await fetch(`http://127.0.0.1:${support.port}/v1/responses`, { method: "POST", body: "{}" });
        const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
        expect((await reader?.read())?.value).to.equal("data: one\n\n");

        const keys: string[] = [];
        let going = true;
        const load = Promise.all(
            [1, 2, 3, 4].map(async () => {
                while (going) keys.push(await used(support));
            }),
        );
        await sleep(300);
        await proxy.update(inferenceListeners([{ ...support, key: "sk-rotated" }, sales], proxy.place));
        await sleep(700);
        going = false;
        await load;
        expect(new Set(keys)).to.deep.equal(new Set(["Bearer sk-of-support", "Bearer sk-rotated"]));
        expect(keys.lastIndexOf("Bearer sk-of-support")).to.be.lessThan(keys.length - 4);
        expect(await used(support)).to.equal("Bearer sk-rotated");
        expect(await used(sales)).to.equal("Bearer sk-of-sales");

        for (const part of ["two", "three"]) {
            next?.();
            expect((await reader?.read())?.value).to.equal(`data: ${part}\n\n`);
        }
        next?.();
        expect((await reader?.read())?.value).to.include("[DONE]");
    });

    it("counts and logs what it refuses, by agent, and logs no key", async () => {
        await raw(sales.port, "POST", "/key/generate?key=sk-in-query", { authorization: "Bearer sk-sent" });
        const labels = { envoy_http_conn_manager_prefix: "sales", envoy_response_code_class: "4" };
        expect(await proxy.metric("envoy_http_downstream_rq_xx", labels)).to.equal(1);
        const line = await proxy.logged(({ agent, status }) => agent === "sales" && status === 403);
        expect(line).to.deep.include({ proxy: "inference", path: "/key/generate" });
        expect(JSON.stringify(line)).not.to.include("sk-");
    });
});
