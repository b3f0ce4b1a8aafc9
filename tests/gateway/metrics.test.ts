import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { dashboards } from "../../dashboards";
import { chat, FIRST_INSTALL_MS, wantedKey, wantedMetricsKey, type Gateway } from "./harness";
import { Prometheus } from "./harness/prometheus";
import { OPUS, sharedGateway, SONNET } from "./harness/shared";

interface Panel {
    readonly title: string;
    readonly panels?: readonly Panel[];
    readonly targets?: readonly { readonly expr: string }[];
}

function queriesOf(panels: readonly Panel[]): { title: string; expr: string }[] {
    return panels.flatMap(({ title, targets = [], panels: inner = [] }) => [
        ...targets.map(({ expr }) => ({ title, expr })),
        ...queriesOf(inner),
    ]);
}

/** Queries of the LiteLLM dashboard that have no data after the traffic of this test, and why that is right. */
const withoutData: Readonly<Record<string, string>> = {
    "min by (team_alias) (litellm_remaining_team_budget_metric)": "the stack makes no teams; an administrator may",
    "min by (litellm_model_name) (litellm_remaining_requests_metric)": "Bedrock tells nobody what is left",
    "min by (litellm_model_name) (litellm_remaining_tokens_metric)": "Bedrock tells nobody what is left",
};

describe("metrics: LiteLLM, scraped by Prometheus as the ServiceMonitor says", () => {
    let gateway: Gateway;
    let prometheus: Prometheus;
    const metrics = wantedMetricsKey();

    /** Every kind of event that a panel shows: answers, streams, refusals, a model that fails and one that steps in. */
    async function traffic(): Promise<void> {
        const { url, bedrock } = gateway;
        const good = wantedKey("metrics-good", [OPUS, SONNET], {
            requestsPerMinute: 1000,
            tokensPerMinute: 10_000_000,
        });
        const poor = wantedKey("metrics-poor", [OPUS], { budgetUsd: 0.001 });
        await gateway.register([good, poor, metrics]);
        for (let round = 0; round < 8; round++) {
            bedrock.reset();
            await Promise.all([
                chat(url, good.key, OPUS),
                chat(url, good.key, SONNET, { stream: true }),
                chat(url, poor.key, OPUS),
                chat(url, poor.key, SONNET),
            ]);
            bedrock.answer = ({ modelId }) => (modelId.includes("opus") ? { status: 503 } : "instead");
            await chat(url, good.key, OPUS);
            bedrock.answer = () => ({ status: 503 });
            await chat(url, good.key, OPUS);
            await sleep(1000);
        }
    }

    before(async function () {
        this.timeout(FIRST_INSTALL_MS);
        gateway = await sharedGateway();
        await gateway.register([metrics]);
        const targets = gateway.litellm.ports.map((port) => `127.0.0.1:${port}`);
        prometheus = await Prometheus.start(gateway.folder, targets, metrics.key);
        await traffic();
        // Metrics of the last calls are written after their answers.
        await sleep(6000);
    });
    after(async () => {
        gateway?.bedrock.reset();
        await prometheus?.stop();
    });

    it("are read with the key for metrics, and without it by nobody", async () => {
        expect((await prometheus.query("up")).map(({ value }) => value[1])).to.deep.equal(["1"]);
        expect((await fetch(`${gateway.url}/metrics/`)).status).to.equal(401);
    });

    const dashboard = JSON.parse(dashboards()["litellm.json"] ?? "{}") as { panels: Panel[] };
    for (const { title, expr } of queriesOf(dashboard.panels)) {
        const reason = withoutData[expr];
        it(`${reason ? `have no data, as ${reason}` : "have data"}: ${title}: ${expr}`, async () => {
            const filled = expr.replaceAll("$__rate_interval", "1m").replaceAll("$__range", "5m");
            const samples = await prometheus.query(filled);
            if (reason) expect(samples).to.be.empty;
            else expect(samples.filter(({ value }) => value[1] !== "NaN")).not.to.be.empty;
        });
    }
});
