import type { PlannedResource } from "./types";

/* How rules read inputs: plain values whose types nobody has checked. */

export type Json = unknown;

export function at(value: Json, ...path: (string | number)[]): Json {
    return path.reduce<Json>(
        (node, key) =>
            node !== null && typeof node === "object" ? (node as Record<string | number, Json>)[key] : undefined,
        value,
    );
}

export function list(value: Json): Json[] {
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value : [value];
}

export function text(value: Json): string {
    return typeof value === "string" ? value : "";
}

/** `apps/v1 Deployment` as its kind, for objects of Kubernetes; empty for everything else. */
export function kindOf(resource: PlannedResource): string {
    return resource.type.startsWith("kubernetes:")
        ? text(resource.inputs["kind"]) || (resource.type.split(":").at(-1) ?? "")
        : "";
}

/**
 * A written reason on an object of Kubernetes to break a rule: the annotation `policy.clawstack.dev/<rule>`.
 * Kata's installer, say, can't do its work unprivileged.
 */
export function writtenReason(resource: PlannedResource, rule: string): string {
    return text(at(resource.inputs, "metadata", "annotations", `policy.clawstack.dev/${rule}`));
}

export interface PodTemplate {
    readonly spec: Record<string, Json>;
    /** Containers and init containers. */
    readonly containers: Record<string, Json>[];
}

/** The pod that a workload makes, wherever its kind keeps the template. */
export function podTemplate(resource: PlannedResource): PodTemplate | undefined {
    const { inputs } = resource;
    const spec = {
        Pod: at(inputs, "spec"),
        CronJob: at(inputs, "spec", "jobTemplate", "spec", "template", "spec"),
        Sandbox: at(inputs, "spec", "podTemplate", "spec"),
        SandboxTemplate: at(inputs, "spec", "podTemplate", "spec"),
        Deployment: at(inputs, "spec", "template", "spec"),
        StatefulSet: at(inputs, "spec", "template", "spec"),
        DaemonSet: at(inputs, "spec", "template", "spec"),
        Job: at(inputs, "spec", "template", "spec"),
    }[kindOf(resource)];
    if (spec === undefined || spec === null) return undefined;
    const containers = [...list(at(spec, "initContainers")), ...list(at(spec, "containers"))];
    return { spec: spec as Record<string, Json>, containers: containers as Record<string, Json>[] };
}
