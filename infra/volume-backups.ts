import { Plan, Selection, Vault } from "@pulumi/aws/backup";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { BackupsConfig } from "../config";
import { CLUSTER_TAG } from "./labels";
import { policyDocument, serviceTrust } from "./policies";

export interface VolumeBackupsArgs {
    readonly config: BackupsConfig["agentVolumes"];
    readonly clusterName: string;
    /** Namespaces whose volumes are backed up. */
    readonly namespaces: readonly string[];
}

/** Tags that the EBS CSI driver puts on the volume of a claim; all of them must match. */
export function volumeConditions(clusterName: string, namespace: string) {
    const tag = (key: string, value: string) => ({ key: `aws:ResourceTag/${key}`, value });
    return [
        { stringEquals: [tag(CLUSTER_TAG, clusterName), tag("kubernetes.io/created-for/pvc/namespace", namespace)] },
    ];
}

/**
 * What AWS Backup needs for EBS: snapshots of this cluster's volumes, and the end of those that it made. Its managed
 * policy opens tables, file systems and buckets as well.
 */
export function backupRolePolicy(clusterName: string, vaultArn: string) {
    const snapshots = "arn:aws:ec2:*::snapshot/*";
    return policyDocument(
        {
            Sid: "SnapshotVolumesOfTheCluster",
            Effect: "Allow",
            Action: "ec2:CreateSnapshot",
            Resource: "arn:aws:ec2:*:*:volume/*",
            Condition: { StringEquals: { [`aws:ResourceTag/${CLUSTER_TAG}`]: clusterName } },
        },
        {
            Sid: "MakeAndTagSnapshots",
            Effect: "Allow",
            Action: ["ec2:CreateSnapshot", "ec2:CreateTags"],
            Resource: snapshots,
        },
        {
            Sid: "DeleteSnapshotsOfBackups",
            Effect: "Allow",
            Action: "ec2:DeleteSnapshot",
            Resource: snapshots,
            // AWS Backup's own mark, which nobody else can set.
            Condition: { StringLike: { "aws:ResourceTag/aws:backup:source-resource": "arn:aws:ec2:*:volume/*" } },
        },
        {
            Sid: "FindVolumesAndSnapshots",
            Effect: "Allow",
            Action: ["ec2:DescribeVolumes", "ec2:DescribeSnapshots", "ec2:DescribeTags", "tag:GetResources"],
            Resource: "*",
        },
        {
            Sid: "FillTheVault",
            Effect: "Allow",
            Action: ["backup:DescribeBackupVault", "backup:CopyIntoBackupVault"],
            Resource: vaultArn,
        },
    );
}

/**
 * A snapshot a day of every agent's volume. AWS Backup and not snapshots by Kubernetes: it has a schedule and a
 * retention, needs no cluster to work or to be read, and nobody in the cluster can delete what it keeps.
 */
export class VolumeBackups extends pulumi.ComponentResource {
    constructor(name: string, args: VolumeBackupsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:VolumeBackups", name, {}, opts);
        const { config, clusterName, namespaces } = args;
        const inside = { parent: this };
        this.registerOutputs({});
        if (!config.enabled) return;

        // Under a name that Pulumi makes up, and kept: a backup is for the day when everything else is gone.
        const vault = new Vault(`${clusterName}-agents`, {}, { ...inside, retainOnDelete: true });
        const role = new Role(
            name,
            { name: `${clusterName}-volume-backups`, assumeRolePolicy: serviceTrust("backup.amazonaws.com") },
            inside,
        );
        const rights = new RolePolicy(
            name,
            {
                name: "volumes",
                role: role.name,
                policy: pulumi.jsonStringify(vault.arn.apply((arn) => backupRolePolicy(clusterName, arn))),
            },
            inside,
        );
        const plan = new Plan(
            name,
            {
                name: `${clusterName}-agent-volumes`,
                rules: [
                    {
                        ruleName: "daily",
                        targetVaultName: vault.name,
                        schedule: `cron(0 ${config.hourUtc} * * ? *)`,
                        startWindow: 60,
                        completionWindow: 360,
                        lifecycle: { deleteAfter: config.retentionDays },
                    },
                ],
            },
            inside,
        );
        for (const namespace of namespaces) {
            new Selection(
                `${name}-${namespace}`,
                {
                    name: `${clusterName}-${namespace}`.slice(0, 50),
                    planId: plan.id,
                    iamRoleArn: role.arn,
                    resources: ["arn:aws:ec2:*:*:volume/*"],
                    conditions: volumeConditions(clusterName, namespace),
                },
                { ...inside, dependsOn: rights },
            );
        }
    }
}
