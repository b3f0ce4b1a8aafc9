import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { gatewaySchema } from "../../config/schema/gateway";
import { backupPolicy, postgresClusterName, postgresSpec } from "../../workloads/postgres/cluster-spec";
import { decide } from "../unit/infra/iam";
import { ArchivedServer } from "./server";
import { ObjectStore, type S3Request } from "./tools";

const BUCKET = "stack-backups";
/** Name of the first cluster, which is also its folder in the bucket. */
const SERVER = "litellm-postgres";

function configOf(restoreFrom?: object) {
    const { database } = gatewaySchema.parse({ database: { mode: "embedded", restoreFrom } });
    if (database.mode !== "embedded") throw new Error("the config asks for the embedded database");
    return database;
}

const valueOf = (output: pulumi.Output<string>) =>
    (output as pulumi.Output<string> & { promise(): Promise<string> }).promise();

/** IAM's name for a request to S3. */
function actionOf({ method, url }: S3Request): string {
    const { pathname, searchParams } = new URL(url);
    const ofObject = pathname.split("/").filter(Boolean).length > 1;
    if (!ofObject) return searchParams.has("location") ? "s3:GetBucketLocation" : "s3:ListBucket";
    if (method === "DELETE") return searchParams.has("uploadId") ? "s3:AbortMultipartUpload" : "s3:DeleteObject";
    return method === "PUT" || method === "POST" ? "s3:PutObject" : "s3:GetObject";
}

/*
 * Real: PostgreSQL, its log and recovery, and barman-cloud, which is what CloudNativePG runs. What it is told comes out of
 * the very spec of the Cluster. Not real: S3 (moto, on loopback) and CloudNativePG's operator, which does these steps.
 */
describe("backup: Postgres to a point in time (barman-cloud by hand, S3 is a stand-in)", function () {
    this.timeout(180_000);
    let folder: string;
    let store: ObjectStore;
    let original: ArchivedServer;
    let restored: ArchivedServer;
    let targetTime: string;
    let requests: S3Request[];
    const backup = postgresSpec(configOf(), "gp3", BUCKET).backup.barmanObjectStore;
    const localhost = (server: ArchivedServer) => ["--host", "127.0.0.1", "--port", String(server.port)];

    before(async function () {
        this.timeout(600_000);
        folder = await mkdtemp(join(tmpdir(), "clawstack-backup-"));
        // The server runs as another user.
        await chmod(folder, 0o755);
        store = await ObjectStore.start(folder);
        await store.createBucket(BUCKET);
        original = await ArchivedServer.create(join(folder, "original"));
        const archive = `cp "%p" "${original.wals}/%f.tmp" && mv "${original.wals}/%f.tmp" "${original.wals}/%f"`;
        await original.start({ archive_mode: "on", archive_command: archive, wal_level: "replica" });
        await original.sql("CREATE TABLE spend (what text)");
    });

    after(async () => {
        await restored?.stop();
        await original?.stop();
        await store?.stop();
        await rm(folder, { recursive: true, force: true });
    });

    it("backs up while the database is in use, and hands over its log", async () => {
        const destination = await valueOf(backup.destinationPath);
        const compressed = [`--${backup.data.compression}`];
        requests = await store.record(async () => {
            await store.barman("backup", [
                ...compressed,
                ...localhost(original),
                "--user",
                "postgres",
                destination,
                SERVER,
            ]);
            await original.sql("INSERT INTO spend VALUES ('before')");
            // The config takes whole seconds.
            await sleep(1100);
            targetTime = new Date().toISOString().replace(/\.\d+Z$/, "Z");
            await sleep(1100);
            await original.sql("INSERT INTO spend VALUES ('the damage')");
            await original.sql("SELECT pg_switch_wal()");
            await sleep(2000);
            for (const wal of await original.archived()) {
                await store.barman("wal-archive", [
                    `--${backup.wal.compression}`,
                    destination,
                    SERVER,
                    join(original.wals, wal),
                ]);
            }
        });
        expect(await store.barman("backup-list", [destination, SERVER])).to.match(/\d{8}T\d{6}/);
    });

    it("restores up to the moment in the config, and not a second more", async () => {
        const spec = postgresSpec(configOf({ targetTime }), "gp3", BUCKET);
        const source = spec.externalClusters?.[0]?.barmanObjectStore;
        const recovery = "recovery" in spec.bootstrap ? spec.bootstrap.recovery : undefined;
        if (!source || !recovery) throw new Error("the spec does not recover");
        const from = [await valueOf(source.destinationPath), source.serverName ?? ""];
        const list = await store.barman("backup-list", ["--format", "json", ...from]);
        const { backups_list: backups } = JSON.parse(list) as { backups_list: { backup_id: string }[] };
        expect(backups).to.have.length(1);

        restored = await ArchivedServer.prepare(join(folder, "restored"));
        const reads = await store.record(async () => {
            await store.barman("restore", [...from, backups[0]?.backup_id ?? "", restored.data]);
            for (const wal of (await original.archived()).filter((name) => !name.includes("."))) {
                await store.barman("wal-restore", [...from, wal, join(restored.wals, wal)]);
            }
        });
        requests.push(...reads);
        await restored.recover();
        await restored.start({
            archive_mode: "off",
            restore_command: `cp "${restored.wals}/%f" "%p"`,
            recovery_target_time: recovery.recoveryTarget?.targetTime ?? "",
            recovery_target_action: "promote",
        });
        expect(await restored.sql("SELECT what FROM spend")).to.equal("before");
        expect(await original.sql("SELECT count(*) FROM spend")).to.equal("2");
    });

    it("writes the restored database's own backups beside the old ones, where barman wants an empty place", async () => {
        const destination = await valueOf(backup.destinationPath);
        await store.barman("check-wal-archive", [destination, postgresClusterName(configOf({ targetTime }))]);
        const refused = await store.barman("check-wal-archive", [destination, SERVER]).catch(() => "refused");
        expect(refused).to.equal("refused");
    });

    it("asks nothing of S3 that the role of the backups does not allow", async () => {
        const actions = new Set(requests.map(actionOf));
        expect([...actions]).to.include.members(["s3:PutObject", "s3:GetObject", "s3:ListBucket"]);
        const bucket = `arn:aws:s3:::${BUCKET}`;
        for (const action of actions) {
            const resource = /Bucket/.test(action) ? bucket : `${bucket}/${SERVER}/base/1/data.tar.gz`;
            expect(await decide({ action, resource }, { identity: backupPolicy(bucket) }), action).to.equal("Allowed");
        }
    });
});
