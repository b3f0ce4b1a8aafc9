import { expect } from "chai";
import { gatewaySchema } from "../../../config/schema/gateway";
import type { EmbeddedDatabaseConfig, RdsDatabaseConfig } from "../../../config";
import {
    backupBucketPrefix,
    backupPolicy,
    postgresClusterName,
    postgresSpec,
} from "../../../workloads/postgres/cluster-spec";
import { rdsIdentifier, restoreArgs } from "../../../workloads/postgres/rds";
import { decide } from "../infra/iam";

const bucket = "arn:aws:s3:::clawstack-postgres-1";

function embedded(settings: object): EmbeddedDatabaseConfig {
    const { database } = gatewaySchema.parse({ database: { mode: "embedded", ...settings } });
    if (database.mode !== "embedded") throw new Error("the config asks for the embedded database");
    return database;
}

function rds(settings: object): RdsDatabaseConfig {
    const { database } = gatewaySchema.parse({ database: { mode: "rds", ...settings } });
    if (database.mode !== "rds") throw new Error("the config asks for RDS");
    return database;
}

describe("embedded Postgres", () => {
    const spec = postgresSpec(embedded({ instances: 3, storageGi: 20, backupRetentionDays: 14 }), "gp3", "backups");

    it("follows the config", () => {
        expect(spec.instances).to.equal(3);
        expect(spec.storage).to.deep.equal({ size: "20Gi", storageClass: "gp3" });
        expect(spec.backup.retentionPolicy).to.equal("14d");
    });

    it("takes passwords from Secrets, and rights on the bucket from its role", () => {
        expect(spec.bootstrap).to.deep.equal({
            initdb: { database: "litellm", owner: "litellm", secret: { name: "litellm-postgres-app" } },
        });
        expect(spec.superuserSecret).to.deep.equal({ name: "litellm-postgres-admin" });
        expect(spec.backup.barmanObjectStore.s3Credentials).to.deep.equal({ inheritFromIAMRole: true });
    });

    it("runs an image that has the backup tools", () => {
        expect(spec.imageName).to.match(/:\d+\.\d+-system-/);
    });

    it("names its bucket within what AWS allows, for the longest cluster name", () => {
        expect(backupBucketPrefix("c".repeat(40))).to.have.length(37);
        expect(backupBucketPrefix("clawstack")).to.equal("clawstack-postgres-");
    });
});

describe("embedded Postgres restored from a backup", () => {
    const config = embedded({ restoreFrom: { targetTime: "2026-03-01T08:00:00Z" } });
    const spec = postgresSpec(config, "gp3", "backups");

    it("is a cluster of its own, so that neither the old database nor its backups are touched", () => {
        const name = postgresClusterName(config);
        expect(name).to.match(/^litellm-postgres-[0-9a-f]{10}$/);
        expect(name).not.to.equal(postgresClusterName(embedded({ restoreFrom: {} })));
        // Without a serverName backups go to a folder of the cluster's own name.
        expect(spec.backup.barmanObjectStore).not.to.have.property("serverName");
        expect(spec.superuserSecret.name).to.equal(`${name}-admin`);
    });

    it("recovers up to the moment that was asked for, and hands the database to LiteLLM's user", () => {
        expect(spec.bootstrap).to.deep.include({
            recovery: {
                source: "backup",
                database: "litellm",
                owner: "litellm",
                secret: { name: `${postgresClusterName(config)}-app` },
                recoveryTarget: { targetTime: "2026-03-01 08:00:00.00000+00" },
            },
        });
        expect(spec.externalClusters?.[0]?.name).to.equal("backup");
        expect(spec.externalClusters?.[0]?.barmanObjectStore.serverName).to.equal("litellm-postgres");
    });

    it("recovers to the end of the log when no moment is given", () => {
        const latest = postgresSpec(embedded({ restoreFrom: {} }), "gp3", "backups");
        expect(JSON.stringify(latest.bootstrap)).not.to.contain("recoveryTarget");
    });
});

describe("RDS restored from a backup", () => {
    it("is an instance of its own", () => {
        expect(rdsIdentifier("prod", rds({}))).to.equal("prod-litellm");
        expect(rdsIdentifier("prod", rds({ restoreFrom: { snapshot: "before" } }))).to.match(/^prod-litellm-\w{10}$/);
    });

    it("starts from a snapshot, from a moment, or from the latest moment", () => {
        expect(restoreArgs(rds({}))).to.deep.equal({});
        expect(restoreArgs(rds({ restoreFrom: { snapshot: "before" } }))).to.deep.equal({
            snapshotIdentifier: "before",
        });
        expect(
            restoreArgs(rds({ restoreFrom: { instance: "prod-litellm", targetTime: "2026-03-01T08:00:00Z" } })),
        ).to.deep.equal({
            restoreToPointInTime: {
                sourceDbInstanceIdentifier: "prod-litellm",
                restoreTime: "2026-03-01T08:00:00Z",
            },
        });
        expect(restoreArgs(rds({ restoreFrom: { instance: "prod-litellm" } }))).to.deep.equal({
            restoreToPointInTime: { sourceDbInstanceIdentifier: "prod-litellm", useLatestRestorableTime: true },
        });
    });
});

describe("the backups' policy (evaluated by iam-simulate, not by AWS)", () => {
    const policy = backupPolicy(bucket, "arn:aws:s3:::the-old-stack");
    const cases: [string, string, "Allowed" | "ImplicitlyDenied"][] = [
        ["s3:PutObject", `${bucket}/litellm-postgres/base/1/data.tar.gz`, "Allowed"],
        ["s3:ListBucket", bucket, "Allowed"],
        ["s3:DeleteObject", `${bucket}/litellm-postgres/wals/1`, "Allowed"],
        ["s3:DeleteBucket", bucket, "ImplicitlyDenied"],
        ["s3:PutBucketPolicy", bucket, "ImplicitlyDenied"],
        ["s3:GetObject", "arn:aws:s3:::payroll/2026.csv", "ImplicitlyDenied"],
        ["s3:GetObject", "arn:aws:s3:::the-old-stack/litellm-postgres/wals/1", "Allowed"],
        ["s3:PutObject", "arn:aws:s3:::the-old-stack/litellm-postgres/wals/1", "ImplicitlyDenied"],
        ["s3:DeleteObject", "arn:aws:s3:::the-old-stack/litellm-postgres/wals/1", "ImplicitlyDenied"],
    ];
    for (const [action, resource, decision] of cases) {
        it(`${action} on ${resource}: ${decision}`, async () => {
            expect(await decide({ action, resource }, { identity: policy })).to.equal(decision);
        });
    }
});
