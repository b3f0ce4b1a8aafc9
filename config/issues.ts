import type { z } from "zod";
import type { ConfigIssue } from "./errors";

type Path = readonly PropertyKey[];

/** Pulumi's path notation: `sandboxes[0].key.budgetUsd`, quoted where a key holds a dot or a slash. */
export function formatPath(path: Path): string {
    return path
        .map((part, index) => {
            if (typeof part === "number") return `[${part}]`;
            const key = String(part);
            if (/^[A-Za-z_][\w-]*$/.test(key)) return index === 0 ? key : `.${key}`;
            return `["${key}"]`;
        })
        .join("");
}

/** The full config key, with its namespace. */
export function formatKey(path: Path): string {
    return path[0] === "region" ? "aws:region" : `clawstack:${formatPath(path)}`;
}

export function valueAt(root: unknown, path: Path): unknown {
    return path.reduce<unknown>(
        (value, part) =>
            value !== null && typeof value === "object" ? (value as Record<PropertyKey, unknown>)[part] : undefined,
        root,
    );
}

/** What was found, short enough for one line; a secret is only said to be there. */
export function describeFound(root: unknown, path: Path): string {
    const value = valueAt(root, path);
    if (value === undefined) return "nothing";
    if (path[0] === "secrets") return typeof value === "string" ? `[secret, ${value.length} characters]` : "[secret]";
    const json = JSON.stringify(value);
    return json.length > 100 ? `${json.slice(0, 97)}...` : json;
}

function shellQuote(value: string): string {
    return /^[\w./:@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** `pulumi config set` for a plain value; `<value>` stands where nobody but the user can know it. */
export function setCommand(stack: string, path: Path, value?: unknown): string {
    if (path[0] === "region") return `pulumi config set --stack ${stack} aws:region us-west-2`;
    const shown =
        value === undefined || (typeof value === "object" && value !== null) ? "<value>" : shellQuote(String(value));
    return `pulumi config set --stack ${stack} --path '${formatPath(path)}' ${shown}`;
}

/** Without a value on the command line Pulumi asks for it, so that it stays out of the shell's history. */
export function setSecretCommand(stack: string, path: Path): string {
    return `pulumi config set --stack ${stack} --secret --path '${formatPath(path)}'`;
}

export function removeCommand(stack: string, path: Path): string {
    return `pulumi config rm --stack ${stack} --path '${formatPath(path)}'`;
}

function closest(word: string, candidates: readonly string[]): string | undefined {
    const distance = (a: string, b: string): number => {
        let row = Array.from({ length: b.length + 1 }, (_, i) => i);
        for (let i = 1; i <= a.length; i++) {
            const next = [i];
            for (let j = 1; j <= b.length; j++) {
                const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
                next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
            }
            row = next;
        }
        return row[b.length] ?? 0;
    };
    const ranked = candidates.map((c) => [distance(word.toLowerCase(), c.toLowerCase()), c] as const);
    ranked.sort((a, b) => a[0] - b[0]);
    return ranked[0] && ranked[0][0] <= Math.max(2, word.length / 3) ? ranked[0][1] : undefined;
}

export interface IssueContext {
    readonly stack: string;
    /** The config as written. */
    readonly raw: unknown;
    /** A value that this path takes, for the command to propose; undefined where only the user knows one. */
    exampleAt(path: Path): unknown;
    /** Keys that a mapping at this path takes, where the schema has one. */
    keysAt(path: Path): readonly string[];
}

/** Turns what zod found under `prefix` into issues in the user's terms, one for each unknown key. */
export function toConfigIssues(error: z.ZodError, prefix: Path, context: IssueContext): ConfigIssue[] {
    return error.issues.flatMap((issue) => {
        const path = [...prefix, ...issue.path];
        if (issue.code !== "unrecognized_keys") {
            return [
                {
                    key: formatKey(path),
                    found: describeFound(context.raw, path),
                    allowed: issue.message,
                    command: setCommand(context.stack, path, context.exampleAt(path)),
                },
            ];
        }
        const known = context.keysAt(path);
        return issue.keys.map((key) => {
            const meant = closest(key, known);
            return {
                key: formatKey([...path, key]),
                found: describeFound(context.raw, [...path, key]),
                allowed: `no such key${meant ? `, did you mean ${meant}?` : ""}; ${
                    known.length ? `here are: ${known.join(", ")}` : "nothing is taken here"
                }`,
                command: removeCommand(context.stack, [...path, key]),
            };
        });
    });
}
