import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { providePulumi } from "./cli";
import { startProviders, type Cloud } from "./providers";

/** The state file of the one stack in a file backend. */
export function readState(folder: string): string {
    const stacks = path.join(folder, ".pulumi", "stacks");
    const file = readdirSync(stacks, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith(".json"));
    return readFileSync(path.join(stacks, file ?? "none"), "utf8");
}

export interface Finished {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

/** A file backend in a folder of its own, and stand-ins for the providers: what a caller of the library needs. */
export class TestBackend {
    private constructor(
        readonly folder: string,
        readonly cloud: Cloud,
        readonly env: Readonly<Record<string, string>>,
        private readonly stopProviders: () => void,
    ) {}

    static async start(): Promise<TestBackend> {
        await providePulumi();
        const folder = mkdtempSync(path.join(tmpdir(), "clawstack-backend-"));
        const cloud: Cloud = { calls: [], resources: new Map() };
        const providers = await startProviders(cloud);
        const env = {
            PULUMI_CONFIG_PASSPHRASE: "a passphrase of the test",
            PULUMI_HOME: path.join(folder, "home"),
            PULUMI_DEBUG_PROVIDERS: providers.attach,
        };
        return new TestBackend(folder, cloud, env, providers.stop);
    }

    get url(): string {
        return `file://${this.folder}`;
    }

    /** Runs a program that finds this backend in its environment. */
    run(command: string, args: readonly string[], cwd: string, started?: (pid: number) => void): Promise<Finished> {
        const env = { ...process.env, ...this.env, STATE: this.url, PULUMI_BACKEND_URL: this.url, NO_COLOR: "1" };
        const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
        let [stdout, stderr] = ["", ""];
        child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
        child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
        if (child.pid) started?.(child.pid);
        return new Promise((resolve, reject) => {
            child.on("error", reject);
            child.on("close", (code) => resolve({ code, stdout, stderr }));
        });
    }

    dispose(): void {
        this.stopProviders();
        rmSync(this.folder, { recursive: true, force: true });
    }
}
