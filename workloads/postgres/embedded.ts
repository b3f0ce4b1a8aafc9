import { Bucket, BucketLifecycleConfiguration, BucketPublicAccessBlock } from "@pulumi/aws/s3";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Namespace, Secret } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { EmbeddedDatabaseConfig } from "../../config";
import { cloudNativePg } from "../../config/versions";
import { PodIdentity } from "../../infra";
import { labels, restrictedNamespace } from "../pod-security";
import { backupBucketPrefix, backupPolicy, postgresClusterName, postgresSpec } from "./cluster-spec";
import { DATABASE_NAME, DATABASE_USER, type Database } from "./database";

export interface EmbeddedPostgresArgs {
    readonly config: EmbeddedDatabaseConfig;
    readonly clusterName: string;
    readonly cluster: pulumi.Input<string>;
    readonly namespace: pulumi.Input<string>;
    readonly storageClass: pulumi.Input<string>;
}

/** Postgres in the cluster: CloudNativePG, an encrypted volume, WAL and daily base backups in S3. */
export class EmbeddedPostgres extends pulumi.ComponentResource implements Database {
    readonly host: string;
    readonly port = 5432;
    readonly name = DATABASE_NAME;
    readonly administrator = "postgres";
    readonly adminPassword: pulumi.Output<string>;
    readonly generation: string;
    readonly podLabels: Readonly<Record<string, string>>;
    readonly ready: pulumi.Resource;

    constructor(name: string, args: EmbeddedPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:EmbeddedPostgres", name, {}, opts);
        const { config, clusterName, namespace } = args;
        const inside = { parent: this };
        const database = postgresClusterName(config);
        this.generation = database;
        this.host = `${database}-rw.litellm.svc.cluster.local`;
        this.podLabels = { "cnpg.io/cluster": database };
        const settings = { length: 32, special: false, keepers: { rotation: String(config.passwordRotation) } };
        // The operator lets the owner sign in, too; nothing here does.
        const ownerPassword = new RandomPassword(`${name}-app`, settings, inside).result;
        this.adminPassword = new RandomPassword(`${name}-admin`, settings, inside).result;

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
                serviceAccount: database,
                roleName: `${clusterName}-postgres-backup`,
                policies: {
                    backup: bucket.arn.apply((arn) =>
                        backupPolicy(arn, config.restoreFrom?.bucket && `arn:aws:s3:::${config.restoreFrom.bucket}`),
                    ),
                },
            },
            inside,
        );
        const secrets = (
            [
                ["app", DATABASE_USER, ownerPassword],
                ["admin", this.administrator, this.adminPassword],
            ] as const
        ).map(
            ([role, username, password]) =>
                new Secret(
                    `${name}-${role}`,
                    {
                        metadata: {
                            name: `${database}-${role}`,
                            namespace,
                            // Without it the operator would not look at a changed password.
                            labels: { ...labels(database), "cnpg.io/reload": "true" },
                        },
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
                metadata: { name: database, namespace, labels: labels(database) },
                spec: postgresSpec(config, args.storageClass, bucket.bucket),
            },
            // A database that a restored one takes the place of stays, until someone deletes it by hand.
            { ...inside, retainOnDelete: true, dependsOn: [operator, identity.association, ...secrets] },
        );
        new CustomResource(
            `${name}-daily-backup`,
            {
                apiVersion: "postgresql.cnpg.io/v1",
                kind: "ScheduledBackup",
                metadata: { name: `${database}-daily`, namespace, labels: labels(database) },
                // Six fields: the first one is seconds.
                // The first backup at once: without one there is nothing to restore the log onto.
                spec: {
                    schedule: "0 0 3 * * *",
                    immediate: true,
                    backupOwnerReference: "self",
                    cluster: { name: database },
                },
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
