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
    /** Processor time and peak resident memory, MB, of the program. */
    readonly cpuSeconds: number;
    readonly peakMb: number;
    /** The same of the engine: of its processes together, and of the largest. */
    readonly engineCpuSeconds: number;
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

/** Follows the processes of the engine that another process starts, for as long as they live. */
class EngineWatch {
    private readonly cpuSeconds = new Map<string, number>();
    private peakMb = 0;
    private readonly timer: NodeJS.Timeout;

    constructor(private readonly parent: number | undefined) {
        this.timer = setInterval(() => this.look(), 100);
    }

    private look(): void {
        for (const pid of readdirSync("/proc")) {
            try {
                const status = readFileSync(`/proc/${pid}/status`, "utf8");
                if (!status.startsWith("Name:\tpulumi\n") || !status.includes(`\nPPid:\t${this.parent}\n`)) continue;
                this.peakMb = Math.max(this.peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
                // After the name in brackets: state is the first field, user and system time (1/100 s) the 12th and 13th.
                const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
                this.cpuSeconds.set(pid, (Number(fields[11]) + Number(fields[12])) / 100);
            } catch {
                // It ended, or was no process.
            }
        }
    }

    stop(): Pick<Measurement, "engineMb" | "engineCpuSeconds"> {
        clearInterval(this.timer);
        const engineCpuSeconds = [...this.cpuSeconds.values()].reduce((sum, seconds) => sum + seconds, 0);
        return { engineMb: this.peakMb, engineCpuSeconds };
    }
}

function measure(operation: "preview" | "up", options: ChangeOptions, folder: string): Promise<Measurement> {
    const file = path.join(folder, "options.json");
    writeFileSync(file, JSON.stringify(options));
    const args = ["--import", "tsx", path.join(__dirname, "engine-run.ts"), operation, file];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    let stdout = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    const watch = new EngineWatch(child.pid);
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => {
            const engine = watch.stop();
            if (code !== 0) return reject(new Error(`${operation}: exit code ${code}`));
            const program = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Omit<
                Measurement,
                keyof typeof engine
            >;
            resolve({ ...program, ...engine });
        });
    });
}

function row(what: string, measured: Measurement): void {
    const { seconds, resources, cpuSeconds, peakMb, engineCpuSeconds, engineMb } = measured;
    const perResource = (1000 * (cpuSeconds + engineCpuSeconds)) / resources;
    const cells = [
        resources,
        ...[seconds, cpuSeconds, engineCpuSeconds, perResource].map((value) => value.toFixed(1)),
        ...[peakMb, engineMb].map((value) => value.toFixed(0)),
    ];
    console.log(`${what.padEnd(36)}${cells.map((cell) => String(cell).padStart(12)).join("")}`);
}

async function main(): Promise<void> {
    const heads = ["resources", "seconds", "CPU s", "engine CPU", "CPU ms each", "MB", "engine MB"];
    console.log(`${"real engine".padEnd(36)}${heads.map((head) => head.padStart(12)).join("")}`);
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
