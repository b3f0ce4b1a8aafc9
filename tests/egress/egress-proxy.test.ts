import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { createServer, type Server } from "node:https";
import { connect as netConnect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { expect } from "chai";
import type { ProxiedAgent } from "../../workloads/agent-ports";
import { egressBootstrap, egressListeners, type EgressOptions } from "../../workloads/egress-proxy/config";
import { nonPublicRanges } from "../../workloads/non-public-ranges";
import { freePorts } from "../harness/process";
import { TestProxy } from "./harness/envoy";
import { NameServer } from "./harness/name-server";
import { certificate, type Certificate } from "./harness/tls";

/** Asks the proxy for a tunnel. */
function connect(proxyPort: number, target: string): Promise<{ status: number; socket: Socket }> {
    return new Promise((resolve, reject) => {
        const asked = request({ host: "127.0.0.1", port: proxyPort, method: "CONNECT", path: target });
        asked.once("connect", ({ statusCode = 0 }, socket) => resolve({ status: statusCode, socket }));
        asked.once("response", ({ statusCode = 0, socket }) => resolve({ status: statusCode, socket }));
        asked.once("error", reject);
        asked.end();
    });
}

/** Sends a line and waits for the answer. */
function say(socket: NodeJS.ReadWriteStream, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
        socket.once("data", (data: Buffer) => resolve(data.toString()));
        socket.once("error", reject);
        socket.once("close", () => reject(new Error("closed")));
        socket.write(text);
    });
}

