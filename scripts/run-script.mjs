// What comes before a script of the project: plain JavaScript, as it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import module, { createRequire } from "node:module";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Versions by folder of what a lock file lists and every platform needs. */
function packagesOf(file) {
    const { packages } = JSON.parse(readFileSync(path.join(root, file), "utf8"));
    return new Map(
        Object.entries(packages)
            .filter(([folder, { optional, dev, devOptional }]) => folder !== "" && !optional && !dev && !devOptional)
            .map(([folder, { version }]) => [folder, version]),
    );
}

/** Compares contents: a checkout gives every file a new date. */
function isInstalled() {
    try {
        const installed = packagesOf("node_modules/.package-lock.json");
        return [...packagesOf("package-lock.json")].every(([folder, version]) => installed.get(folder) === version);
    } catch {
        return false;
    }
}

function install() {
    process.stderr.write("Installing packages (once; about a minute)\n");
    const command = process.platform === "win32" ? "npm.cmd" : "npm";
    const { status } = spawnSync(command, ["ci", "--no-fund", "--no-audit", "--loglevel=error"], {
        cwd: root,
        // Standard output belongs to the plan.
        stdio: ["ignore", 2, 2],
        shell: process.platform === "win32",
    });
    if (status !== 0) {
        process.stderr.write("`npm ci` failed: see above. Is the package registry reachable?\n");
        process.exit(1);
    }
}

/** Runs a TypeScript file of this folder, once Node.js is new enough and the packages are there. */
export function runScript(file) {
    const [major, minor] = process.versions.node.split(".").map(Number);
    if (major < 20 || (major === 20 && minor < 19)) {
        process.stderr.write(`Node.js 20.19 or newer is needed; this is ${process.versions.node}.\n`);
        process.exit(1);
    }
    if (!isInstalled()) install();

    // Node 22 and newer keep compiled code between runs.
    module.enableCompileCache?.();
    const require = createRequire(import.meta.url);
    require("tsx/cjs");
    require(file);
}
