import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { FIRST_INSTALL_MS } from "./harness";

const root = path.join(__dirname, "..", "..");

describe("npm run demo", () => {
    let demo: ChildProcess;
    let output = "";

    before(async function () {
        this.timeout(FIRST_INSTALL_MS);
        demo = spawn(process.execPath, ["scripts/demo.mjs", "--stand-in"], { cwd: root });
        demo.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
        demo.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
        while (!output.includes("Ctrl-C ends it")) {
            if (demo.exitCode !== null) throw new Error(`the demo ended:\n${output}`);
            await sleep(500);
        }
    });
    after(() => demo?.kill("SIGKILL"));

    const shown = (pattern: RegExp) => pattern.exec(output)?.[1] ?? "";
    const agent = () => shown(/^Agent +(\S+)\/#token=/m);

    it("shows OpenClaw's own page at the address that it prints", async () => {
        const response = await fetch(agent());
        expect(response.status).to.equal(200);
        expect(await response.text()).to.match(/<html/i);
    });

    it("talks to the agent, with the token that it prints", async function () {
        this.timeout(300_000);
        const response = await fetch(`${agent()}/v1/chat/completions`, {
            method: "POST",
            headers: { authorization: `Bearer ${shown(/^Token +(\S+)/m)}`, "content-type": "application/json" },
            body: JSON.stringify({ model: "openclaw", messages: [{ role: "user", content: "Hello!" }] }),
        });
        const body = await response.text();
        expect(response.status, body).to.equal(200);
        expect(body).to.contain("stand-in for Amazon Bedrock");
    });

    it("shows LiteLLM's administrator what was spent", async function () {
        this.timeout(120_000);
        const url = shown(/^LiteLLM +(\S+)\/ui/m);
        const headers = { authorization: `Bearer ${shown(/password (sk-\S+):/)}` };
        for (;;) {
            const response = await fetch(`${url}/key/list?return_full_object=true`, { headers });
            const { keys } = (await response.json()) as { keys: { key_alias: string; spend: number }[] };
            if (keys.some(({ key_alias, spend }) => key_alias === "demo" && spend > 0)) return;
            await sleep(1000);
        }
    });

    it("ends when it is told to, and leaves nothing behind", async function () {
        this.timeout(120_000);
        const ended = new Promise<number | null>((resolve) => demo.once("exit", resolve));
        demo.kill("SIGINT");
        expect(await ended).to.equal(0);
        expect(existsSync(shown(/^Files +(\S+)/m))).to.equal(false);
        const answers = await fetch(agent()).then(
            () => true,
            () => false,
        );
        expect(answers).to.equal(false);
    });

    it("refuses an option that it doesn't know", async () => {
        const child = spawn(process.execPath, ["scripts/demo.mjs", "--model"], { cwd: root });
        expect(await new Promise((resolve) => child.once("exit", resolve))).to.equal(2);
    });
});
