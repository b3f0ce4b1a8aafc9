import { expect } from "chai";
import schemaPackage from "@grafana/schema/package.json";
import { grafana } from "../../../config/versions";
import { dashboards } from "../../../dashboards";
import { grafanaSchema, problemsOf } from "./grafana-schema";

interface PanelJson {
    readonly title: string;
    readonly type: string;
    readonly options?: unknown;
    readonly fieldConfig?: { readonly defaults?: { readonly custom?: unknown } };
}
interface DashboardJson {
    readonly panels: PanelJson[];
}

const parsed = Object.entries(dashboards()).map(([file, json]) => [file, JSON.parse(json) as DashboardJson] as const);

/** The SDK writes defaults of interval variables into every variable; Grafana reads them of those alone. */
const intervalDefaults = /^\/templating\/list\/\d+: must NOT have additional properties .*"auto(_min|_count)?"/;

const dashboardProblems = (validate: ReturnType<typeof grafanaSchema.dashboard>, value: unknown) =>
    problemsOf(validate, value).filter((problem) => !intervalDefaults.test(problem));

describe("dashboards, by the types that Grafana publishes (no Grafana runs here)", function () {
    this.timeout(120_000);
    let dashboard: ReturnType<typeof grafanaSchema.dashboard>;
    let optionsOf: Record<string, ReturnType<typeof grafanaSchema.dashboard>>;
    let timeseriesField: ReturnType<typeof grafanaSchema.dashboard>;
    before(() => {
        dashboard = grafanaSchema.dashboard();
        optionsOf = { stat: grafanaSchema.options.stat(), timeseries: grafanaSchema.options.timeseries() };
        timeseriesField = grafanaSchema.timeseriesField();
    });

    it("are checked by the release of Grafana that is deployed", () => {
        expect(schemaPackage.version).to.equal(grafana);
    });

    for (const [file, json] of parsed) {
        it(`${file}: every key and value is one of a dashboard`, () => {
            expect(dashboardProblems(dashboard, json)).to.deep.equal([]);
        });

        it(`${file}: every panel has options that its kind knows`, () => {
            for (const { title, type, options, fieldConfig } of json.panels) {
                if (type === "row") continue;
                const validate = optionsOf[type];
                if (!validate) throw new Error(`${title}: no schema of ${type} is read here`);
                expect(problemsOf(validate, options ?? {}), title).to.deep.equal([]);
                if (type === "timeseries")
                    expect(problemsOf(timeseriesField, fieldConfig?.defaults?.custom ?? {}), title).to.deep.equal([]);
            }
        });
    }

    it("refuse a key that Grafana does not know, and a value that it does not take", () => {
        const first = structuredClone(parsed[0]?.[1]) as DashboardJson & { panels: Record<string, unknown>[] };
        (first.panels[1] as Record<string, unknown>)["gridPoz"] = {};
        expect(dashboardProblems(dashboard, first).join()).to.contain("gridPoz");
        const stat = optionsOf["stat"] as ReturnType<typeof grafanaSchema.dashboard>;
        expect(problemsOf(stat, { graphMode: "mountain" }).join()).to.contain("/graphMode");
    });
});
