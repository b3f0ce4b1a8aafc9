import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import { StackingMode, type DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import { StackingConfigBuilder } from "@grafana/grafana-foundation-sdk/common";
import {
    DashboardBuilder,
    DatasourceVariableBuilder,
    RowBuilder,
    type Panel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

const datasource: DataSourceRef = { type: "prometheus", uid: "${datasource}" };

/** A PromQL expression, and how its series are called. */
export interface Query {
    readonly expr: string;
    /** Legend, such as `{{model}}`; Grafana's own when absent. */
    readonly legend?: string;
}

/** Units as Grafana names them. */
export type Unit = "short" | "s" | "reqps" | "percentunit" | "bytes" | "currencyUSD" | "cores" | "h";

function targets(queries: readonly Query[]): DataqueryBuilder[] {
    return queries.map(({ expr, legend }, index) => {
        const query = new DataqueryBuilder()
            .datasource(datasource)
            .refId(String.fromCharCode(65 + index))
            .expr(expr);
        return legend ? query.legendFormat(legend) : query;
    });
}

/** A graph over time, half as wide as the dashboard. */
export function graph(title: string, unit: Unit, ...queries: Query[]): timeseries.PanelBuilder {
    return new timeseries.PanelBuilder()
        .title(title)
        .datasource(datasource)
        .unit(unit)
        .min(0)
        .fillOpacity(10)
        .span(12)
        .height(8)
        .targets(targets(queries));
}

/** A graph whose series add up. */
export function stacked(title: string, unit: Unit, ...queries: Query[]): timeseries.PanelBuilder {
    return graph(title, unit, ...queries).stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
}

/** One number, a quarter of the dashboard wide. */
export function number(title: string, unit: Unit, query: Query): stat.PanelBuilder {
    return new stat.PanelBuilder()
        .title(title)
        .datasource(datasource)
        .unit(unit)
        .span(6)
        .height(4)
        .targets(targets([query]));
}

/** A part of a dashboard, under a title. */
export interface Section {
    readonly title: string;
    readonly panels: readonly cog.Builder<Panel>[];
}

/** A dashboard as JSON, in the order of its sections. */
export function dashboardJson(uid: string, title: string, description: string, sections: readonly Section[]): string {
    const dashboard = new DashboardBuilder(title)
        .uid(uid)
        .description(description)
        .tags(["clawstack"])
        .time({ from: "now-6h", to: "now" })
        .refresh("30s")
        .timezone("browser")
        .readonly()
        .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"));
    for (const section of sections) {
        dashboard.withRow(new RowBuilder(section.title));
        for (const panel of section.panels) dashboard.withPanel(panel);
    }
    return JSON.stringify(dashboard.build());
}

/** Quantiles of a histogram, one series a quantile. */
export function quantiles(histogram: string, by = ""): Query[] {
    const labels = by ? `le, ${by}` : "le";
    return [0.5, 0.95, 0.99].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (${labels}) (rate(${histogram}_bucket[$__rate_interval])))`,
        legend: by ? `p${quantile * 100} {{${by}}}` : `p${quantile * 100}`,
    }));
}
