import { stringify } from "yaml";
import { manifestsOf } from "./manifests";
import type { Manifest, PlanFile, PlannedResource } from "./model";

/** A name as part of a path: what the names of Kubernetes take, and nothing that leaves the folder. */
function segment(name: string): string {
    return name.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_");
}

function yaml(value: unknown): string {
    return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

function manifestFile(manifest: Manifest): PlanFile {
    const { namespace, name } = manifest.metadata;
    const folder = namespace === undefined ? "_cluster" : segment(namespace);
    return {
        path: `manifests/${folder}/${segment(manifest.kind.toLowerCase())}-${segment(name)}.yaml`,
        content: yaml(manifest),
    };
}

/** Files that a ConfigMap carries, as the container sees them. */
function configFiles(manifest: Manifest): PlanFile[] {
    if (manifest.kind !== "ConfigMap") return [];
    const labels = (manifest.metadata["labels"] ?? {}) as Record<string, string>;
    const data = (manifest["data"] ?? {}) as Record<string, string>;
    const sandbox = labels["clawstack.dev/sandbox"] ?? labels["clawstack.dev/warm-pool"];
    const { namespace = "default", name } = manifest.metadata;
    const folder = sandbox
        ? `agents/${segment(sandbox)}`
        : "grafana_dashboard" in labels
          ? "dashboards"
          : `config/${segment(namespace)}/${segment(name)}`;
    return Object.entries(data)
        .filter(([, content]) => typeof content === "string")
        .map(([key, content]) => ({ path: `${folder}/${segment(key)}`, content: pretty(key, content) }));
}

function pretty(name: string, content: string): string {
    if (!name.endsWith(".json")) return content.endsWith("\n") ? content : `${content}\n`;
    try {
        return `${JSON.stringify(JSON.parse(content), null, 2)}\n`;
    } catch {
        return content;
    }
}

/** Values of a Helm release, under the command that would install it by hand. */
function helmFile({ type, name, inputs }: PlannedResource): PlanFile[] {
    if (type !== "kubernetes:helm.sh/v3:Release") return [];
    const repository = (inputs["repositoryOpts"] as { repo?: string } | undefined)?.repo;
    const release = typeof inputs["name"] === "string" ? inputs["name"] : name;
    const lines = [
        `# chart: ${String(inputs["chart"])}`,
        `# version: ${String(inputs["version"])}`,
        ...(repository ? [`# repository: ${repository}`] : []),
        `# namespace: ${String(inputs["namespace"] ?? "default")}`,
    ];
    return [{ path: `helm/${segment(release)}.yaml`, content: `${lines.join("\n")}\n${yaml(inputs["values"] ?? {})}` }];
}

/** Everything that a reader wants to open: manifests, Helm values, config files of agents, gateway and dashboards. */
export function planFiles(resources: readonly PlannedResource[]): PlanFile[] {
    const manifests = manifestsOf(resources);
    const files = [...manifests.map(manifestFile), ...manifests.flatMap(configFiles), ...resources.flatMap(helmFile)];
    const byPath = new Map(files.map((file) => [file.path, file]));
    return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
