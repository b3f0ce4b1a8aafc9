/** One thing wrong with the stack config, in the terms of the person who wrote it. */
export interface ConfigIssue {
    /** The config key, in Pulumi's path notation: `clawstack:sandboxes[0].name`. */
    readonly key: string;
    /** What was found, as JSON, or `nothing`. Never the value of a secret. */
    readonly found: string;
    /** What the key takes. */
    readonly allowed: string;
    /** The command that mends it. */
    readonly command: string;
}

/** The stack config can't be used. Carries every problem found, not the first one. */
export class ConfigError extends Error {
    /** Tells the plan and the Automation API a bad config from a bug, across module copies. */
    readonly code = "CONFIG_INVALID";

    constructor(
        /** Where the config came from: a stack file, or `stack dev`. */
        readonly source: string,
        readonly issues: readonly ConfigIssue[],
    ) {
        super(formatIssues(source, issues));
        this.name = "ConfigError";
    }
}

function formatIssues(source: string, issues: readonly ConfigIssue[]): string {
    const heading = `${source}: ${issues.length} ${issues.length === 1 ? "problem" : "problems"} in the config; nothing was changed.`;
    const blocks = issues.map((issue) =>
        [
            `  ${issue.key}`,
            `    found:   ${issue.found}`,
            `    allowed: ${issue.allowed}`,
            `    mend:    ${issue.command}`,
        ].join("\n"),
    );
    return [heading, ...blocks].join("\n\n");
}
