import { execFile } from "node:child_process";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { litellm } from "../../../config/versions";
import { revisionOf } from "../../../workloads/revision";
import { cached } from "../../harness/cache";

const run = promisify(execFile);

const constraintsFile = join(__dirname, "litellm-constraints.txt");
/** Versions that belong together: this Prisma has the query engine that this Python client was made for. */
const PRISMA_CLIENT_PYTHON = "0.15.0";
const PRISMA = "5.17.0";
const queryEnginePackages = [
    `@prisma/client@${PRISMA}`,
    `@prisma/adapter-pg@${PRISMA}`,
    `@prisma/driver-adapter-utils@${PRISMA}`,
    `prisma@${PRISMA}`,
    "pg@8.16.3",
];

export interface LitellmInstall {
    /** Folder of the virtual environment's programs. */
    readonly bin: string;
    /** Stands where the database client expects its query engine. */
    readonly queryEngine: string;
    /** One SQL file with every migration, in order. */
    readonly migrations: string;
}

/** A program that runs another with a fixed environment, where a path to one program is all that can be given. */
async function writeQueryEngine(file: string, packages: string): Promise<void> {
    const project = resolve(__dirname, "../../..");
    const loader = join(project, "node_modules", "tsx", "dist", "loader.mjs");
    const main = join(__dirname, "query-engine", "main.ts");
    const script = [
        "#!/bin/sh",
        `export QUERY_ENGINE_PACKAGES='${packages}'`,
        `exec '${process.execPath}' --import 'file://${loader}' '${main}' "$@"`,
        "",
    ].join("\n");
    await writeFile(file, script);
    await chmod(file, 0o755);
}

async function installPackages(folder: string): Promise<void> {
    await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
    // Install scripts would download native engines.
    const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"];
    await run("npm", ["install", ...flags, ...queryEnginePackages], { cwd: folder });
}

async function installLitellm(folder: string, packages: string): Promise<void> {
    await run("python3", ["-m", "venv", folder]);
    const requirements = [`litellm[proxy]==${litellm.version}`, `prisma==${PRISMA_CLIENT_PYTHON}`, "prometheus_client"];
    await run(
        join(folder, "bin", "pip"),
        ["install", "--quiet", "--disable-pip-version-check", `--constraint=${constraintsFile}`, ...requirements],
        { maxBuffer: 16 << 20 },
    );
    const queryEngine = join(folder, "generate-engine");
    await writeQueryEngine(queryEngine, packages);
    const site = await sitePackages(folder);
    await run(
        process.execPath,
        [
            join(packages, "node_modules", "prisma", "build", "index.js"),
            "generate",
            `--schema=${join(site, "litellm", "proxy", "schema.prisma")}`,
        ],
        {
            env: {
                ...process.env,
                PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
                // Nothing is run of these: the schema is parsed by WebAssembly, and the paths keep it from downloading.
                PRISMA_QUERY_ENGINE_BINARY: queryEngine,
                PRISMA_QUERY_ENGINE_LIBRARY: queryEngine,
                PRISMA_SCHEMA_ENGINE_BINARY: queryEngine,
                PRISMA_CLI_QUERY_ENGINE_TYPE: "binary",
                CHECKPOINT_DISABLE: "1",
            },
        },
    );
}

async function sitePackages(environment: string): Promise<string> {
    const [python] = await readdir(join(environment, "lib"));
    if (!python) throw new Error(`no Python in ${environment}`);
    return join(environment, "lib", python, "site-packages");
}

async function joinMigrations(environment: string, file: string): Promise<void> {
    const folder = join(await sitePackages(environment), "litellm_proxy_extras", "migrations");
    const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const parts = await Promise.all(
        names
            .map(({ name }) => name)
            .sort()
            .map(async (name) => `-- ${name}\n${await readFile(join(folder, name, "migration.sql"), "utf8")}\n`),
    );
    await writeFile(file, parts.join(""));
}

/**
 * LiteLLM from PyPI, with its database client.
 *
 * That client (Prisma) is two programs more, which it downloads from a host of its own as it is installed; tests don't
 * depend on it. What was tried in their place:
 * - the schema engine is not needed: LiteLLM's migrations are plain SQL, which psql applies;
 * - no package of PyPI or npm that could be trusted carries the native query engine, and its source is on no registry;
 * - the npm package @prisma/client carries the same query engine, of the same commit, as WebAssembly. It speaks the JSON
 *   protocol where LiteLLM's client speaks GraphQL, so `query-engine/` translates, and serves it over HTTP. That one works.
 */
export async function installedLitellm(): Promise<LitellmInstall> {
    const packages = await cached(`query-engine@${PRISMA}`, installPackages);
    const pinned = revisionOf(await readFile(constraintsFile, "utf8"));
    const environment = await cached(
        `litellm@${litellm.version}-${pinned}`,
        async (folder) => {
            await installLitellm(folder, packages);
            await joinMigrations(folder, join(folder, "migrations.sql"));
        },
        { inPlace: true },
    );
    // Names this checkout, so it is written anew each time.
    const queryEngine = join(environment, `query-engine-${process.pid}`);
    await writeQueryEngine(queryEngine, packages);
    return { bin: join(environment, "bin"), queryEngine, migrations: join(environment, "migrations.sql") };
}
