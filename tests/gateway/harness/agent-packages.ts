import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { openclawDefaults } from "../../../sandboxes/agents/openclaw";
import { cached } from "../../harness/cache";

const run = promisify(execFile);

/** Node.js of OpenClaw's image, and a package manager for its plugins. */
const NODE = "24.21.0";
const NPM = "11.21.1";

const npmFlags = ["--no-audit", "--no-fund", "--save-exact", "--loglevel=error"];

/** OpenClaw from npm, at the version of the image, with a Node.js that it runs on. */
export interface OpenclawInstall {
    /** Folder with node_modules. */
    readonly folder: string;
    readonly node: string;
}

/** Folder with Node.js and npm in its node_modules. */
export function installedNode(): Promise<string> {
    return cached(`node@${NODE}`, async (folder) => {
        await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
        await run("npm", ["install", ...npmFlags, `node@${NODE}`, `npm@${NPM}`], { cwd: folder });
    });
}

export async function installedOpenclaw(): Promise<OpenclawInstall> {
    const version = openclawDefaults.image.split(":")[1];
    const runtime = await installedNode();
    const node = join(runtime, "node_modules", "node", "bin", "node");
    if (!existsSync(node)) throw new Error(`the npm package node@${NODE} has no binary for this machine`);
    const npm = join(runtime, "node_modules", "npm", "bin", "npm-cli.js");
    const folder = await cached(`openclaw@${version}`, async (target) => {
        await writeFile(join(target, "package.json"), JSON.stringify({ private: true }));
        const env = { ...process.env, PATH: `${join(node, "..")}:${process.env["PATH"]}` };
        await run(node, [npm, "install", ...npmFlags, `openclaw@${version}`], { cwd: target, env });
    });
    return { folder, node: runtime };
}

/** Release that the image's date stands for. */
const HERMES = "0.19.0";

/** Folder of a virtual environment with Hermes from PyPI, and what its setup script would install for Feishu. */
export async function installedHermes(): Promise<string> {
    return cached(
        `hermes@${HERMES}`,
        async (folder) => {
            await run("python3", ["-m", "venv", folder]);
            const pip = ["install", "--quiet", "--disable-pip-version-check", `hermes-agent==${HERMES}`];
            await run(join(folder, "bin", "pip"), pip, { maxBuffer: 16 << 20 });
        },
        { inPlace: true },
    );
}

/** Folder of the Python that a virtual environment was made with. */
export async function pythonOf(environment: string): Promise<string> {
    const { stdout } = await run(join(environment, "bin", "python"), ["-c", "import sys; print(sys.base_prefix)"]);
    return stdout.trim();
}
