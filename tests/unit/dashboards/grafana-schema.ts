import * as path from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { createGenerator } from "ts-json-schema-generator";

/** Types that Grafana publishes of its own release, from which its JSON is read: @grafana/schema. */
const types = path.join(path.dirname(require.resolve("@grafana/schema/package.json")), "dist/types/raw");

const files = {
    dashboard: "dashboard/x/dashboard_types.gen.d.ts",
    stat: "composable/stat/panelcfg/x/StatPanelCfg_types.gen.d.ts",
    timeseries: "composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts",
} as const;

function validator(file: keyof typeof files, type: string): ValidateFunction {
    const generator = createGenerator({ path: path.join(types, files[file]), type, skipTypeCheck: true });
    return new Ajv({ allErrors: true, strict: false }).compile(generator.createSchema(type));
}

export const grafanaSchema = {
    dashboard: () => validator("dashboard", "Dashboard"),
    /** Of a panel's `options`, by the panel's type. */
    options: { stat: () => validator("stat", "Options"), timeseries: () => validator("timeseries", "Options") },
    /** Of `fieldConfig.defaults.custom` of a time series. */
    timeseriesField: () => validator("timeseries", "FieldConfig"),
};

/** What Grafana's types do not allow, as `path: message`. */
export function problemsOf(validate: ValidateFunction, value: unknown): string[] {
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
    );
}
