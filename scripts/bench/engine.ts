import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { ChangeOptions, StackSettings } from "../../automation";
import { TestBackend } from "../../tests/engine/harness/backend";

/*
 * Preview and up with the real engine for the dev stack with more and more sandboxes: wall time, and peak memory of the
 * program (with the library) and of the engine apart. Providers are stand-ins that answer at once, so what is measured
 * is Clawstack and Pulumi, not AWS. Run: npx tsx scripts/bench/engine.ts [SIZES]
 */

const root = path.resolve(__dirname, "../..");
const sizes = (process.argv[2] ?? "1,10,100,1000").split(",").map(Number);
/** Above this many sandboxes a file backend is only measured with one checkpoint, at the end: see docs/performance.md. */
const EACH_STEP_UP_TO = Number(process.env["EACH_STEP_UP_TO"] ?? 100);

interface Measurement {
    readonly seconds: number;
    readonly resources: number;
    /** Peak resident memory, MB, of the program. */
    readonly peakMb: number;
    /** The same of the engine's largest process. */
    readonly engineMb: number;
}

/** The dev stack with so many of its sandbox, and all secrets. */
function settingsOf(sandboxes: number): StackSettings {
    const { config } = parse(readFileSync(path.join(root, "Pulumi.dev.yaml"), "utf8")) as {
        config: Record<string, unknown>;
    };
    const sections = Object.fromEntries(
        Object.entries(config).map(([key, value]) => [key.split(":")[1] ?? key, value]),
    );
    const [model] = sections["sandboxes"] as object[];
    const names = Array.from({ length: sandboxes }, (_, index) => `agent-${index}`);
    const secrets = { slackBotToken: "xoxb-bench", slackAppToken: "xapp-bench" };
    return {
        ...(sections as unknown as StackSettings),
        sandboxes: names.map((name) => ({ ...model, name })) as never,
        secrets: { sandboxes: Object.fromEntries(names.map((name) => [name, secrets])) },
    };
}

/** Peak resident memory in MB of a process' children that are the engine; 0 when there are none. */
function engineMemory(pid: number): number {
    const peaks = readdirSync("/proc").map((entry) => {
        try {
            const status = readFileSync(`/proc/${entry}/status`, "utf8");
            if (!status.startsWith("Name:\tpulumi\n") || !status.includes(`\nPPid:\t${pid}\n`)) return 0;
            return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
        } catch {
            return 0;
        }
    });
    return Math.max(0, ...peaks);
}

function measure(operation: "preview" | "up", options: ChangeOptions, folder: string): Promise<Measurement> {
    const file = path.join(folder, "options.json");
    writeFileSync(file, JSON.stringify(options));
    const args = ["--import", "tsx", path.join(__dirname, "engine-run.ts"), operation, file];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    let stdout = "";
    let engineMb = 0;
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    const timer = setInterval(() => (engineMb = Math.max(engineMb, engineMemory(child.pid ?? 0))), 100);
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => {
            clearInterval(timer);
            if (code !== 0) return reject(new Error(`${operation}: exit code ${code}`));
            resolve({
                ...(JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Omit<Measurement, "engineMb">),
                engineMb,
            });
        });
    });
}

function row(what: string, { seconds, resources, peakMb, engineMb }: Measurement): void {
    const perResource = ((1000 * seconds) / resources).toFixed(1);
    const cells = [resources, seconds.toFixed(1), perResource, peakMb.toFixed(0), engineMb.toFixed(0)];
    console.log(`${what.padEnd(36)}${cells.map((cell) => String(cell).padStart(11)).join("")}`);
}

async function main(): Promise<void> {
    const heads = ["resources", "seconds", "ms each", "program MB", "engine MB"];
    console.log(`${"real engine".padEnd(36)}${heads.map((head) => head.padStart(11)).join("")}`);
    for (const size of sizes) {
        for (const checkpoints of ["each-step", "at-end"] as const) {
            if (checkpoints === "each-step" && size > EACH_STEP_UP_TO) continue;
            // A backend of its own: an up of a stack that has nothing yet.
            const backend = await TestBackend.start();
            try {
                const stack = { stack: "bench", settings: settingsOf(size), backend: backend.url, env: backend.env };
                if (checkpoints === "at-end")
                    row(`preview, ${size} sandboxes`, await measure("preview", stack, backend.folder));
                row(
                    `up, ${size} sandboxes, saved ${checkpoints}`,
                    await measure("up", { ...stack, checkpoints }, backend.folder),
                );
            } finally {
                backend.dispose();
            }
        }
    }
}

void main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
