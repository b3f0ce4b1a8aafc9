import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { PlanFile } from "./model";

/** In every folder that a plan wrote, so that no other folder is ever replaced. */
const MARKER = ".clawstack-plan";

/** The folder of a plan can't be written; the old one stands as it was. */
export class OutputError extends Error {
    override readonly name = "OutputError";
}

/**
 * Writes the files of a plan to `<folder>/<stack>/`, all or none: they are written aside, then take the place of the
 * folder that the last plan wrote.
 *
 * @returns The folder.
 * @throws OutputError when it can't be written, or holds something that no plan wrote.
 */
export function writeFiles(files: readonly PlanFile[], folder: string, stack: string): string {
    const target = path.join(folder, stack);
    if (existsSync(target) && !existsSync(path.join(target, MARKER))) {
        throw new OutputError(
            `${target} was not written by a plan, and is left as it is.\nName another folder with --out, or remove it.`,
        );
    }
    let aside: string | undefined;
    try {
        ensureFolder(folder);
        aside = mkdtempSync(path.join(folder, `.${stack}-`));
        const fresh = path.join(aside, "new");
        const folders = new Set(files.map((file) => path.dirname(path.join(fresh, file.path))));
        mkdirSync(fresh);
        for (const each of folders) mkdirSync(each, { recursive: true });
        writeFileSync(path.join(fresh, MARKER), "Written by `npm start`, and replaced by the next one.\n");
        for (const file of files) writeFileSync(path.join(fresh, file.path), file.content);
        if (existsSync(target)) renameSync(target, path.join(aside, "old"));
        renameSync(fresh, target);
    } catch (error) {
        restore(aside, target);
        throw new OutputError(
            `${target} can't be written: ${(error as Error).message}\nName another folder with --out; nothing was written.`,
        );
    } finally {
        if (aside) rmSync(aside, { recursive: true, force: true });
    }
    return target;
}

/** Node's own recursive mkdir never comes back from a file system that refuses with ENOENT, as /proc does. */
function ensureFolder(folder: string): void {
    if (existsSync(folder)) return;
    ensureFolder(path.dirname(folder));
    mkdirSync(folder);
}

function restore(aside: string | undefined, target: string): void {
    if (aside && !existsSync(target) && existsSync(path.join(aside, "old"))) {
        renameSync(path.join(aside, "old"), target);
    }
}
