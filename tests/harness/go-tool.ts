import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./cache";
import { withLock } from "./lock";

const run = promisify(execFile);

/** A program built from a published Go module. */
export interface GoTool {
    readonly module: string;
    readonly version: string;
    /** Main packages, all of the module; each gives one binary named after its last path element. */
    readonly packages: readonly string[];
    /** Binary name where it must differ from the package's (one package only). */
    readonly binary?: string;
    /** Name in the cache, where another tool is built from the same module. Default: the module's last element. */
    readonly name?: string;
    /** `-X` linker settings, such as the version a program reports. */
    readonly linkerValues?: Readonly<Record<string, string>>;
    /** Version of the modules that this one replaces by folders outside of its archive. */
    readonly stagingVersion?: string;
}

interface DownloadedModule {
    readonly Dir?: string;
    readonly Error?: string;
}

async function go(args: readonly string[], cwd: string, what: string): Promise<string> {
    try {
        const niced = ["-n", "10", "go", ...args];
        const env = { ...process.env, GOWORK: "off", CGO_ENABLED: "0" };
        return (await run("nice", niced, { cwd, env, maxBuffer: 64 << 20 })).stdout;
    } catch (error) {
        const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message: string };
        // `go mod download -json` reports its error on standard output.
        const output = [stderr, stdout].filter(Boolean).join("\n").trim() || message;
        throw new Error(
            `${what} failed: ${output.slice(-4000)}\nIt takes Go 1.26 or newer on PATH (https://go.dev/dl) and a Go module proxy within reach.`,
            { cause: error },
        );
    }
}

const folders = new Map<string, Promise<string>>();

/** Folder with the source of a module, as the module proxy serves it; Go checks it against the checksum database. */
export function moduleFolder(module: string, version: string): Promise<string> {
    const key = `${module}@${version}`;
    let folder = folders.get(key);
    if (!folder) {
        folder = go(["mod", "download", "-json", key], tmpdir(), `Download of ${key}`).then((json) => {
            const { Dir, Error: problem } = JSON.parse(json) as DownloadedModule;
            if (!Dir) throw new Error(`Download of ${key} failed: ${problem ?? json}`);
            return Dir;
        });
        folders.set(key, folder);
    }
    return folder;
}

/** go.mod of a throw-away module that requires the tool, with the tool's own dependency versions. */
async function scratchModule(tool: GoTool): Promise<string> {
    const upstream = await readFile(join(await moduleFolder(tool.module, tool.version), "go.mod"), "utf8");
    const goVersion = /^go (\S+)$/m.exec(upstream)?.[1] ?? "1.26.0";
    const replaced = tool.stagingVersion ? [...upstream.matchAll(/^\s*(?:replace )?(\S+) => \.\//gm)] : [];
    return [
        "module clawstack.test/tool",
        `go ${goVersion}`,
        `require ${tool.module} ${tool.version}`,
        ...replaced.map(([, path]) => `replace ${path} => ${path} ${tool.stagingVersion}`),
        "",
    ].join("\n");
}

/**
 * Builds the tool on first use and returns the folder of its binaries. One builder at a time: a second one waits and
 * then finds the binaries there.
 */
export async function buildGoTool(tool: GoTool): Promise<string> {
    const name = `${tool.name ?? basename(tool.module.replace(/\/v\d+$/, ""))}@${tool.version}`;
    const target = join(cacheFolder(), "go", name);
    if (existsSync(target)) return target;
    await mkdir(join(cacheFolder(), "go"), { recursive: true });
    await withLock(`${target}.lock`, async () => {
        if (existsSync(target)) return;
        const scratch = await mkdtemp(join(cacheFolder(), "go", "build-"));
        try {
            const output = join(scratch, "out");
            await mkdir(output);
            await writeFile(join(scratch, "go.mod"), await scratchModule(tool));
            const settings = Object.entries(tool.linkerValues ?? {}).map(([key, value]) => `-X ${key}=${value}`);
            await go(
                [
                    ...["build", "-mod=mod", "-trimpath", "-buildvcs=false"],
                    ...["-ldflags", ["-s", "-w", ...settings].join(" ")],
                    ...["-o", tool.binary ? join(output, tool.binary) : `${output}/`],
                    ...tool.packages,
                ],
                scratch,
                `Build of ${name}`,
            );
            // Renamed whole, so that a folder that is there is complete.
            await rename(output, target);
        } finally {
            await rm(scratch, { recursive: true, force: true });
        }
    });
    return target;
}
