import { getCallerIdentityOutput, getPartitionOutput } from "@pulumi/aws";
import { AccessEntry } from "@pulumi/aws/eks";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Namespace } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import * as pulumi from "@pulumi/pulumi";
import type { NodePoolsConfig } from "../../config";
import { karpenter, karpenterCrds } from "../../config/versions";
import type { EksCluster } from "../cluster";
import { nodeRole } from "../core-nodes";
import { PodIdentity } from "../identity";
import { labels } from "../labels";
import { InterruptionQueue } from "./interruption";
import { BARE_METAL_POOL, ec2NodeClass, NESTED_POOL, nodePool } from "./node-pools";
import { controllerPolicy } from "./policies";

export const KARPENTER_NAMESPACE = "karpenter";

export interface KarpenterArgs {
    readonly config: NodePoolsConfig;
    readonly cluster: EksCluster;
    readonly region: string;
    /** Tags of the instances and their disks. */
    readonly tags: Readonly<Record<string, string>>;
}

/** Karpenter, with the pools whose nodes run sandboxes. It runs itself on the core nodes. */
export class Karpenter extends pulumi.ComponentResource {
    /** Names of the pools, for dashboards and alerts. */
    readonly pools: string[];

    constructor(name: string, args: KarpenterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:Karpenter", name, {}, opts);
        const { config, cluster, region } = args;
        const clusterName = cluster.configuredName;
        const inside = { parent: this };

        const namespace = new Namespace(
            `${name}-namespace`,
            {
                metadata: {
                    name: KARPENTER_NAMESPACE,
                    labels: { ...labels("karpenter"), "pod-security.kubernetes.io/enforce": "restricted" },
                    annotations: {
                        "policy.clawstack.dev/default-deny":
                            "the controller talks to EC2, SQS, pricing and the API server; nothing else runs here",
                    },
                },
            },
            inside,
        );
        const { role, attachments } = nodeRole(`${name}-nodes`, `${clusterName}-kata-nodes`, inside);
        const entry = new AccessEntry(
            `${name}-nodes`,
            { clusterName: cluster.name, principalArn: role.arn, type: "EC2_LINUX" },
            { ...inside, dependsOn: attachments },
        );
        const interruption = new InterruptionQueue(`${name}-interruption`, { clusterName }, inside);
        const { accountId } = getCallerIdentityOutput({}, { parent: this });
        const { partition } = getPartitionOutput({}, { parent: this });
        const identity = new PodIdentity(
            `${name}-controller`,
            {
                clusterName,
                cluster: cluster.name,
                namespace: KARPENTER_NAMESPACE,
                serviceAccount: "karpenter",
                roleName: `${clusterName}-karpenter`,
                policies: {
                    controller: pulumi
                        .all([partition, accountId, interruption.queueArn, role.arn])
                        .apply(([partition, accountId, queueArn, nodeRoleArn]) =>
                            controllerPolicy({ partition, region, accountId, clusterName, queueArn, nodeRoleArn }),
                        ),
                },
            },
            inside,
        );
        const crds = new Release(
            `${name}-crds`,
            {
                name: "karpenter-crd",
                namespace: namespace.metadata.name,
                chart: karpenterCrds.chart,
                version: karpenterCrds.version,
            },
            inside,
        );
        const controller = new Release(
            `${name}-release`,
            {
                name: "karpenter",
                namespace: namespace.metadata.name,
                chart: karpenter.chart,
                version: karpenter.version,
                skipCrds: true,
                values: {
                    replicas: 2,
                    serviceAccount: { name: "karpenter" },
                    settings: {
                        clusterName,
                        clusterEndpoint: cluster.endpoint,
                        interruptionQueue: interruption.queueName,
                    },
                    controller: {
                        // A pod can't ask the metadata service of its node.
                        env: [{ name: "AWS_REGION", value: region }],
                        resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { memory: "1Gi" } },
                    },
                },
            },
            { ...inside, dependsOn: [crds, identity.association, entry] },
        );

        // Gone before the controller: its finalizers end the nodes, and wait until they are drained. Bare metal takes
        // its time to shut down.
        const managed = { ...inside, dependsOn: controller, customTimeouts: { delete: "30m" } };
        this.pools = [];
        for (const [pool, settings, nestedVirtualization] of [
            [NESTED_POOL, config.nested, true],
            [BARE_METAL_POOL, config.bareMetal, false],
        ] as const) {
            if (!settings.enabled) continue;
            const nodeClass = new CustomResource(
                `${name}-${pool}-class`,
                ec2NodeClass({
                    name: pool,
                    clusterName,
                    nodeRoleName: `${clusterName}-kata-nodes`,
                    securityGroupId: cluster.securityGroupId,
                    rootVolumeGi: config.rootVolumeGi,
                    nestedVirtualization,
                    tags: args.tags,
                }),
                managed,
            );
            new CustomResource(`${name}-${pool}`, nodePool(pool, settings, config.consolidateAfterSeconds), {
                ...managed,
                dependsOn: nodeClass,
            });
            this.pools.push(pool);
        }
        this.registerOutputs({ pools: this.pools });
    }
}
