import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { SandboxConfig } from "../config";

const SNAPSHOT_API = "snapshot.storage.k8s.io/v1";

/**
 * Name of a sandbox's claim. One that starts from a snapshot has a name of its own, so that the volume that is there is
 * neither changed nor needed.
 */
export function claimName({ name, storage }: Pick<SandboxConfig, "name" | "storage">): string {
    return storage.restoreFrom ? `${name}-${storage.restoreFrom}` : name;
}

/** PersistentVolumeClaim of a sandbox. */
export function claimSpec({ name, storage }: Pick<SandboxConfig, "name" | "storage">, storageClassName: string) {
    return {
        accessModes: ["ReadWriteOnce"],
        storageClassName,
        resources: { requests: { storage: `${storage.sizeGi}Gi` } },
        ...(storage.restoreFrom
            ? {
                  dataSource: {
                      apiGroup: "snapshot.storage.k8s.io",
                      kind: "VolumeSnapshot",
                      name: claimName({ name, storage }),
                  },
              }
            : {}),
    };
}

/** What makes an EBS snapshot known in the cluster, wherever it came from: its content, and its name in a namespace. */
export function snapshotSpecs(snapshotHandle: string, name: string, namespace: pulumi.Input<string>) {
    return {
        content: {
            driver: "ebs.csi.aws.com",
            // The snapshot stays when nobody in the cluster refers to it any more.
            deletionPolicy: "Retain",
            source: { snapshotHandle },
            sourceVolumeMode: "Filesystem",
            volumeSnapshotRef: { apiVersion: SNAPSHOT_API, kind: "VolumeSnapshot", name, namespace },
        },
        snapshot: { source: { volumeSnapshotContentName: name } },
    };
}

export interface AgentVolumeArgs {
    readonly config: Pick<SandboxConfig, "name" | "storage">;
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
    readonly storageClass: string;
    /** Takes over a volume that an earlier sandbox of this name left behind. */
    readonly adopting?: pulumi.ProviderResource;
}

/** The volume of one agent, empty or from a snapshot. Plain resources: a component more for each sandbox costs time. */
export function agentVolume(
    name: string,
    { config, namespace, labels, storageClass, adopting }: AgentVolumeArgs,
    opts: pulumi.CustomResourceOptions,
): PersistentVolumeClaim {
    const { restoreFrom, onRemove } = config.storage;
    const claim = claimName(config);
    const snapshots: pulumi.Resource[] = [];
    if (restoreFrom) {
        const { content, snapshot } = snapshotSpecs(restoreFrom, claim, namespace);
        const metadata = { name: claim, labels: { ...labels } };
        snapshots.push(
            new CustomResource(
                `${name}-content`,
                { apiVersion: SNAPSHOT_API, kind: "VolumeSnapshotContent", metadata, spec: content },
                opts,
            ),
            new CustomResource(
                `${name}-snapshot`,
                {
                    apiVersion: SNAPSHOT_API,
                    kind: "VolumeSnapshot",
                    metadata: { ...metadata, namespace },
                    spec: snapshot,
                },
                opts,
            ),
        );
    }
    return new PersistentVolumeClaim(
        name,
        {
            metadata: {
                name: claim,
                namespace,
                labels: { ...labels },
                // Bound when the pod that uses it is scheduled, which may wait for a node.
                annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: claimSpec(config, storageClass),
        },
        { ...opts, provider: adopting, retainOnDelete: onRemove === "retain", dependsOn: snapshots },
    );
}
