import { Addon } from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "./identity";

export interface ClusterAddonsArgs {
    readonly clusterName: string;
    readonly cluster: pulumi.Input<string>;
}

/**
 * EKS add-ons beside the CNI, CoreDNS and kube-proxy that come with the cluster. Without a version EKS installs the
 * default one of the cluster's Kubernetes version.
 */
export class ClusterAddons extends pulumi.ComponentResource {
    constructor(name: string, args: ClusterAddonsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:ClusterAddons", name, {}, opts);
        const inside = { parent: this };
        const addon = (addonName: string, dependsOn: pulumi.Resource[] = []) =>
            new Addon(
                `${name}-${addonName}`,
                {
                    clusterName: args.cluster,
                    addonName,
                    resolveConflictsOnCreate: "OVERWRITE",
                    resolveConflictsOnUpdate: "PRESERVE",
                },
                { ...inside, dependsOn },
            );

        const podIdentityAgent = addon("eks-pod-identity-agent");
        const ebsIdentity = new PodIdentity(
            `${name}-ebs-csi`,
            {
                clusterName: args.clusterName,
                cluster: args.cluster,
                namespace: "kube-system",
                serviceAccount: "ebs-csi-controller-sa",
                roleName: `${args.clusterName}-ebs-csi`,
                managedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"],
            },
            inside,
        );
        addon("aws-ebs-csi-driver", [podIdentityAgent, ebsIdentity.association]);
        addon("snapshot-controller");
        this.registerOutputs({});
    }
}
