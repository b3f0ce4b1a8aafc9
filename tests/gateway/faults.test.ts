import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { chat, FIRST_INSTALL_MS, Gateway, newKey, wantedKey, wantedMetricsKey, type ChatAnswer } from "./harness";
import { gatewayConfig, OPUS, REGION, SONNET } from "./harness/shared";

const REPLICAS = 2;
/** USD that LiteLLM counts for one answer of the stand-in: 1000 tokens in, 100 out. */
const COST = 0.00825;

describe("load and faults: two replicas of LiteLLM, PostgreSQL, a stand-in for Bedrock", () => {
    let gateway: Gateway;
    const metrics = wantedMetricsKey();
    const wanted = wantedKey("busy", [OPUS, SONNET], { budgetUsd: 10_000 });

    before(async function () {
        this.timeout(FIRST_INSTALL_MS);
        gateway = await Gateway.start({ config: gatewayConfig, region: REGION, replicas: REPLICAS });
        await gateway.register([wanted, metrics]);
        // Each replica reads the key once.
        for (const url of gateway.litellm.urls) expect((await chat(url, wanted.key, OPUS)).status).to.equal(200);
        await until(async () => (await spent()) > (REPLICAS - 0.5) * COST, 120_000);
    });
    beforeEach(() => gateway.bedrock.reset());
    after(function () {
        this.timeout(60_000);
        return gateway?.stop();
    });

    /** As the Service spreads calls. */
    const call = (index = 0, stream = false) =>
        chat(gateway.litellm.urls[index % REPLICAS] ?? "", wanted.key, OPUS, { stream });
    const spent = async () =>
        Number(await gateway.postgres.sql(`SELECT spend FROM "LiteLLM_VerificationToken" WHERE key_alias = 'busy'`));
    /** What is spent once all that was answered is written, which LiteLLM does every ten seconds or so. */
    const settledSpend = async () => {
        let last = await spent();
        await until(async () => {
            await sleep(20_000);
            const earlier = last;
            last = await spent();
            return last === earlier;
        }, 120_000);
        return last;
    };
    const callsOf = (part: string) => gateway.bedrock.calls.filter(({ modelId }) => modelId.includes(part)).length;

    it("answers 200 requests at once, half of them streams, and counts each", async function () {
        this.timeout(300_000);
        const before = await spent();
        gateway.bedrock.latencyMs = 500;
        const started = Date.now();
        const durations: number[] = [];
        const answers = await Promise.all(
            Array.from({ length: 200 }, async (_, index) => {
                const answer = await call(index, index % 4 < 2);
                durations.push(Date.now() - started);
                return answer;
            }),
        );
        durations.sort((a, b) => a - b);
        console.log(
            `      200 at once: half within ${durations[100]} ms, 95 % within ${durations[190]} ms, all within ${durations[199]} ms`,
        );
        expect(answers.filter(({ status, text }) => status === 200 && text === "pong")).to.have.length(200);
        expect(gateway.bedrock.calls).to.have.length(200);
        // It is written every ten seconds or so.
        const expected = before + 200 * COST;
        await until(async () => Math.abs((await spent()) - expected) < COST / 2, 120_000);
    });

    it("counts requests a minute in each replica for itself: without a Redis the limit is twice as high", async function () {
        this.timeout(60_000);
        const limited = wantedKey("limited", [OPUS], { requestsPerMinute: 2 });
        await gateway.register([wanted, limited, metrics]);
        const statuses: number[] = [];
        for (const url of gateway.litellm.urls) {
            for (let i = 0; i < 4; i++) statuses.push((await chat(url, limited.key, OPUS)).status);
        }
        expect(statuses.filter((status) => status === 200)).to.have.length(2 * REPLICAS);
        expect(statuses.filter((status) => status === 429)).to.have.length(2 * REPLICAS);
    });

    describe("Bedrock throttles or fails", () => {
        it("tries again when it throttles once: the agent sees nothing", async () => {
            gateway.bedrock.answer = () => (gateway.bedrock.calls.length === 0 ? { status: 429 } : "at last");
            expect(await call()).to.include({ status: 200, text: "at last" });
            expect(callsOf("opus")).to.equal(2);
        });

        for (const status of [429, 500, 503] as const) {
            it(`asks the fallback when all tries end in ${status}`, async function () {
                this.timeout(60_000);
                gateway.bedrock.answer = ({ modelId }) => (modelId.includes("opus") ? { status } : "instead");
                expect(await call()).to.include({ status: 200, text: "instead" });
                expect(callsOf("opus")).to.equal(3);
                expect(callsOf("sonnet")).to.equal(1);
            });
        }

        it("passes the throttling on when the fallback throttles, too", async function () {
            this.timeout(60_000);
            gateway.bedrock.answer = () => ({ status: 429 });
            const answer = await call();
            expect(answer.status, answer.text).to.equal(429);
        });

        it("is back at once when Bedrock is", async () => {
            expect(await call()).to.include({ status: 200, text: "pong" });
            expect(callsOf("sonnet")).to.equal(0);
        });

        it("refuses what is wrong in the request once, without trying again", async () => {
            gateway.bedrock.answer = () => ({ status: 400, message: "too long" });
            const answer = await call();
            expect(answer.status, answer.text).to.equal(400);
            expect(callsOf("opus")).to.equal(1);
        });
    });

    describe("PostgreSQL stops and starts", () => {
        it("answers or says 503 meanwhile, lets nobody else in, is back by itself, and counts what it answers then", async function () {
            this.timeout(500_000);
            const before = await settledSpend();
            const during: ChatAnswer[] = [await call(0), await call(1)];
            await gateway.postgres.stop();
            for (let index = 0; index < 10; index++) during.push(await call(index));
            const unknown = await chat(gateway.url, newKey(), OPUS);
            expect(unknown.status, unknown.text).to.equal(503);
            for (const { status, text } of during) expect(status, text).to.be.oneOf([200, 503]);
            console.log(
                `      ${during.slice(2).filter(({ status }) => status === 200).length} of 10 answered without it`,
            );

            await gateway.postgres.run();
            const started = Date.now();
            const isBack = async (url: string) =>
                (await chat(url, wanted.key, OPUS)).status === 200 && (await chat(url, newKey(), OPUS)).status === 401;
            for (const url of gateway.litellm.urls) await until(() => isBack(url), 120_000);
            console.log(`      back ${Date.now() - started} ms after it`);
            // What is answered without the database, or until LiteLLM has it again, may not be counted.
            const answered = gateway.bedrock.calls.filter(({ status }) => status === 200).length;
            const settled = await settledSpend();
            const lost = Math.round((before + answered * COST - settled) / COST);
            console.log(`      of ${answered} answers, ${lost} are not in the spend`);
            expect(lost).to.be.within(0, answered);
            for (let index = 0; index < 4; index++) expect((await call(index)).status).to.equal(200);
            await until(async () => (await spent()) > settled + 3.5 * COST, 120_000);
        });
    });
});

async function until(condition: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await condition())) {
        if (Date.now() > deadline) throw new Error(`not so after ${timeoutMs / 1000} s`);
        await sleep(500);
    }
}
