import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}

async function isAbandoned(folder: string): Promise<boolean> {
    const owner = await readFile(join(folder, "pid"), "utf8").catch(() => "");
    // Just made: its owner has not written its pid yet.
    if (owner === "") return false;
    return !isAlive(Number(owner));
}

/** Runs `work` while holding a lock that other processes respect; the lock of a process that died is taken over. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
    for (;;) {
        try {
            await mkdir(folder);
            break;
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
            if (await isAbandoned(folder)) await rm(folder, { recursive: true, force: true });
            else await sleep(500);
        }
    }
    try {
        await writeFile(join(folder, "pid"), String(process.pid));
        return await work();
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}
