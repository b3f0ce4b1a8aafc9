import { Bucket, BucketLifecycleConfiguration, BucketPublicAccessBlock } from "@pulumi/aws/s3";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Namespace, Secret } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { EmbeddedDatabaseConfig } from "../../config";
import { cloudNativePg, postgres } from "../../config/versions";
import { PodIdentity, policyDocument } from "../../infra";
import { labels, restrictedNamespace } from "../pod-security";
import { DATABASE_NAME, DATABASE_USER, type Database } from "./database";

export interface EmbeddedPostgresArgs {
    readonly config: EmbeddedDatabaseConfig;
    readonly clusterName: string;
    readonly cluster: pulumi.Input<string>;
    readonly namespace: pulumi.Input<string>;
    readonly storageClass: pulumi.Input<string>;
}

const CLUSTER = "litellm-postgres";

/** What barman needs of the bucket that it writes backups to. */
export function backupPolicy(bucketArn: string) {
    return policyDocument(
        { Sid: "ListBackups", Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: bucketArn },
        {
            Sid: "WriteBackups",
            Effect: "Allow",
            Action: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
            Resource: `${bucketArn}/*`,
        },
    );
}

/** AWS allows 37 characters, and adds 26. */
export function backupBucketPrefix(clusterName: string): string {
    return `${clusterName.slice(0, 27)}-postgres-`;
}

/** CloudNativePG `Cluster` (postgresql.cnpg.io/v1). */
export function postgresSpec(
    config: EmbeddedDatabaseConfig,
    storageClass: pulumi.Input<string>,
    bucket: pulumi.Input<string>,
) {
    return {
        instances: config.instances,
        imageName: postgres.image,
        storage: { size: `${config.storageGi}Gi`, storageClass },
        bootstrap: { initdb: { database: DATABASE_NAME, owner: DATABASE_USER, secret: { name: `${CLUSTER}-app` } } },
        enableSuperuserAccess: true,
        superuserSecret: { name: `${CLUSTER}-admin` },
        resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { memory: "1Gi" } },
        backup: {
            retentionPolicy: `${config.backupRetentionDays}d`,
            barmanObjectStore: {
                destinationPath: pulumi.interpolate`s3://${bucket}/`,
                s3Credentials: { inheritFromIAMRole: true },
                wal: { compression: "gzip" },
                data: { compression: "gzip" },
            },
        },
    };
}

/** Postgres in the cluster: CloudNativePG, an encrypted volume, WAL and daily base backups in S3. */
export class EmbeddedPostgres extends pulumi.ComponentResource implements Database {
    readonly host: string;
    readonly port = 5432;
    readonly name = DATABASE_NAME;
    readonly username = DATABASE_USER;
    readonly password: pulumi.Output<string>;
    readonly adminPassword: pulumi.Output<string>;
    readonly podLabels = { "cnpg.io/cluster": CLUSTER };
    readonly ready: pulumi.Resource;

    constructor(name: string, args: EmbeddedPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:EmbeddedPostgres", name, {}, opts);
        const { config, clusterName, namespace } = args;
        const inside = { parent: this };
        this.host = `${CLUSTER}-rw.litellm.svc.cluster.local`;
        this.password = new RandomPassword(`${name}-app`, { length: 32, special: false }, inside).result;
        this.adminPassword = new RandomPassword(`${name}-admin`, { length: 32, special: false }, inside).result;

        const operatorNamespace = new Namespace(
            `${name}-operator-namespace`,
            {
                metadata: {
                    name: "cnpg-system",
                    labels: { ...labels("cloudnative-pg"), ...restrictedNamespace },
                    annotations: {
                        "policy.clawstack.dev/default-deny":
                            "the operator is called by the API server's webhooks; nothing else runs here",
                    },
                },
            },
            inside,
        );
        const operator = new Release(
            `${name}-operator`,
            {
                name: "cloudnative-pg",
                namespace: operatorNamespace.metadata.name,
                chart: cloudNativePg.chart,
                version: cloudNativePg.version,
                repositoryOpts: { repo: cloudNativePg.repository },
                values: { resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } } },
            },
            inside,
        );
        const bucket = this.backupBucket(name, clusterName);
        const identity = new PodIdentity(
            `${name}-backup`,
            {
                clusterName,
                cluster: args.cluster,
                namespace: "litellm",
                serviceAccount: CLUSTER,
                roleName: `${clusterName}-postgres-backup`,
                policies: { backup: bucket.arn.apply(backupPolicy) },
            },
            inside,
        );
        const secrets = (
            [
                ["app", DATABASE_USER, this.password],
                ["admin", "postgres", this.adminPassword],
            ] as const
        ).map(
            ([role, username, password]) =>
                new Secret(
                    `${name}-${role}`,
                    {
                        metadata: { name: `${CLUSTER}-${role}`, namespace, labels: labels(CLUSTER) },
                        type: "kubernetes.io/basic-auth",
                        stringData: { username, password },
                    },
                    inside,
                ),
        );
        const cluster = new CustomResource(
            `${name}-cluster`,
            {
                apiVersion: "postgresql.cnpg.io/v1",
                kind: "Cluster",
                metadata: { name: CLUSTER, namespace, labels: labels(CLUSTER) },
                spec: postgresSpec(config, args.storageClass, bucket.bucket),
            },
            { ...inside, dependsOn: [operator, identity.association, ...secrets] },
        );
        new CustomResource(
            `${name}-daily-backup`,
            {
                apiVersion: "postgresql.cnpg.io/v1",
                kind: "ScheduledBackup",
                metadata: { name: `${CLUSTER}-daily`, namespace, labels: labels(CLUSTER) },
                // Six fields: the first one is seconds.
                spec: { schedule: "0 0 3 * * *", backupOwnerReference: "self", cluster: { name: CLUSTER } },
            },
            { ...inside, dependsOn: cluster },
        );
        this.ready = cluster;
        this.registerOutputs({ host: this.host });
    }

    /** Kept when the stack is destroyed: a backup is for the day when everything else is gone. */
    private backupBucket(name: string, clusterName: string): Bucket {
        const inside = { parent: this };
        const bucket = new Bucket(
            `${name}-backups`,
            { bucketPrefix: backupBucketPrefix(clusterName), tags: { Name: `${clusterName}-postgres-backups` } },
            { ...inside, retainOnDelete: true },
        );
        new BucketPublicAccessBlock(
            `${name}-backups`,
            {
                bucket: bucket.bucket,
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            },
            { ...inside, retainOnDelete: true },
        );
        new BucketLifecycleConfiguration(
            `${name}-backups`,
            {
                bucket: bucket.bucket,
                rules: [
                    {
                        id: "abandoned-uploads",
                        status: "Enabled",
                        filter: {},
                        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
                    },
                ],
            },
            inside,
        );
        return bucket;
    }
}
