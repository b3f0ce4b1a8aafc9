/** A step of the host's set-up. It can run again at any time: what is done already is left alone. */
export interface Step {
    /** As the log and the final state name it. */
    readonly name: string;
    /** Bash, under `set -Eeuo pipefail`. The first command that fails ends it. */
    readonly script: string;
}

export function step(name: string, ...lines: readonly (string | false | undefined)[]): Step {
    return { name, script: lines.filter((line) => typeof line === "string").join("\n") };
}

/** One shell word, whatever is in it. */
export function quote(text: string): string {
    return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
