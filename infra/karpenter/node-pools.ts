import type * as pulumi from "@pulumi/pulumi";
import type { NodePoolsConfig } from "../../config";
import { eksNodeImage } from "../../config/versions";
import { labels } from "../labels";
import { KATA_LABEL, KATA_STARTUP_TAINT, KATA_TAINT, kataNodeUserData } from "./kata-node";

/** Names of the pools, and of their node classes. */
export const NESTED_POOL = "kata-nested";
export const BARE_METAL_POOL = "kata-bare-metal";

export interface NodeClassInput {
    readonly name: string;
    readonly clusterName: string;
    readonly nodeRoleName: string;
    readonly securityGroupId: pulumi.Input<string>;
    readonly rootVolumeGi: number;
    /** EC2 instances that may run VMs of their own; bare metal needs no leave. */
    readonly nestedVirtualization: boolean;
    /** The stack's tags, for whoever pays for the nodes. */
    readonly tags: Readonly<Record<string, string>>;
}

/** EC2NodeClass (karpenter.k8s.aws/v1) of a Kata pool. */
export function ec2NodeClass(input: NodeClassInput) {
    return {
        apiVersion: "karpenter.k8s.aws/v1",
        kind: "EC2NodeClass",
        metadata: { name: input.name, labels: labels("karpenter") },
        spec: {
            amiFamily: "AL2023",
            // Not @latest: AWS publishes an image a week, and each would make Karpenter replace every node.
            amiSelectorTerms: [{ alias: `al2023@${eksNodeImage}` }],
            role: input.nodeRoleName,
            subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": input.clusterName } }],
            securityGroupSelectorTerms: [{ id: input.securityGroupId }],
            userData: kataNodeUserData(),
            metadataOptions: {
                httpEndpoint: "enabled",
                httpProtocolIPv6: "disabled",
                httpTokens: "required",
                httpPutResponseHopLimit: 1,
            },
            blockDeviceMappings: [
                {
                    deviceName: "/dev/xvda",
                    ebs: {
                        volumeSize: `${input.rootVolumeGi}Gi`,
                        volumeType: "gp3",
                        encrypted: true,
                        deleteOnTermination: true,
                    },
                },
            ],
            ...(input.nestedVirtualization
                ? { cpuOptions: { nestedVirtualization: "enabled" } }
                : // m5d.metal and c5d.metal have NVMe disks; pods' ephemeral storage goes there.
                  { instanceStorePolicy: "RAID0" }),
            tags: {
                ...input.tags,
                Name: `${input.clusterName}-${input.name}`,
                "karpenter.sh/discovery": input.clusterName,
            },
        },
    };
}

/** NodePool (karpenter.sh/v1) of a Kata pool. */
export function nodePool(
    name: string,
    pool: NodePoolsConfig["nested"] | NodePoolsConfig["bareMetal"],
    consolidateAfterSeconds: number,
) {
    return {
        apiVersion: "karpenter.sh/v1",
        kind: "NodePool",
        metadata: { name, labels: labels("karpenter") },
        spec: {
            template: {
                metadata: { labels: { ...KATA_LABEL } },
                spec: {
                    nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name },
                    taints: [{ ...KATA_TAINT }],
                    startupTaints: [{ ...KATA_STARTUP_TAINT }],
                    requirements: [
                        { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
                        { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
                        { key: "karpenter.sh/capacity-type", operator: "In", values: pool.capacityTypes },
                        { key: "node.kubernetes.io/instance-type", operator: "In", values: pool.instanceTypes },
                    ],
                    // A node is renewed every 30 days at the latest.
                    expireAfter: "720h",
                },
            },
            disruption: {
                // A node with an agent on it is never taken away to save money.
                consolidationPolicy: "WhenEmpty",
                consolidateAfter: `${consolidateAfterSeconds}s`,
                budgets: [{ nodes: "1" }],
            },
            limits: { cpu: String(pool.cpuLimit) },
            weight: pool.weight,
        },
    };
}
