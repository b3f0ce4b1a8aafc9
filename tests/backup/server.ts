import { execFile } from "node:child_process";
import { appendFile, chmod, chown, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Daemon, freePorts } from "../harness/process";
import { asUser, isRoot, NOBODY, postgresBinaries } from "../gateway/harness/postgres";

const run = promisify(execFile);
const USER = "postgres";

async function ownedByServer(path: string): Promise<void> {
    if (isRoot) await run("chown", ["-R", `${NOBODY}:${NOBODY}`, path]);
}

/** A PostgreSQL server on loopback that hands its log over in a folder, as one that is archived does. */
export class ArchivedServer {
    private daemon?: Daemon;

    private constructor(
        readonly folder: string,
        readonly port: number,
    ) {}

    get data(): string {
        return join(this.folder, "data");
    }

    /** Where finished segments of the log are put, and where a recovering server finds them. */
    get wals(): string {
        return join(this.folder, "wals");
    }

    /** An empty server. */
    static async create(folder: string): Promise<ArchivedServer> {
        const server = await ArchivedServer.prepare(folder);
        await mkdir(server.data);
        await ownedByServer(server.data);
        const options = [`--username=${USER}`, "--auth=trust", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync"];
        await run(...asUser(join(postgresBinaries(), "initdb"), ["-D", server.data, ...options]));
        return server;
    }

    /** A server of its own folder, whose data is put there by someone else. */
    static async prepare(folder: string): Promise<ArchivedServer> {
        const [port] = (await freePorts(1)) as [number];
        const server = new ArchivedServer(folder, port);
        await mkdir(server.wals, { recursive: true });
        await chmod(folder, 0o755);
        if (isRoot) await chown(server.wals, NOBODY, NOBODY);
        return server;
    }

    async start(settings: Readonly<Record<string, string>>): Promise<void> {
        const all = {
            listen_addresses: "127.0.0.1",
            port: String(this.port),
            unix_socket_directories: "",
            fsync: "off",
            ...settings,
        };
        const lines = Object.entries(all).map(([key, value]) => `${key} = '${value.replaceAll("'", "''")}'`);
        await appendFile(join(this.data, "postgresql.auto.conf"), `${lines.join("\n")}\n`);
        await ownedByServer(this.folder);
        const [command, args] = asUser(join(postgresBinaries(), "postgres"), ["-D", this.data]);
        this.daemon = Daemon.start("postgres", command, args, join(this.folder, "postgres.log"));
        await this.daemon.ready(async () => (await this.sql("SELECT NOT pg_is_in_recovery()")) === "t", 120_000);
    }

    /** Makes the next start a recovery. */
    async recover(): Promise<void> {
        await writeFile(join(this.data, "recovery.signal"), "");
    }

    async sql(statement: string): Promise<string> {
        const target = ["-h", "127.0.0.1", "-p", String(this.port), "-U", USER, "-d", "postgres"];
        const flags = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement];
        return (await run(join(postgresBinaries(), "psql"), [...target, ...flags])).stdout.trim();
    }

    /** Segments and histories that the server handed over, oldest first. */
    async archived(): Promise<string[]> {
        return (await readdir(this.wals)).filter((name) => !name.endsWith(".tmp")).sort();
    }

    async stop(): Promise<void> {
        await this.daemon?.stop("SIGINT");
    }
}
