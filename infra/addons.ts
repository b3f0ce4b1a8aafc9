import { Addon, getAddonVersionOutput } from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "./identity";
import { CLUSTER_TAG } from "./labels";

export interface ClusterAddonsArgs {
    readonly clusterName: string;
    readonly cluster: pulumi.Input<string>;
    readonly kubernetesVersion: string;
    /** Tags of the volumes that are made for claims. */
    readonly volumeTags: Readonly<Record<string, string>>;
}

/** Settings of the EBS CSI driver: volumes carry the stack's tags, and the cluster's, which backups select by. */
export function ebsCsiSettings(clusterName: string, volumeTags: Readonly<Record<string, string>>): string {
    return JSON.stringify({ controller: { extraVolumeTags: { ...volumeTags, [CLUSTER_TAG]: clusterName } } });
}

/**
 * EKS add-ons that need nodes; the CNI and kube-proxy come with the cluster. Each is of the version that EKS gives a new
 * cluster of this Kubernetes version, so that an upgrade of Kubernetes upgrades them, and a preview shows it.
 */
export class ClusterAddons extends pulumi.ComponentResource {
    constructor(name: string, args: ClusterAddonsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:ClusterAddons", name, {}, opts);
        const inside = { parent: this };
        const addon = (addonName: string, dependsOn: pulumi.Resource[] = [], configurationValues?: string) =>
            new Addon(
                `${name}-${addonName}`,
                {
                    clusterName: args.cluster,
                    addonName,
                    addonVersion: getAddonVersionOutput(
                        { addonName, kubernetesVersion: args.kubernetesVersion },
                        { parent: this },
                    ).version,
                    configurationValues,
                    resolveConflictsOnCreate: "OVERWRITE",
                    resolveConflictsOnUpdate: "PRESERVE",
                },
                { ...inside, dependsOn },
            );

        // Takes over the CoreDNS that EKS put there unmanaged, which nothing would ever upgrade.
        addon("coredns");
        const podIdentityAgent = addon("eks-pod-identity-agent");
        const ebsIdentity = new PodIdentity(
            `${name}-ebs-csi`,
            {
                clusterName: args.clusterName,
                cluster: args.cluster,
                namespace: "kube-system",
                serviceAccount: "ebs-csi-controller-sa",
                roleName: `${args.clusterName}-ebs-csi`,
                // The second version is limited to volumes and snapshots that the driver made.
                managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2"],
            },
            inside,
        );
        // Before the driver, which serves snapshots where it finds their CRDs.
        const snapshots = addon("snapshot-controller");
        addon(
            "aws-ebs-csi-driver",
            [podIdentityAgent, ebsIdentity.association, snapshots],
            ebsCsiSettings(args.clusterName, args.volumeTags),
        );
        this.registerOutputs({});
    }
}
