import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";

/*
 * `npm start` for the dev stack with more and more sandboxes: wall time, peak memory and resources, each in a process
 * of its own, after one run that fills the caches. Beside it, what loading the modules alone takes.
 */

const root = path.resolve(__dirname, "../..");
const sizes = [1, 10, 100, 1000];

interface Measurement {
    readonly seconds: number;
    readonly peakMb: number;
    readonly stdout: string;
}

/** Runs a script that ends with its own peak memory, in KB, on the last line of standard error. */
function measure(script: string): Promise<Measurement> {
    const report = "process.on('exit',()=>process.stderr.write('\\n'+process.resourceUsage().maxRSS));";
    const started = performance.now();
    const child = spawn(process.execPath, ["-e", report + script], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => {
            if (code !== 0) return reject(new Error(`exit code ${code}\n${stderr}`));
            const peakMb = Number(stderr.trim().split("\n").at(-1)) / 1024;
            resolve({ seconds: (performance.now() - started) / 1000, peakMb, stdout });
        });
    });
}

function start(configFile: string, out: string): Promise<Measurement> {
    const args = ["start.mjs", "--json", "--config-file", configFile, "--out", out];
    return measure(`process.argv=[process.execPath,...${JSON.stringify(args)}];import("./scripts/start.mjs")`);
}

/** The dev stack with so many of its sandboxes, and room for them in the node pool. */
function settings(sandboxes: number): string {
    const stack = parse(readFileSync(path.join(root, "Pulumi.dev.yaml"), "utf8")) as {
        config: Record<string, unknown> & { "clawstack:sandboxes": object[] };
    };
    const model = stack.config["clawstack:sandboxes"][0];
    stack.config["clawstack:sandboxes"] = Array.from({ length: sandboxes }, (_, index) => ({
        ...structuredClone(model),
        name: `agent-${index}`,
    }));
    return stringify(stack, { aliasDuplicateObjects: false });
}

function row(what: string, seconds: number, peakMb: number, resources: number | string, above = ""): void {
    const cells = [seconds.toFixed(2).padStart(8), peakMb.toFixed(0).padStart(8), String(resources).padStart(10)];
    console.log(`${what.padEnd(18)}${cells.join("")}  ${above}`);
}

async function main(): Promise<void> {
    const folder = mkdtempSync(path.join(tmpdir(), "clawstack-bench-"));
    try {
        const files = sizes.map((size) => path.join(folder, `bench${size}.yaml`));
        for (const [index, file] of files.entries()) writeFileSync(file, settings(sizes[index] ?? 1));
        const out = path.join(folder, "out");
        await start(files[0] ?? "", out);

        console.log(
            `${"npm start".padEnd(18)}${"seconds".padStart(8)}${"peak MB".padStart(8)}${"resources".padStart(10)}`,
        );
        const fixed = await measure(
            'require("tsx/cjs");require("./automation/plan/cli");require("./index.ts");require("./sandboxes/agents")',
        );
        row("modules alone", fixed.seconds, fixed.peakMb, "");
        let last: number | undefined;
        for (const [index, file] of files.entries()) {
            const { seconds, peakMb, stdout } = await start(file, out);
            const { resources } = JSON.parse(stdout) as { resources: unknown[] };
            const above = seconds - fixed.seconds;
            const ratio = last === undefined ? "" : `, ${(above / last).toFixed(1)} times`;
            row(
                `${sizes[index]} sandboxes`,
                seconds,
                peakMb,
                resources.length,
                `${above.toFixed(2)} above modules${ratio}`,
            );
            last = above;
        }
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