describe("egress proxy: the real Envoy with the config that ships (names and hosts are stand-ins on loopback)", function () {
    this.timeout(180_000);
    let folder: string;
    let proxy: TestProxy;
    let host: Server;
    let tls: Certificate;
    let hostPort: number;
    let options: EgressOptions;
    let slack: ProxiedAgent;
    let feishu: ProxiedAgent;
    let late: ProxiedAgent;
    const names = new NameServer((name) =>
        name === "inside.slack.com" ? "10.1.2.3" : name === "metadata.slack.com" ? "169.254.169.254" : "127.0.0.1",
    );

    const status = async (agent: ProxiedAgent, target: string) => {
        const { status: code, socket } = await connect(agent.port, target);
        socket.destroy();
        return code;
    };
    const refusals = (agent: ProxiedAgent) =>
        proxy.metric("envoy_http_downstream_rq_xx", {
            envoy_http_conn_manager_prefix: agent.name,
            envoy_response_code_class: "4",
        });
    const inTls = async (agent: ProxiedAgent, name: string) => {
        const { socket } = await connect(agent.port, `${name}:${hostPort}`);
        const secure = tlsConnect({ socket, servername: name, ca: tls.ca });
        await new Promise((resolve, reject) => secure.once("secureConnect", resolve).once("error", reject));
        return secure;
    };

    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "clawstack-egress-"));
        tls = await certificate(folder, ["slack.com", "*.slack.com", "*.feishu.cn"]);
        host = createServer(tls, (asked, answer) => answer.end(`${asked.headers.host} answers`));
        await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
        hostPort = (host.address() as AddressInfo).port;
        await names.start();
        const [one = 0, two = 0, three = 0] = await freePorts(3);
        const agent = { namespace: "openclaw", podLabels: {} };
        slack = { ...agent, name: "support-slack", port: one, hosts: ["slack.com", "*.slack.com"] };
        feishu = { ...agent, name: "sales-feishu", port: two, hosts: ["*.feishu.cn"] };
        late = { ...agent, name: "late", port: three, hosts: ["slack.com"] };
        proxy = await TestProxy.start(folder, (place) => {
            options = {
                ...place,
                // The hosts of this test are on loopback, at a port that anyone may open.
                port: hostPort,
                refusedRanges: nonPublicRanges.filter((range) => range !== "127.0.0.0/8"),
                nameServer: { address: "127.0.0.1", port: names.port },
            };
            return { bootstrap: egressBootstrap(options), listeners: egressListeners([slack, feishu], options) };
        });
    });
    after(async () => {
        await proxy?.stop();
        await names.stop();
        host?.closeAllConnections();
        host?.close();
        await rm(folder, { recursive: true, force: true });
    });

    it("tunnels TLS to a host of the agent's list, end to end", async () => {
        for (const name of ["slack.com", "wss-primary.slack.com"]) {
            const answer = await say(await inTls(slack, name), `GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
            expect(answer)
                .to.match(/^HTTP\/1.1 200 /)
                .and.to.include(`${name} answers`);
        }
    });

    it("tunnels for those who ask in HTTP/1.0 without a Host header, as Python before 3.12 does", async () => {
        const ask = async (name: string) => {
            const socket = netConnect(slack.port, "127.0.0.1");
            const answer = await say(socket, `CONNECT ${name}:${hostPort} HTTP/1.0\r\n\r\n`);
            return { answer, socket };
        };
        const { answer, socket } = await ask("slack.com");
        expect(answer).to.match(/^HTTP\/1\.[01] 200 /);
        const secure = tlsConnect({ socket, servername: "slack.com", ca: tls.ca });
        expect(await say(secure, "GET / HTTP/1.1\r\nHost: slack.com\r\n\r\n")).to.include("slack.com answers");
        secure.destroy();
        expect((await ask("example.com")).answer).to.match(/^HTTP\/1\.[01] 403 /);
    });

    it("refuses every other host with 403, before its name is looked up", async () => {
        for (const name of ["example.com", "notslack.com", "slack.com.example.com", "feishu.cn", "slack.com."]) {
            expect(await status(slack, `${name}:${hostPort}`), name).to.equal(403);
        }
        expect(names.asked.filter((name) => !/(^|\.)slack\.com$/.test(name))).to.deep.equal([]);
    });

    it("counts a refusal for the agent, and logs who was refused what", async () => {
        const [before, others] = [await refusals(slack), await refusals(feishu)];
        await status(slack, `counted.example.com:${hostPort}`);
        expect(await refusals(slack)).to.equal(before + 1);
        expect(await refusals(feishu)).to.equal(others);
        const line = await proxy.logged(({ host: name }) => name === `counted.example.com:${hostPort}`);
        expect(line).to.deep.include({ proxy: "egress", agent: "support-slack", method: "CONNECT", status: 403 });
    });

    it("refuses other ports of an allowed host", async () => {
        for (const port of [22, 80, 8443]) expect(await status(slack, `slack.com:${port}`)).to.equal(403);
    });

    it("gives no agent the hosts of another", async () => {
        expect(await status(feishu, `slack.com:${hostPort}`)).to.equal(403);
        expect(await status(slack, `open.feishu.cn:${hostPort}`)).to.equal(403);
        expect(await status(feishu, `open.feishu.cn:${hostPort}`)).to.equal(200);
    });

    it("refuses addresses in the place of names", async () => {
        for (const address of ["127.0.0.1", "169.254.169.254", "[::1]", "2130706433", "0x7f000001"]) {
            expect(await status(slack, `${address}:${hostPort}`), address).to.equal(403);
        }
    });

    it("refuses an allowed name that leads into a private network or to a metadata service", async () => {
        for (const name of ["inside.slack.com", "metadata.slack.com"]) {
            expect(await status(slack, `${name}:${hostPort}`), name).to.equal(403);
            const line = await proxy.logged(({ host: asked }) => asked === `${name}:${hostPort}`);
            expect(line["details"]).to.match(/^rbac_access_denied/);
        }
    });

    it("refuses plain HTTP, and HTTPS that it would have to read", async () => {
        for (const url of ["http://slack.com/", `http://slack.com:${hostPort}/`, `https://slack.com:${hostPort}/`]) {
            const code = await new Promise((resolve, reject) => {
                const options = {
                    host: "127.0.0.1",
                    port: slack.port,
                    path: url,
                    headers: { host: new URL(url).host },
                };
                request(options, (answer) => resolve(answer.statusCode))
                    .once("error", reject)
                    .end();
            });
            expect(code, url).to.equal(403);
        }
    });

    it("offers Prometheus its metrics, and nobody its administration", async () => {
        expect((await proxy.metricsPage("/stats/prometheus")).status).to.equal(200);
        for (const path of ["/", "/config_dump", "/clusters", "/stats/prometheus/../../config_dump"]) {
            expect((await proxy.metricsPage(path)).status, path).to.equal(404);
        }
        const admin = `http://127.0.0.1:${proxy.place.adminPort}`;
        expect((await fetch(`${admin}/config_dump`)).status).to.equal(403);
        expect((await fetch(`${admin}/quitquitquit`, { method: "POST" })).status).to.equal(403);
    });

    it("keeps open connections while agents come, change and go", async () => {
        const open = await inTls(slack, "slack.com");
        const ask = () => say(open, "GET / HTTP/1.1\r\nHost: slack.com\r\n\r\n");
        expect(await ask()).to.include("slack.com answers");

        await proxy.update(egressListeners([slack, feishu, late], options));
        expect(await status(late, `slack.com:${hostPort}`)).to.equal(200);
        expect(await ask()).to.include("slack.com answers");

        await proxy.update(egressListeners([slack, { ...feishu, hosts: ["*.larksuite.com"] }], options));
        expect(await status(feishu, `open.feishu.cn:${hostPort}`)).to.equal(403);
        expect(await ask()).to.include("slack.com answers");
        open.destroy();
    });
});
