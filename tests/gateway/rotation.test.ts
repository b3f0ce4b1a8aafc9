import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect } from "chai";
import { DATABASE_NAME, DATABASE_USER } from "../../workloads/postgres/database";
import { loginCommand, loginOf, type LoginScript } from "../../workloads/postgres/login-job";
import { chat, FIRST_INSTALL_MS, Gateway, newKey, wantedKey } from "./harness";
import { registerKeys } from "./harness/keys";
import { Litellm } from "./harness/litellm";
import { Postgres } from "./harness/postgres";
import { gatewayConfig, OPUS, REGION } from "./harness/shared";

const run = promisify(execFile);
const scripts = path.resolve(__dirname, "../../workloads/postgres");

/** Who runs the Job's SQL, and where. */
interface Administrator {
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
    /** Owner of the database. Default: the one of the stack. */
    readonly owner?: string;
}

/** What the Job runs, as it runs it; but for the folder that its scripts are mounted at. */
async function runJob(script: LoginScript, login: string, password: string, by: Administrator): Promise<void> {
    const command = loginCommand(script)
        .replaceAll("/sql/", `${scripts}/`)
        .replace(`owner=${DATABASE_USER}`, `owner=${by.owner ?? DATABASE_USER}`);
    const env = {
        ...{ PATH: process.env["PATH"], PGHOST: "127.0.0.1", PGPORT: String(by.port), PGDATABASE: by.database },
        ...{ PGUSER: by.user, PGPASSWORD: by.password, PGSSLMODE: "require" },
        ...{ LOGIN: login, LOGIN_PASSWORD: password },
    };
    await run("bash", ["-c", command], { env });
}

/** Runs SQL as a login; what it printed. */
async function sqlAs(user: string, password: string, { port, database }: Administrator, sql: string): Promise<string> {
    const env = { PATH: process.env["PATH"], PGPASSWORD: password, PGSSLMODE: "require" };
    const target = ["-h", "127.0.0.1", "-p", String(port), "-U", user, "-d", database];
    return (await run("psql", [...target, "-XqAtc", sql], { env })).stdout.trim();
}

const [first, second] = [loginOf(1), loginOf(2)];

describe("rotation: the database's logins, with PostgreSQL (of Debian; the Job's SQL as it ships)", function () {
    this.timeout(120_000);
    let folder: string;
    let postgres: Postgres;
    before(async () => {
        folder = await mkdtemp(path.join(tmpdir(), "clawstack-logins-"));
        postgres = await Postgres.start(folder);
    });
    after(async () => {
        await postgres?.stop();
        await rm(folder, { recursive: true, force: true });
    });

    // On RDS the administrator is no superuser; in the cluster it is.
    for (const superuser of [true, false]) {
        describe(`by an administrator that is ${superuser ? "a" : "no"} superuser`, () => {
            // The tests' own superuser has the name of the owner, which an administrator without rights can't touch.
            const owner = superuser ? DATABASE_USER : "gateway";
            const database = superuser ? DATABASE_NAME : "rds";
            const refused = (login: string, password: string) =>
                sqlAs(login, password, by, "SELECT 1").then(
                    () => false,
                    (error: { stderr: string }) => /authentication failed|not permitted to log in/.test(error.stderr),
                );
            let by: Administrator;
            before(async () => {
                if (!superuser) {
                    await postgres.sql(`DROP ROLE IF EXISTS ${first}`);
                    await postgres.sql(`DROP ROLE IF EXISTS ${second}`);
                    await postgres.sql(
                        "CREATE ROLE clawstack LOGIN CREATEDB CREATEROLE PASSWORD 'of-the-administrator'",
                    );
                    await postgres.sql("CREATE DATABASE rds OWNER clawstack");
                }
                const { port, password } = postgres;
                by = superuser
                    ? { port, user: DATABASE_USER, password, database }
                    : { port, user: "clawstack", password: "of-the-administrator", database, owner };
                await runJob("retire.sql", second, "", by);
                await runJob("login.sql", first, "one'1", by);
            });

            it("makes a login that acts as the database's owner", async () => {
                const who =
                    "SELECT session_user, current_user, pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()";
                expect(await sqlAs(first, "one'1", by, who)).to.equal(`${first}|${owner}|${owner}`);
            });

            it("can run again", () => runJob("login.sql", first, "one'1", by));

            it("has the next login work beside it, on the same tables", async () => {
                await sqlAs(first, "one'1", by, "CREATE TABLE notes (text text)");
                await runJob("login.sql", second, "two", by);
                await sqlAs(second, "two", by, "ALTER TABLE notes ADD COLUMN at date");
                await sqlAs(first, "one'1", by, "INSERT INTO notes VALUES ('still here')");
                expect(await sqlAs(second, "two", by, "SELECT text FROM notes")).to.equal("still here");
            });

            it("ends the first, and the second goes on", async () => {
                await runJob("retire.sql", first, "", by);
                expect(await refused(first, "one'1")).to.equal(true);
                expect(await sqlAs(second, "two", by, "SELECT 1")).to.equal("1");
            });

            it("gives the first a new password when its turn comes again", async () => {
                await runJob("login.sql", first, "three", by);
                expect(await refused(first, "one'1")).to.equal(true);
                expect(await sqlAs(first, "three", by, "SELECT 1")).to.equal("1");
            });
        });
    }
});

