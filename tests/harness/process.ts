import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Ports of 127.0.0.1 that nothing listens on; held open until all are found, so they differ. */
export async function freePorts(count: number): Promise<number[]> {
    const servers = await Promise.all(
        Array.from(
            { length: count },
            () =>
                new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
                    const server = createServer().once("error", reject);
                    server.listen(0, "127.0.0.1", () => resolve(server));
                }),
        ),
    );
    const ports = servers.map((server) => {
        const address = server.address();
        if (address === null || typeof address === "string") throw new Error("no port");
        return address.port;
    });
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    return ports;
}

const running = new Set<ChildProcess>();

// Covers a test runner that exits without its hooks (a crash, an interrupt).
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
        // Whoever else listens stops its servers in order.
        if (process.listenerCount(signal) > 0) return;
        running.forEach((child) => child.kill("SIGKILL"));
        process.kill(process.pid, signal);
    });
}

export interface DaemonOptions {
    /** Whether it sees this process's own environment, too. */
    readonly inherit?: boolean;
    readonly cwd?: string;
}

/** A server that the tests started; its output goes to a file. */
export class Daemon {
    private constructor(
        readonly name: string,
        private readonly child: ChildProcess,
        private readonly logFile: string,
    ) {}

    static start(
        name: string,
        command: string,
        args: readonly string[],
        logFile: string,
        env?: NodeJS.ProcessEnv,
        { inherit = true, cwd }: DaemonOptions = {},
    ): Daemon {
        const log = openSync(logFile, "a");
        const child = spawn(command, args, {
            stdio: ["ignore", log, log],
            env: inherit ? { ...process.env, ...env } : env,
            cwd,
        });
        closeSync(log);
        running.add(child);
        child.once("exit", () => running.delete(child));
        child.once("error", () => running.delete(child));
        return new Daemon(name, child, logFile);
    }

    get pid(): number | undefined {
        return this.child.pid;
    }

    get alive(): boolean {
        return this.child.exitCode === null && this.child.signalCode === null;
    }

    async log(): Promise<string> {
        return readFile(this.logFile, "utf8");
    }

    /** Waits until `probe` answers true. Fails with the end of the log when the server exits or time is up. */
    async ready(probe: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
        const deadline = Date.now() + timeoutMs;
        for (;;) {
            if (!this.alive) throw new Error(`${this.name} exited:\n${(await this.log()).slice(-3000)}`);
            if (await probe().catch(() => false)) return;
            if (Date.now() > deadline) {
                throw new Error(`${this.name} not ready in ${timeoutMs / 1000} s:\n${(await this.log()).slice(-3000)}`);
            }
            await sleep(100);
        }
    }

    async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
        if (!this.alive) return;
        const exited = new Promise((resolve) => this.child.once("exit", resolve));
        this.child.kill(signal);
        const killer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
        await exited;
        clearTimeout(killer);
    }
}
