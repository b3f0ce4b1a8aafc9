import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, parseAllDocuments } from "yaml";
import type { KubeObject } from "./kube-client";
import { chartFolder, tool, type ChartName } from "./tools";

const run = promisify(execFile);

export interface RenderOptions {
    readonly release: string;
    readonly namespace: string;
    readonly values: unknown;
    readonly kubeVersion?: string;
}

/** Objects that `helm template` makes of a chart, hooks and tests left out. */
export async function renderChart(chart: ChartName, options: RenderOptions): Promise<KubeObject[]> {
    const { release, namespace, values, kubeVersion } = options;
    const folder = await mkdtemp(join(tmpdir(), "clawstack-helm-"));
    try {
        const file = join(folder, "values.json");
        await writeFile(file, JSON.stringify(values));
        const { stdout } = await run(
            await tool("helm"),
            [
                ...["template", release, await chartFolder(chart), "--namespace", namespace, "--values", file],
                ...["--no-hooks", "--skip-tests"],
                ...(kubeVersion ? ["--kube-version", kubeVersion] : []),
            ],
            { maxBuffer: 64 << 20, env: { ...process.env, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder } },
        );
        return parseAllDocuments(stdout)
            .map((document) => document.toJS() as KubeObject | null)
            .filter((object): object is KubeObject => object !== null);
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

/** A chart's own values. */
export async function chartDefaults(chart: ChartName): Promise<unknown> {
    return parse(await readFile(join(await chartFolder(chart), "values.yaml"), "utf8"));
}

function isMapping(value: unknown): value is Record<string, unknown> {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Keys of `values` that a chart's own values do not have: Helm takes a misspelt key without a word. Below a key whose
 * default is empty anything goes, as charts hand such mappings on whole.
 */
export function unknownKeys(values: unknown, defaults: unknown, path = ""): string[] {
    if (!isMapping(values) || !isMapping(defaults) || Object.keys(defaults).length === 0) return [];
    return Object.entries(values).flatMap(([key, value]) => {
        const here = path ? `${path}.${key}` : key;
        return key in defaults ? unknownKeys(value, defaults[key], here) : [here];
    });
}