describe("rotation: LiteLLM's master key and its database login, under requests (Bedrock is a stand-in)", () => {
    let gateway: Gateway;
    let by: Administrator;
    before(async function () {
        this.timeout(FIRST_INSTALL_MS);
        gateway = await Gateway.start({ config: gatewayConfig, region: REGION });
        const { port, password } = gateway.postgres;
        by = { port, user: DATABASE_USER, password, database: DATABASE_NAME };
    });
    after(() => gateway?.stop());

    const start = async (login: string, password: string) => {
        const folder = await mkdtemp(path.join(gateway.folder, `${login}-`));
        return Litellm.start({
            ...{ install: gateway.install, config: gatewayConfig, region: REGION, bedrock: gateway.bedrock, folder },
            saltKey: gateway.litellm.saltKey,
            databaseUrl: `postgresql://${login}:${password}@127.0.0.1:${by.port}/${DATABASE_NAME}?sslmode=require`,
        });
    };

    it("loses no request while replicas move to new ones, one after the other; the old ones are refused then", async function () {
        this.timeout(FIRST_INSTALL_MS);
        await runJob("login.sql", first, "one", by);
        const old = await start(first, "one");
        const wanted = wantedKey("rotating", [OPUS]);
        await registerKeys(gateway.install, old, gateway.folder, [wanted]);

        // As the Service: a request goes to a replica that is ready.
        let url = old.url;
        let rotating = true;
        const answers: number[] = [];
        const failures: string[] = [];
        const agent = async () => {
            while (rotating) {
                const { status, text } = await chat(url, wanted.key, OPUS);
                answers.push(status);
                if (status !== 200) failures.push(`${status} ${text}`);
                await sleep(100);
            }
        };
        const agents = [agent(), agent(), agent()];
        try {
            await runJob("login.sql", second, "two", by);
            const next = await start(second, "two");
            url = next.url;
            await sleep(1000);
            await old.stop();
            await runJob("retire.sql", first, "", by);
            const before = answers.length;
            await sleep(2000);
            expect(answers.length, "answers of the new replica").to.be.greaterThan(before);
            expect(await registerKeys(gateway.install, next, gateway.folder, [wanted])).to.include(
                "rotating: unchanged",
            );
            const byOldKey = await fetch(`${next.url}/key/list`, {
                headers: { authorization: `Bearer ${old.masterKey}` },
            });
            expect(byOldKey.status).to.be.oneOf([400, 401, 403]);
            expect((await chat(next.url, newKey(), OPUS)).status).to.equal(401);
            rotating = false;
            await Promise.all(agents);
            await next.stop();
        } finally {
            rotating = false;
            await Promise.all(agents);
        }
        expect(failures).to.deep.equal([]);
        expect(answers.length).to.be.greaterThan(20);
    });
});
