import { LaunchTemplate } from "@pulumi/aws/ec2";
import { NodeGroup } from "@pulumi/aws/eks";
import { Role, RolePolicy, RolePolicyAttachment } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterConfig } from "../config";
import { serviceTrust, sessionManagerPolicy } from "./policies";

/** What any EKS node needs: join, pull images, give pods addresses. */
export const nodePolicyArns = [
    "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
    "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
    "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
] as const;

/** A role for EKS nodes, with its policies attached; people reach the nodes by Session Manager. */
export function nodeRole(name: string, roleName: string, opts: pulumi.CustomResourceOptions) {
    const role = new Role(name, { name: roleName, assumeRolePolicy: serviceTrust("ec2.amazonaws.com") }, opts);
    const attachments = nodePolicyArns.map(
        (policyArn) =>
            new RolePolicyAttachment(`${name}-${policyArn.split("/").at(-1)}`, { role: role.name, policyArn }, opts),
    );
    const sessions = new RolePolicy(
        `${name}-session-manager`,
        { name: "session-manager", role: role.name, policy: JSON.stringify(sessionManagerPolicy()) },
        opts,
    );
    return { role, attachments: [...attachments, sessions] };
}

export interface CoreNodesArgs {
    readonly clusterName: string;
    readonly cluster: pulumi.Input<string>;
    readonly config: ClusterConfig["coreNodes"];
    readonly kubernetesVersion: string;
    readonly subnetIds: pulumi.Input<string[]>;
}

/** Managed node group for everything that is no sandbox. */
export class CoreNodes extends pulumi.ComponentResource {
    constructor(name: string, args: CoreNodesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:CoreNodes", name, {}, opts);
        const { clusterName, config } = args;
        const inside = { parent: this };

        const { role, attachments } = nodeRole(name, `${clusterName}-core-nodes`, inside);
        const template = new LaunchTemplate(
            name,
            {
                name: `${clusterName}-core`,
                updateDefaultVersion: true,
                metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1, httpEndpoint: "enabled" },
                blockDeviceMappings: [
                    // 100 GiB as in the blueprint.
                    {
                        deviceName: "/dev/xvda",
                        ebs: { volumeSize: 100, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
                    },
                ],
                tagSpecifications: [{ resourceType: "instance", tags: { Name: `${clusterName}-core` } }],
            },
            inside,
        );
        new NodeGroup(
            name,
            {
                clusterName: args.cluster,
                // A prefix: a new instance type replaces the group, and the new one is there before the old one goes.
                nodeGroupNamePrefix: "core-",
                version: args.kubernetesVersion,
                nodeRoleArn: role.arn,
                subnetIds: args.subnetIds,
                instanceTypes: [config.instanceType],
                amiType: "AL2023_x86_64_STANDARD",
                scalingConfig: { minSize: config.min, maxSize: config.max, desiredSize: config.desired },
                updateConfig: { maxUnavailable: 1 },
                launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
                labels: { "clawstack.dev/pool": "core" },
            },
            { ...inside, dependsOn: attachments },
        );
        this.registerOutputs({});
    }
}
