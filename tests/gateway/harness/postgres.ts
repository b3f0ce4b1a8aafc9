import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Daemon, freePorts } from "../../harness/process";
import { DATABASE_NAME, DATABASE_USER } from "../../../workloads/postgres/database";

const run = promisify(execFile);

/** PostgreSQL refuses to run as root; this is `nobody`, whom every Linux has. */
export const NOBODY = 65534;
export const isRoot = process.getuid?.() === 0;

export function asUser(command: string, args: readonly string[]): [string, string[]] {
    if (!isRoot) return [command, [...args]];
    const ids = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    return ["setpriv", [...ids, command, ...args]];
}

/** Folder of PostgreSQL's own programs; Debian keeps them out of PATH. */
export function postgresBinaries(): string {
    const root = "/usr/lib/postgresql";
    const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
    const found = versions.map((version) => join(root, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
    if (!found) {
        throw new Error(
            `PostgreSQL's server is not installed (looked in ${root}/*/bin). Install it: sudo apt-get install postgresql`,
        );
    }
    return found;
}

/** A PostgreSQL server on loopback, with TLS and passwords as in the stack, in a folder of its own. */
export class Postgres {
    readonly password = randomBytes(16).toString("hex");
    private server?: Daemon;

    private constructor(
        private readonly folder: string,
        private readonly bin: string,
        readonly port: number,
    ) {}

    static async start(folder: string): Promise<Postgres> {
        const [port] = (await freePorts(1)) as [number];
        const postgres = new Postgres(folder, postgresBinaries(), port);
        await postgres.create();
        await postgres.run();
        await postgres.psql("postgres", `CREATE DATABASE ${DATABASE_NAME} OWNER ${DATABASE_USER}`);
        return postgres;
    }

    /** As the Secret `litellm-database` has it. */
    get url(): string {
        return `postgresql://${DATABASE_USER}:${this.password}@127.0.0.1:${this.port}/${DATABASE_NAME}?sslmode=require`;
    }

    /** Runs SQL as the database's owner; one value a line, columns parted by `|`. */
    async sql(statement: string): Promise<string> {
        return this.psql(DATABASE_NAME, statement);
    }

    async applyFile(file: string): Promise<void> {
        await this.psqlWith(DATABASE_NAME, ["-f", file]);
    }

    /** Ends every connection, as a failover does. */
    async stop(): Promise<void> {
        await this.server?.stop("SIGINT");
    }

    async run(): Promise<void> {
        const [command, args] = asUser(join(this.bin, "postgres"), ["-D", join(this.folder, "data")]);
        this.server = Daemon.start("postgres", command, args, join(this.folder, "postgres.log"));
        const ready = ["-h", "127.0.0.1", "-p", String(this.port), "-q"];
        await this.server.ready(async () => run(join(this.bin, "pg_isready"), ready).then(() => true));
    }

    private async create(): Promise<void> {
        const data = join(this.folder, "data");
        await mkdir(data, { recursive: true });
        const passwordFile = join(this.folder, "password");
        await writeFile(passwordFile, this.password, { mode: 0o600 });
        const [key, certificate] = ["server.key", "server.crt"].map((name) => join(this.folder, name)) as [
            string,
            string,
        ];
        await run("openssl", [
            ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"],
            ...["-keyout", key, "-out", certificate],
        ]);
        await chmod(key, 0o600);
        if (isRoot) {
            await chmod(this.folder, 0o755);
            for (const path of [data, passwordFile, key, certificate]) await chown(path, NOBODY, NOBODY);
        }
        const locale = ["--locale=C.UTF-8", "--encoding=UTF8"];
        const access = [`--username=${DATABASE_USER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
        await run(...asUser(join(this.bin, "initdb"), ["-D", data, ...access, ...locale, "--no-sync"]));
        await writeFile(
            join(data, "postgresql.conf"),
            [
                "listen_addresses = '127.0.0.1'",
                `port = ${this.port}`,
                "unix_socket_directories = ''",
                "ssl = on",
                `ssl_key_file = '${key}'`,
                `ssl_cert_file = '${certificate}'`,
                "fsync = off",
                "",
            ].join("\n"),
        );
    }

    private async psql(database: string, statement: string): Promise<string> {
        return this.psqlWith(database, ["-c", statement]);
    }

    private async psqlWith(database: string, args: readonly string[]): Promise<string> {
        const target = ["-h", "127.0.0.1", "-p", String(this.port), "-U", DATABASE_USER, "-d", database];
        const { stdout } = await run(
            join(this.bin, "psql"),
            [...target, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", ...args],
            { env: { ...process.env, PGPASSWORD: this.password, PGSSLMODE: "require" }, maxBuffer: 16 << 20 },
        );
        return stdout.trim();
    }
}
