import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { alertRuleGroups, dashboards, sandboxStateMetrics } from "../../../dashboards";
import { metricsOf, promqlProblems } from "./promql";

interface PanelJson {
    readonly title: string;
    readonly type: string;
    readonly targets?: { readonly expr: string; readonly refId: string }[];
}
interface DashboardJson {
    readonly uid: string;
    readonly title: string;
    readonly panels: PanelJson[];
}

const parsed = Object.entries(dashboards()).map(([file, json]) => [file, JSON.parse(json) as DashboardJson] as const);
const monitoring = (budgetWarningPercent: number, enabled = true) => ({
    prometheus: { storageGi: 50, retentionDays: 15 },
    grafana: { storageGi: 10, passwordRotation: 1 },
    alerts: { budgetWarningPercent, enabled },
});

describe("dashboards", () => {
    for (const [file, dashboard] of parsed) {
        describe(file, () => {
            const panels = dashboard.panels.filter(({ type }) => type !== "row");

            it("has queries that Prometheus' grammar accepts, on every panel", () => {
                for (const { title, targets } of panels) {
                    expect(targets, title).not.to.be.empty;
                    for (const { expr } of targets ?? [])
                        expect(promqlProblems(expr), `${title}: ${expr}`).to.deep.equal([]);
                }
            });

            it("gives each query of a panel an id of its own", () => {
                for (const { title, targets = [] } of panels) {
                    expect(new Set(targets.map(({ refId }) => refId)).size, title).to.equal(targets.length);
                }
            });

            it("names each panel once", () => {
                const titles = panels.map(({ title }) => title);
                expect(titles.filter((title, index) => titles.indexOf(title) !== index)).to.deep.equal(
                    file === "nodes-and-cost.json" ? ["Nodes, USD an hour", "Models, USD an hour"] : [],
                );
            });
        });
    }

    it("shows every family of LiteLLM's metrics", () => {
        const litellm = parsed.find(([file]) => file === "litellm.json")?.[1];
        expect(litellm?.panels.filter(({ type }) => type === "row").map(({ title }) => title)).to.deep.equal([
            "Proxy",
            "Tokens",
            "Latency",
            "Deployments",
            "Budgets",
            "Rate limits",
        ]);
    });

    it("reads no metric of sandboxes that kube-state-metrics is not told to make", () => {
        const { spec } = sandboxStateMetrics() as {
            spec: { resources: { metricNamePrefix: string; metrics: { name: string }[] }[] };
        };
        const made = spec.resources.flatMap(({ metricNamePrefix, metrics }) =>
            metrics.map(({ name }) => `${metricNamePrefix}_${name}`),
        );
        const expressions = [
            ...parsed.flatMap(([, { panels }]) =>
                panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
            ),
            ...alertRuleGroups(monitoring(80)).flatMap(({ rules }) => rules.map(({ expr }) => expr)),
        ];
        const read = new Set(expressions.flatMap(metricsOf).filter((name) => name.startsWith("clawstack_")));
        expect([...read]).to.have.members(made);
    });
});

describe("alerts", () => {
    const rules = alertRuleGroups(monitoring(70)).flatMap((group) => group.rules);

    it("have expressions that Prometheus' grammar accepts", () => {
        for (const { alert, expr } of rules) expect(promqlProblems(expr), alert).to.deep.equal([]);
    });

    it("say what happened, what to do, and where to read on", () => {
        expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length);
        for (const { alert, annotations, labels } of rules) {
            expect(annotations.summary, alert).to.match(/\w{3}/);
            expect(annotations.description, alert).to.match(/\.$/);
            expect(annotations.runbook_url, alert).to.equal(`docs/operations.md#${alert.toLowerCase()}`);
            expect(labels.severity).to.be.oneOf(["critical", "warning"]);
        }
    });

    it("warn at the share of a budget that the config says", () => {
        expect(rules.find(({ alert }) => alert === "BudgetNearlySpent")?.expr).to.match(/> 0\.7$/);
    });

    it("can be turned off", () => {
        expect(alertRuleGroups(monitoring(80, false))).to.deep.equal([]);
    });
});

describe("runbooks", () => {
    it("are there for each alert", () => {
        const page = readFileSync(path.resolve(__dirname, "../../../docs/operations.md"), "utf8");
        for (const { alert } of alertRuleGroups(monitoring(80)).flatMap((group) => group.rules)) {
            expect(page).to.contain(`\n### ${alert.toLowerCase()}\n`);
        }
    });
});
