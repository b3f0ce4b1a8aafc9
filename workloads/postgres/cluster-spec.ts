import * as pulumi from "@pulumi/pulumi";
import type { EmbeddedDatabaseConfig } from "../../config";
import { postgres } from "../../config/versions";
import { policyDocument } from "../../infra";
import { revisionOf } from "../revision";
import { DATABASE_NAME, DATABASE_USER } from "./database";

/** Name of the first cluster; one that is restored has a name of its own, so that both can stand side by side. */
const CLUSTER = "litellm-postgres";

/** Name of the CloudNativePG cluster, of its service account, and of its folder in the bucket. */
export function postgresClusterName({ restoreFrom }: Pick<EmbeddedDatabaseConfig, "restoreFrom">): string {
    return restoreFrom ? `${CLUSTER}-${revisionOf(restoreFrom)}` : CLUSTER;
}

/** What barman needs of the bucket that it writes backups to, and of one that it only restores from. */
export function backupPolicy(bucketArn: string, restoreArn?: string) {
    return policyDocument(
        { Sid: "ListBackups", Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: bucketArn },
        {
            Sid: "WriteBackups",
            Effect: "Allow",
            Action: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
            Resource: `${bucketArn}/*`,
        },
        ...(restoreArn
            ? [
                  {
                      Sid: "ReadRestored",
                      Effect: "Allow" as const,
                      Action: ["s3:ListBucket", "s3:GetBucketLocation", "s3:GetObject"],
                      Resource: [restoreArn, `${restoreArn}/*`],
                  },
              ]
            : []),
    );
}

/** AWS allows 37 characters, and adds 26. */
export function backupBucketPrefix(clusterName: string): string {
    return `${clusterName.slice(0, 27)}-postgres-`;
}

/** Where barman keeps backups; `serverName` is the folder, by default the cluster's name. */
function objectStore(bucket: pulumi.Input<string>, serverName?: string) {
    return {
        destinationPath: pulumi.interpolate`s3://${bucket}/`,
        ...(serverName ? { serverName } : {}),
        s3Credentials: { inheritFromIAMRole: true },
        wal: { compression: "gzip" },
        data: { compression: "gzip" },
    };
}

/** With a numeric offset: PostgreSQL takes no `Z` as a recovery target, and CloudNativePG would write one. */
function recoveryTime(targetTime: string): string {
    return targetTime.replace("T", " ").replace("Z", ".00000+00");
}

/** An empty database, or one from a backup: the newest base backup before `targetTime`, and the log up to it. */
function bootstrap({ restoreFrom }: EmbeddedDatabaseConfig, secretName: string) {
    const owner = { database: DATABASE_NAME, owner: DATABASE_USER, secret: { name: secretName } };
    if (!restoreFrom) return { initdb: owner };
    const { targetTime } = restoreFrom;
    return {
        recovery: {
            source: "backup",
            ...owner,
            ...(targetTime ? { recoveryTarget: { targetTime: recoveryTime(targetTime) } } : {}),
        },
    };
}

/** CloudNativePG `Cluster` (postgresql.cnpg.io/v1). */
export function postgresSpec(
    config: EmbeddedDatabaseConfig,
    storageClass: pulumi.Input<string>,
    bucket: pulumi.Input<string>,
) {
    const { restoreFrom } = config;
    const name = postgresClusterName(config);
    return {
        instances: config.instances,
        imageName: postgres.image,
        storage: { size: `${config.storageGi}Gi`, storageClass },
        bootstrap: bootstrap(config, `${name}-app`),
        ...(restoreFrom
            ? {
                  externalClusters: [
                      {
                          name: "backup",
                          barmanObjectStore: objectStore(restoreFrom.bucket ?? bucket, restoreFrom.server),
                      },
                  ],
              }
            : {}),
        enableSuperuserAccess: true,
        superuserSecret: { name: `${name}-admin` },
        resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { memory: "1Gi" } },
        backup: {
            retentionPolicy: `${config.backupRetentionDays}d`,
            barmanObjectStore: objectStore(bucket),
        },
    };
}
