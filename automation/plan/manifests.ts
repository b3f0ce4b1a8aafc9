import { SECRET } from "./engine/values";
import type { Manifest, PlannedResource } from "./model";

/** Kinds without a namespace, of those that the platform makes or may make. */
const clusterScoped = new Set([
    "Namespace",
    "Node",
    "PersistentVolume",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "StorageClass",
    "VolumeSnapshotClass",
    "VolumeSnapshotContent",
    "CSIDriver",
    "RuntimeClass",
    "PriorityClass",
    "IngressClass",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "NodePool",
    "NodeClaim",
    "EC2NodeClass",
]);

export function isManifest(resource: PlannedResource): boolean {
    const { apiVersion, kind } = resource.inputs;
    return resource.type.startsWith("kubernetes:") && typeof apiVersion === "string" && typeof kind === "string";
}

function record(value: unknown): Record<string, unknown> {
    return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

/** `data` of a Secret is base64, which a mask is not: masked values stand in `stringData`. */
function maskSecret(inputs: Record<string, unknown>): Record<string, unknown> {
    const { data, stringData, ...rest } = inputs;
    const keys = [...Object.keys(record(data)), ...Object.keys(record(stringData))];
    return keys.length > 0 ? { ...rest, stringData: Object.fromEntries(keys.map((key) => [key, SECRET])) } : rest;
}

/** The Kubernetes object that a resource declares. */
export function toManifest({ name, inputs }: PlannedResource): Manifest {
    const { apiVersion, kind, metadata, ...rest } = inputs["kind"] === "Secret" ? maskSecret({ ...inputs }) : inputs;
    const { name: given, namespace, ...otherMetadata } = record(metadata);
    return {
        apiVersion: String(apiVersion),
        kind: String(kind),
        metadata: {
            name: typeof given === "string" ? given : `${name}-xxxxxxxx`,
            ...(clusterScoped.has(String(kind))
                ? {}
                : { namespace: typeof namespace === "string" ? namespace : "default" }),
            ...otherMetadata,
        },
        ...rest,
    };
}

export function manifestsOf(resources: readonly PlannedResource[]): Manifest[] {
    return resources.filter(isManifest).map(toManifest);
}
