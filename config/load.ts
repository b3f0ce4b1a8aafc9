import * as pulumi from "@pulumi/pulumi";
import type { AgentKindSpecs } from "./agent-kind";
import { ConfigError, type ConfigIssue } from "./errors";
import { parseStack, rawConfig, type PartialStack } from "./parse";
import { crossFieldIssues } from "./rules";
import { fillPlanned, maskEncrypted, missingSecrets, secretIssues, toStackSecrets } from "./secrets";
import type { MissingSecret, StackConfig, StackSecrets } from "./types";

export interface LoadedConfig {
    readonly config: StackConfig;
    readonly secrets: StackSecrets;
}

function check(values: Readonly<Record<string, string>>, kinds: AgentKindSpecs, stack: string) {
    const parsed = parseStack(rawConfig(values), kinds, stack);
    const issues: ConfigIssue[] = [
        ...parsed.issues,
        ...crossFieldIssues(parsed.stack, stack, kinds),
        ...secretIssues(parsed.stack, kinds, stack),
    ];
    return { stack: parsed.stack, issues, missing: missingSecrets(parsed.stack, kinds, stack) };
}

/** Fills in what depends on other keys: a sandbox that names no model gets the gateway's first. */
function toStackConfig(parsed: PartialStack, stack: string): StackConfig {
    const complete = parsed as Required<PartialStack>;
    const firstModel = complete.gateway.models[0]?.name ?? "";
    const { raw: _raw, secrets: _secrets, sandboxes, warmPools, ...sections } = complete;
    return {
        ...sections,
        stack,
        sandboxes: sandboxes.map(({ value }) => ({ ...value, model: value.model ?? firstModel })),
        warmPools: warmPools.map(({ value }) => ({ ...value, model: value.model ?? firstModel })),
    };
}

/**
 * The config of the running stack, from the engine.
 *
 * @param kinds Agent kinds that sandboxes may name, with their settings and secrets.
 * @throws ConfigError with every problem found; missing secrets count as problems.
 */
export function loadConfig(kinds: AgentKindSpecs): LoadedConfig {
    return configFrom(pulumi.runtime.allConfig(), kinds, pulumi.getStack(), `stack ${pulumi.getStack()}`);
}

function refuse(source: string, issues: readonly ConfigIssue[], missing: readonly MissingSecret[]): void {
    const unset = missing.map(({ key, command }) => ({ key, found: "nothing", allowed: "a secret", command }));
    if (issues.length + unset.length > 0) throw new ConfigError(source, [...issues, ...unset]);
}

/**
 * Throws as `loadConfig` would, before there is an engine: encrypted values count as set.
 *
 * @throws ConfigError with every problem found.
 */
export function checkConfig(
    values: Readonly<Record<string, string>>,
    kinds: AgentKindSpecs,
    name: string,
    source: string,
): void {
    const { issues, missing } = check(maskValues(values), kinds, name);
    refuse(source, issues, missing);
}

/** As `loadConfig`, from the flat map of config keys and values that an engine hands to a program. */
export function configFrom(
    values: Readonly<Record<string, string>>,
    kinds: AgentKindSpecs,
    name: string,
    source: string,
): LoadedConfig {
    const { stack, issues, missing } = check(values, kinds, name);
    refuse(source, issues, missing);
    if (!pulumi.runtime.isDryRun() && JSON.stringify(stack.secrets).includes('{"planned":true}')) {
        throw new Error("a plan's placeholders for secrets can't be deployed");
    }
    return {
        config: toStackConfig(stack, name),
        secrets: toStackSecrets((stack as Required<PartialStack>).secrets),
    };
}

/** The values with a placeholder for whatever is encrypted. */
function maskValues(values: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(values).map(([key, value]) => [
            key,
            value.includes('"secure"') ? JSON.stringify(maskEncrypted(JSON.parse(value))) : value,
        ]),
    );
}

export interface PlannedConfig {
    /** Config values with placeholders for secrets that are missing or encrypted; for previews alone. */
    readonly values: Record<string, string>;
    /** Full keys of the values that hold secrets. */
    readonly secretKeys: string[];
    readonly missing: MissingSecret[];
}

/**
 * Config values that a plan can run with, though secrets are not set yet or can't be decrypted here.
 *
 * @throws ConfigError with every problem but missing secrets, which are returned.
 */
export function planSecrets(
    values: Readonly<Record<string, string>>,
    kinds: AgentKindSpecs,
    name: string,
    source: string,
): PlannedConfig {
    const masked = maskValues(values);
    const { stack, issues, missing } = check(masked, kinds, name);
    if (issues.length > 0) throw new ConfigError(source, issues);
    return {
        values: { ...masked, "clawstack:secrets": JSON.stringify(fillPlanned(stack, kinds) ?? {}) },
        secretKeys: ["clawstack:secrets"],
        missing,
    };
}
