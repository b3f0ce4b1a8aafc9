import { expect } from "chai";
import { gatewaySchema } from "../../../config/schema/gateway";
import { backupBucketPrefix, backupPolicy, postgresSpec } from "../../../workloads/postgres/embedded";
import { decide } from "../infra/iam";

const bucket = "arn:aws:s3:::clawstack-postgres-1";

describe("embedded Postgres", () => {
    const { database } = gatewaySchema.parse({
        database: { mode: "embedded", instances: 3, storageGi: 20, backupRetentionDays: 14 },
    });
    if (database.mode !== "embedded") throw new Error("the config asks for the embedded database");
    const spec = postgresSpec(database, "gp3", "backups");

    it("follows the config", () => {
        expect(spec.instances).to.equal(3);
        expect(spec.storage).to.deep.equal({ size: "20Gi", storageClass: "gp3" });
        expect(spec.backup.retentionPolicy).to.equal("14d");
    });

    it("takes passwords from Secrets, and rights on the bucket from its role", () => {
        expect(spec.bootstrap.initdb.secret).to.deep.equal({ name: "litellm-postgres-app" });
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

describe("the backups' policy (evaluated by iam-simulate, not by AWS)", () => {
    const policy = backupPolicy(bucket);
    const cases: [string, string, "Allowed" | "ImplicitlyDenied"][] = [
        ["s3:PutObject", `${bucket}/litellm-postgres/base/1/data.tar.gz`, "Allowed"],
        ["s3:ListBucket", bucket, "Allowed"],
        ["s3:DeleteObject", `${bucket}/litellm-postgres/wals/1`, "Allowed"],
        ["s3:DeleteBucket", bucket, "ImplicitlyDenied"],
        ["s3:PutBucketPolicy", bucket, "ImplicitlyDenied"],
        ["s3:GetObject", "arn:aws:s3:::payroll/2026.csv", "ImplicitlyDenied"],
    ];
    for (const [action, resource, decision] of cases) {
        it(`${action} on ${resource}: ${decision}`, async () => {
            expect(await decide({ action, resource }, { identity: policy })).to.equal(decision);
        });
    }
});
