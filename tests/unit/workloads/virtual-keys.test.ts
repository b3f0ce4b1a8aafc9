import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { keySpec, metricsKeySpec, type VirtualKeyRequest } from "../../../workloads/litellm/virtual-keys";
import { KeyStore, MASTER_KEY } from "./key-store";

const request = (name: string, config: Partial<VirtualKeyRequest["config"]> = {}): VirtualKeyRequest => ({
    name,
    agent: "openclaw-slack",
    models: ["claude-opus-4-6"],
    config: { budgetUsd: 50, budgetPeriod: "30d", expiresIn: "30d", rotation: 1, overlapMinutes: 15, ...config },
});

describe("virtual keys: what LiteLLM is told", () => {
    it("is all of the config, and routes that call models alone", () => {
        const { metadata, ...spec } = keySpec(request("support", { budgetUsd: 12.5, requestsPerMinute: 60 }));
        expect(spec).to.deep.equal({
            key_alias: "support",
            models: ["claude-opus-4-6"],
            allowed_routes: ["llm_api_routes"],
            max_budget: 12.5,
            budget_duration: "30d",
            duration: "30d",
            rpm_limit: 60,
            tpm_limit: null,
        });
        expect(metadata).to.include({ managed_by: "clawstack", agent: "openclaw-slack", rotation: 1 });
    });

    it("has another revision for another key, and the same for the same", () => {
        const revision = (config?: Partial<VirtualKeyRequest["config"]>) =>
            keySpec(request("support", config)).metadata["revision"];
        expect(revision()).to.equal(revision());
        expect(revision({ rotation: 2 })).not.to.equal(revision());
        expect(revision({ budgetUsd: 51 })).not.to.equal(revision());
    });

    it("gives Prometheus the metrics and no model", () => {
        expect(metricsKeySpec(1)).to.deep.include({ allowed_routes: ["/metrics"], models: ["no-default-models"] });
    });
});

