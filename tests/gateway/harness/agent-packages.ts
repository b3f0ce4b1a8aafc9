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

export async function installedOpenclaw(): Promise<OpenclawInstall> {
    const version = openclawDefaults.image.split(":")[1];
    const runtime = await cached(`node@${NODE}`, async (folder) => {
        await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
        await run("npm", ["install", ...npmFlags, `node@${NODE}`, `npm@${NPM}`], { cwd: folder });
    });
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
