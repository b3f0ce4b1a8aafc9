import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { withLock } from "./lock";

/** Folder of everything that tests build or fetch; outside the checkout, so a clean checkout keeps it. */
export function cacheFolder(): string {
    return process.env.CLAWSTACK_CACHE ?? join(homedir(), ".cache", "clawstack");
}

/**
 * Folder of the cache, filled by `fill` on first use. One process fills it while others wait; a folder that is there is
 * complete. `fill` works in the folder's final place when that matters (`inPlace`), as for Python's virtual environments.
 */
export async function cached(
    name: string,
    fill: (folder: string) => Promise<void>,
    { inPlace = false } = {},
): Promise<string> {
    const target = join(cacheFolder(), name);
    const complete = inPlace ? join(target, ".complete") : target;
    if (existsSync(complete)) return target;
    await mkdir(dirname(target), { recursive: true });
    await withLock(`${target}.lock`, async () => {
        if (existsSync(complete)) return;
        if (inPlace) {
            await rm(target, { recursive: true, force: true });
            await mkdir(target);
            await fill(target);
            await mkdir(complete);
            return;
        }
        const scratch = await mkdtemp(join(dirname(target), `${basename(target)}-`));
        try {
            await fill(scratch);
            await rename(scratch, target);
        } finally {
            await rm(scratch, { recursive: true, force: true });
        }
    });
    return target;
}
