import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { chat, FIRST_INSTALL_MS, newKey, wantedKey, wantedMetricsKey, type Gateway, type WantedKey } from "./harness";
import { OPUS, REGION, sharedGateway, SONNET } from "./harness/shared";

interface KeyInfo {
    readonly info: { readonly max_budget: number; readonly expires: string; readonly models: string[] };
}

describe("virtual keys: the Job's script, with LiteLLM and PostgreSQL", () => {
    let gateway: Gateway;
    before(async function () {
        this.timeout(FIRST_INSTALL_MS);
        gateway = await sharedGateway();
    });
    beforeEach(() => gateway.bedrock.reset());

    const metrics = wantedMetricsKey();
    const register = (...wanted: WantedKey[]) => gateway.register([...wanted, metrics]);
    const call = (key: string, model = OPUS) => chat(gateway.url, key, model);
    const info = ({ key }: WantedKey) => gateway.litellm.admin<KeyInfo>(`/key/info?key=${key}`);

    describe("registering", () => {
        it("makes keys that open a model, plain and streamed; Bedrock sees a signed request", async () => {
            const wanted = wantedKey("one", [OPUS]);
            expect(await register(wanted)).to.include("one: created");
            expect(await call(wanted.key)).to.include({ status: 200, text: "pong" });
            const streamed = await chat(gateway.url, wanted.key, OPUS, { stream: true });
            expect(streamed).to.include({ status: 200, text: "pong" });
            expect(gateway.bedrock.calls.map(({ modelId, region, stream }) => ({ modelId, region, stream }))).to.eql([
                { modelId: "us.anthropic.claude-opus-4-6-v1", region: REGION, stream: false },
                { modelId: "us.anthropic.claude-opus-4-6-v1", region: REGION, stream: true },
            ]);
        });

        it("changes nothing the second time", async () => {
            const wanted = wantedKey("two", [OPUS]);
            await register(wanted);
            const before = await info(wanted);
            expect(await register(wanted)).to.deep.equal(["two: unchanged", "system:prometheus: unchanged"]);
            expect(await info(wanted)).to.deep.equal(before);
        });

        it("brings a changed budget and list of models to LiteLLM, and leaves the expiry as it was", async () => {
            const first = wantedKey("changed", [OPUS], { budgetUsd: 5 });
            await register(first);
            const { expires } = (await info(first)).info;
            const second = wantedKey("changed", [OPUS, SONNET], { budgetUsd: 7 }, first.key);
            expect(await register(second)).to.include("changed: updated");
            const after = (await info(second)).info;
            expect(after).to.deep.include({ max_budget: 7, models: [OPUS, SONNET], expires });
            expect(await call(first.key, SONNET)).to.include({ status: 200 });
        });

        it("ends the key of a sandbox that is gone", async () => {
            const gone = wantedKey("gone", [OPUS]);
            await register(gone);
            expect(await call(gone.key)).to.include({ status: 200 });
            expect(await register()).to.include("gone: deleted");
            expect(await call(gone.key)).to.include({ status: 401 });
        });

        it("lets a rotated key go on for its overlap beside the new one, and ends it then", async () => {
            const old = wantedKey("overlapping", [OPUS]);
            await register(old);
            const { expires } = (await info(old)).info;
            const next = wantedKey("overlapping", [OPUS], { rotation: 2, overlapMinutes: 15 });
            expect(await register(next)).to.include("overlapping: rotated");
            expect(await call(old.key)).to.include({ status: 200 });
            expect(await call(next.key)).to.include({ status: 200 });
            const left = Date.parse((await info(old)).info.expires) - Date.now();
            expect(Date.parse(expires) - Date.now()).to.be.greaterThan(29 * 24 * 3600_000);
            expect(left).to.be.within(10 * 60_000, 15 * 60_000);
            expect(await register(next), "another run").to.include("overlapping: unchanged");
            expect(await call(old.key)).to.include({ status: 200 });
        });

        it("ends the old key at once when there is no overlap, and the new one works", async () => {
            const old = wantedKey("rotated", [OPUS]);
            await register(old);
            expect(await call(old.key)).to.include({ status: 200 });
            const next = wantedKey("rotated", [OPUS], { rotation: 2 });
            expect(await register(next)).to.include("rotated: rotated");
            expect(await call(old.key)).to.include({ status: 401 });
            expect(await call(next.key)).to.include({ status: 200 });
        });

        it("leaves keys alone that someone made by hand", async () => {
            const { key } = await gateway.litellm.admin<{ key: string }>("/key/generate", { key_alias: "by-hand" });
            await register();
            expect(await call(key)).to.include({ status: 200 });
        });
    });

    describe("what a key can't do", () => {
        it("spends no more than its budget", async () => {
            // One answer of the stand-in costs 0.008 USD.
            const wanted = wantedKey("poor", [OPUS], { budgetUsd: 0.001 });
            await register(wanted);
            expect(await call(wanted.key)).to.include({ status: 200 });
            // Spend is counted after the answer is sent.
            await sleep(2000);
            const answer = await call(wanted.key);
            expect(answer.text).to.match(/Budget has been exceeded/);
            expect(answer.status).to.equal(422);
            expect(gateway.bedrock.calls).to.have.length(1);
        });

        it("works no longer than its life", async () => {
            const wanted = wantedKey("old", [OPUS], { expiresIn: "2s" });
            await register(wanted);
            expect(await call(wanted.key)).to.include({ status: 200 });
            await sleep(2500);
            const answer = await call(wanted.key);
            expect(answer.text).to.match(/expired/i);
            expect(answer.status).to.equal(401);
        });

        it("opens no model that is not on its list", async () => {
            const wanted = wantedKey("narrow", [OPUS]);
            await register(wanted);
            const answer = await call(wanted.key, SONNET);
            expect(answer.text).to.match(/is not available for this API key/);
            expect(answer.status).to.equal(403);
            expect(gateway.bedrock.calls).to.have.length(0);
        });

        it("calls no more often than its rate", async () => {
            const wanted = wantedKey("slow", [OPUS], { requestsPerMinute: 2 });
            await register(wanted);
            const statuses: number[] = [];
            for (let i = 0; i < 4; i++) statuses.push((await call(wanted.key)).status);
            expect(statuses.filter((status) => status === 200)).to.have.length(2);
            expect(statuses.filter((status) => status === 429)).to.have.length(2);
        });

        it("uses no more tokens a minute than its rate", async () => {
            const wanted = wantedKey("brief", [OPUS], { tokensPerMinute: 1100 });
            await register(wanted);
            expect(await call(wanted.key)).to.include({ status: 200 });
            await sleep(1000);
            expect(await call(wanted.key)).to.include({ status: 429 });
        });

        it("manages nothing and reads no metrics", async () => {
            const wanted = wantedKey("curious", [OPUS]);
            await register(wanted);
            const statusOf = async (path: string, body?: object) => {
                const response = await fetch(gateway.url + path, {
                    method: body ? "POST" : "GET",
                    headers: { authorization: `Bearer ${wanted.key}`, "content-type": "application/json" },
                    body: body && JSON.stringify(body),
                });
                return response.status;
            };
            for (const status of [
                await statusOf("/key/generate", { key_alias: "mine" }),
                await statusOf("/key/list"),
                await statusOf("/key/update", { key: wanted.key, max_budget: 1000 }),
                await statusOf("/model/new", { model_name: "x", litellm_params: { model: "openai/x" } }),
                await statusOf("/global/spend/logs"),
                await statusOf("/metrics/"),
            ]) {
                expect(status).to.be.oneOf([401, 403]);
            }
        });

        it("is refused when nobody made it", async () => {
            expect(await call(newKey())).to.include({ status: 401 });
            expect(gateway.bedrock.calls).to.have.length(0);
        });
    });

    it("keeps no key in clear in the database", async () => {
        const wanted = wantedKey("secret", [OPUS]);
        await register(wanted);
        await call(wanted.key);
        const row = await gateway.postgres.sql(
            `SELECT row_to_json(t) FROM "LiteLLM_VerificationToken" t WHERE key_alias = 'secret'`,
        );
        expect(row).to.contain('"secret"');
        expect(row).not.to.contain(wanted.key);
    });
});