describe("virtual keys: the script that ships (real Python; a stand-in for LiteLLM's key routes)", () => {
    const store = new KeyStore();
    let folder: string;
    before(() => store.start());
    after(() => store.stop());
    beforeEach(() => {
        store.reset();
        folder = mkdtempSync(path.join(tmpdir(), "clawstack-keys-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    type Wanted = readonly [VirtualKeyRequest, string];

    async function run(wanted: readonly Wanted[], url = store.url) {
        const file = path.join(folder, "keys.json");
        writeFileSync(
            file,
            JSON.stringify(
                wanted.map(([asked, key]) => ({
                    ...keySpec(asked),
                    key,
                    overlap_minutes: asked.config.overlapMinutes,
                })),
            ),
        );
        const script = path.join(__dirname, "../../../workloads/litellm/virtual-keys.py");
        const child = spawn("python3", [script], {
            env: {
                PATH: process.env["PATH"],
                LITELLM_URL: url,
                LITELLM_MASTER_KEY: MASTER_KEY,
                KEYS_FILE: file,
                DEADLINE_SECONDS: "0",
            },
        });
        let output = "";
        child.stdout.on("data", (data: Buffer) => (output += data.toString()));
        child.stderr.on("data", (data: Buffer) => (output += data.toString()));
        const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
        expect(output, "the log").not.to.match(/sk-/);
        return { code, lines: output.trim().split("\n") };
    }

    it("creates keys, and finds nothing to do the second time", async () => {
        const wanted: Wanted[] = [
            [request("support"), "sk-1"],
            [request("sales"), "sk-2"],
        ];
        expect(await run(wanted)).to.deep.equal({ code: 0, lines: ["support: created", "sales: created"] });
        store.calls.length = 0;
        expect(await run(wanted)).to.deep.equal({ code: 0, lines: ["support: unchanged", "sales: unchanged"] });
        expect(store.calls.filter((call) => call.startsWith("POST"))).to.deep.equal([]);
    });

    it("reads every page of the list", async () => {
        const wanted = Array.from({ length: 205 }, (_, index): Wanted => [request(`agent-${index}`), `sk-${index}`]);
        await run(wanted);
        const { lines } = await run(wanted);
        expect(lines.filter((line) => line.endsWith(": unchanged"))).to.have.length(205);
    });

    it("updates a changed budget, and leaves the key's life as it is", async () => {
        await run([[request("support"), "sk-1"]]);
        expect(await run([[request("support", { budgetUsd: 99 }), "sk-1"]])).to.deep.equal({
            code: 0,
            lines: ["support: updated"],
        });
        expect(store.key("support")).to.include({ max_budget: 99 });
        expect(store.bodies.at(-1)).not.to.have.property("duration");
    });

    it("sends a life span that changed", async () => {
        await run([[request("support"), "sk-1"]]);
        await run([[request("support", { expiresIn: "90d" }), "sk-1"]]);
        expect(store.bodies.at(-1)).to.include({ duration: "90d" });
    });

    it("takes a limit away again", async () => {
        await run([[request("support", { requestsPerMinute: 10 }), "sk-1"]]);
        await run([[request("support"), "sk-1"]]);
        expect(store.key("support")).to.include({ rpm_limit: null });
    });

    describe("a rotated key", () => {
        const rotated = (config: Partial<VirtualKeyRequest["config"]> = {}): Wanted => [
            request("support", { rotation: 2, ...config }),
            "sk-new",
        ];
        const retired = () => store.keys.filter((key) => String(key["key_alias"]).startsWith("support:retired:"));
        beforeEach(() => run([[request("support"), "sk-old"]]));

        it("goes on beside the new one for some minutes", async () => {
            const before = store.key("support")?.["token"];
            expect(await run([rotated()])).to.deep.equal({ code: 0, lines: ["support: rotated"] });
            expect(store.key("support")?.["token"]).not.to.equal(before);
            expect(retired()).to.have.length(1);
            expect(retired()[0]).to.include({ token: before, duration: "15m" });
        });
        it("is left alone by another run until it has expired, and deleted then", async () => {
            await run([rotated()]);
            expect((await run([rotated()])).lines).to.deep.equal(["support: unchanged"]);
            Object.assign(retired()[0] ?? {}, { expires: "2026-01-01T00:00:00Z" });
            expect((await run([rotated()])).lines.at(-1)).to.match(/^support:retired:\w+: deleted$/);
            expect(retired()).to.deep.equal([]);
        });
        it("ends at once when it was stolen", async () => {
            await run([rotated({ overlapMinutes: 0 })]);
            expect(store.keys.map((key) => key["key_alias"])).to.deep.equal(["support"]);
        });
        it("goes with its sandbox", async () => {
            await run([rotated()]);
            await run([]);
            expect(store.keys).to.deep.equal([]);
        });
    });

    it("deletes the key of a removed sandbox, and touches no key that it did not make", async () => {
        store.add({ key: "sk-person", key_alias: "a-person", metadata: {} });
        await run([[request("support"), "sk-1"]]);
        expect(await run([])).to.deep.equal({ code: 0, lines: ["support: deleted"] });
        expect(store.keys.map((key) => key["key_alias"])).to.deep.equal(["a-person"]);
    });

    it("registers the others when one is refused, and fails", async () => {
        store.add({ key: "sk-person", key_alias: "support", metadata: {} });
        const { code, lines } = await run([
            [request("support"), "sk-1"],
            [request("sales"), "sk-2"],
        ]);
        expect(code).to.equal(1);
        expect(lines.join("\n")).to.match(/support: HTTP 400 .*already exists/);
        expect(lines).to.include("1 of 2 keys could not be registered");
        expect(store.key("sales")).to.include({ max_budget: 50 });
    });

    it("says when LiteLLM does not answer", async () => {
        const { code, lines } = await run([[request("support"), "sk-1"]], "http://127.0.0.1:9");
        expect(code).to.equal(1);
        expect(lines.at(-1)).to.match(/^LiteLLM at http:\/\/127\.0\.0\.1:9 is not ready after 0 s/);
    });
});
