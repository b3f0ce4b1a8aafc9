import type { ControlPlane } from "./control-plane";
import type { KubeObject } from "./kube-client";
import { freePorts } from "../../harness/process";
import { tool } from "./tools";

export interface NodeShape {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly taints?: readonly { key: string; value?: string; effect: string }[];
    readonly cpu?: string;
    readonly memory?: string;
    readonly pods?: string;
}

/** Adds nodes without a kubelet; kwok keeps them Ready and plays the pods that the scheduler binds to them. */
export async function addNodes(plane: ControlPlane, shapes: readonly NodeShape[]): Promise<void> {
    for (const { name, labels, taints, cpu = "64", memory = "256Gi", pods = "2000" } of shapes) {
        await plane.admin.create({
            apiVersion: "v1",
            kind: "Node",
            metadata: {
                name,
                labels: {
                    "kubernetes.io/hostname": name,
                    "kubernetes.io/os": "linux",
                    "kubernetes.io/arch": "amd64",
                    ...labels,
                },
            },
            spec: { taints: [...(taints ?? [])] },
        });
        const amounts = { cpu, memory, pods, "ephemeral-storage": "200Gi" };
        await plane.admin.merge(
            { apiVersion: "v1", kind: "Node", name },
            { status: { capacity: amounts, allocatable: amounts } },
            "status",
        );
    }
}

export async function runKwok(plane: ControlPlane): Promise<void> {
    const [port] = (await freePorts(1)) as [number];
    await plane.run(
        "kwok",
        await tool("kwok"),
        [
            `--kubeconfig=${await plane.adminKubeconfig()}`,
            "--manage-all-nodes=true",
            "--cidr=10.64.0.0/12",
            "--node-lease-duration-seconds=40",
            `--server-address=127.0.0.1:${port}`,
        ],
        async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok,
    );
}

interface Claim extends KubeObject {
    spec: {
        storageClassName?: string;
        volumeName?: string;
        accessModes: string[];
        resources: { requests: { storage: string } };
    };
}

/**
 * Stands in for the EBS CSI driver, which needs AWS: gives every claim whose pod has a node a volume of its size.
 * kube-scheduler and kube-controller-manager do the rest as in a real cluster. Returns what stops it.
 */
export async function runVolumeProvisioner(plane: ControlPlane): Promise<() => void> {
    const made = new Set<string>();
    return plane.admin.watch<Claim>({ apiVersion: "v1", kind: "PersistentVolumeClaim" }, ({ type, object }) => {
        const { name, namespace, uid = "", annotations } = object.metadata;
        const node = annotations?.["volume.kubernetes.io/selected-node"];
        if (type === "DELETED" || !node || object.spec.volumeName || made.has(uid)) return;
        made.add(uid);
        void plane.admin.create({
            apiVersion: "v1",
            kind: "PersistentVolume",
            metadata: {
                name: `pvc-${uid}`,
                annotations: { "pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com" },
            },
            spec: {
                capacity: { storage: object.spec.resources.requests.storage },
                accessModes: object.spec.accessModes,
                storageClassName: object.spec.storageClassName,
                persistentVolumeReclaimPolicy: "Delete",
                claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
                csi: { driver: "ebs.csi.aws.com", volumeHandle: `vol-${uid}`, fsType: "ext4" },
            },
        });
    });
}
