import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { ConfigError } from "./errors";

/** A stack's settings file, as the engine would hand it to a program. */
export interface StackFile {
    readonly stack: string;
    readonly file: string;
    /** Full config keys (`clawstack:cluster`) and their values; objects are JSON text. */
    readonly values: Record<string, string>;
    /** Full keys whose whole value is encrypted and can't be read here. */
    readonly encrypted: string[];
}

/** `Pulumi.dev.yaml` -> `dev`; a file of another name is a stack of its base name. */
export function stackNameOf(file: string): string {
    return path
        .basename(file)
        .replace(/\.ya?ml$/, "")
        .replace(/^Pulumi\./, "");
}

/** The settings file of a stack of the project in `folder`. Throws a ConfigError that lists the stacks there are. */
export function findStackFile(stack: string, folder: string): string {
    const file = path.join(folder, `Pulumi.${stack}.yaml`);
    if (existsSync(file)) return file;
    const stacks = readdirSync(folder)
        .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
        .sort();
    throw new ConfigError(`stack ${stack}`, [
        {
            key: "--stack",
            found: JSON.stringify(stack),
            allowed: `a stack with a settings file: ${stacks.join(", ") || "there is none yet"}`,
            command: `pulumi stack init ${stack}`,
        },
    ]);
}

function fileError(file: string, found: string, allowed: string, command: string): ConfigError {
    return new ConfigError(file, [{ key: file, found, allowed, command }]);
}

/** Reads a stack's settings file. Throws a ConfigError when it can't be read or is no YAML (with line and column). */
export function readStackFile(file: string): StackFile {
    let content: string;
    try {
        content = readFileSync(file, "utf8");
    } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? String(error);
        const found = code === "ENOENT" ? "no such file" : `a file that can't be read (${code})`;
        throw fileError(file, found, "a readable stack file such as Pulumi.dev.yaml", `ls -l ${file}`);
    }
    const lineCounter = new LineCounter();
    const document = parseDocument(content, { lineCounter, prettyErrors: false });
    const problem = document.errors[0];
    if (problem) {
        const { line, col } = lineCounter.linePos(problem.pos[0]);
        const at = `${file}:${line}:${col}`;
        throw fileError(file, `no YAML at line ${line}, column ${col}: ${problem.message}`, "YAML", `$EDITOR ${at}`);
    }
    const settings = document.toJS({ maxAliasCount: -1 }) as { config?: unknown } | null;
    const config = settings?.config ?? {};
    if (typeof config !== "object" || Array.isArray(config)) {
        throw fileError(
            file,
            "a config: that is no mapping",
            "config: with keys such as clawstack:cluster",
            `$EDITOR ${file}`,
        );
    }
    const values: Record<string, string> = {};
    const encrypted: string[] = [];
    for (const [key, value] of Object.entries(config as Record<string, unknown>)) {
        if (isEncrypted(value)) encrypted.push(key);
        values[key] = typeof value === "string" ? value : JSON.stringify(value);
    }
    return { stack: stackNameOf(file), file, values, encrypted };
}

/** A value that `pulumi config set --secret` wrote. */
export function isEncrypted(value: unknown): value is { secure: string } {
    return (
        typeof value === "object" &&
        value !== null &&
        Object.keys(value).length === 1 &&
        typeof (value as { secure?: unknown }).secure === "string"
    );
}
