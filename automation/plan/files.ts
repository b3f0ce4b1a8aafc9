import { gunzipSync } from "node:zlib";
import { parse, stringify } from "yaml";
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

/** The user data of a host, and the files that cloud-init makes of it, where it puts them. */
function hostFiles({ type, inputs }: PlannedResource): PlanFile[] {
    const encoded = inputs["userDataBase64"];
    if (type !== "aws:ec2/instance:Instance" || typeof encoded !== "string") return [];
    const data = Buffer.from(encoded, "base64");
    const text = (data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data).toString("utf8");
    if (!text.startsWith("#cloud-config")) return [];
    const { write_files: files = [] } = parse(text) as { write_files?: { path: string; content: string }[] };
    return [
        { path: "host/user-data.yaml", content: text },
        ...files.map(({ path, content }) => ({
            path: `host/${path.split("/").filter(Boolean).map(segment).join("/")}`,
            content,
        })),
    ];
}

/** Everything that a reader wants to open: manifests, Helm values, config files of agents, gateway and dashboards. */
export function planFiles(resources: readonly PlannedResource[]): PlanFile[] {
    const manifests = manifestsOf(resources);
    const files = [
        ...manifests.map(manifestFile),
        ...manifests.flatMap(configFiles),
        ...resources.flatMap(helmFile),
        ...resources.flatMap(hostFiles),
    ];
    const byPath = new Map(files.map((file) => [file.path, file]));
    return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
