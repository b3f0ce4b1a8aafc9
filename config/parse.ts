import { z } from "zod";
import type { AgentKindSpecs } from "./agent-kind";
import type { ConfigIssue } from "./errors";
import { toConfigIssues, type IssueContext } from "./issues";
import type { SandboxConfig, WarmPoolConfig } from "./schema/sandboxes";
import { stackSchema, type ParsedStack } from "./schema/stack";

/** An entry of a list, with its place in the list as written. */
export interface Indexed<T> {
    readonly index: number;
    readonly value: T;
}

type Sections = Omit<ParsedStack, "sandboxes" | "warmPools">;

/** What could be read of a config. A section with a problem is absent, so that rules judge only what is known. */
export type PartialStack = { readonly [K in keyof Sections]?: Sections[K] } & {
    readonly sandboxes: readonly Indexed<SandboxConfig>[];
    readonly warmPools: readonly Indexed<WarmPoolConfig>[];
    /** The config as written. */
    readonly raw: Readonly<Record<string, unknown>>;
};

export interface ParseResult {
    readonly stack: PartialStack;
    readonly issues: readonly ConfigIssue[];
}

/** The config of the program's own namespace, and the region, out of the engine's flat map. */
export function rawConfig(values: Readonly<Record<string, string>>): Record<string, unknown> {
    const raw: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(values)) {
        if (key === "aws:region") raw["region"] = value;
        else if (key.startsWith("clawstack:")) raw[key.slice("clawstack:".length)] = fromConfigValue(value);
    }
    return raw;
}

/** The engine hands structured values over as JSON text, and scalars as they are. */
function fromConfigValue(value: string): unknown {
    if (!/^\s*[[{]/.test(value)) return value;
    try {
        return JSON.parse(value);
    } catch {
        return value;
    }
}

/** The keys that the schema takes at a path; follows defaults, lists and the agent kind of the entry. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[], raw: unknown): string[] {
    let current: z.ZodType | undefined = schema;
    let value = raw;
    for (const part of [...path, undefined]) {
        while (
            current instanceof z.ZodDefault ||
            current instanceof z.ZodPrefault ||
            current instanceof z.ZodOptional
        ) {
            current = current.unwrap() as z.ZodType;
        }
        if (current instanceof z.ZodDiscriminatedUnion) {
            const { discriminator } = current.def;
            const chosen: unknown = (value as Record<string, unknown>)[discriminator];
            current = (current.options as z.ZodObject[]).find((option) =>
                (option.shape[discriminator] as z.ZodLiteral).values.has(chosen as string),
            );
        }
        if (part === undefined) break;
        if (current instanceof z.ZodObject) current = current.shape[part as string] as z.ZodType | undefined;
        else if (current instanceof z.ZodArray) current = current.element as z.ZodType;
        else return [];
        value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
    }
    return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

/**
 * Parses each section by itself, and each list entry by itself, so that one problem hides no other.
 * Problems across sections are found by `crossFieldIssues`.
 */
export function parseStack(raw: Record<string, unknown>, kinds: AgentKindSpecs, stack: string): ParseResult {
    const schema = stackSchema(kinds);
    const defaults: Record<string, unknown> = {};
    for (const [key, section] of Object.entries(schema.shape)) defaults[key] = section.safeParse(undefined).data;
    const context: IssueContext = { stack, raw, defaults, keysAt: (path) => keysAt(schema, path, raw) };

    const issues: ConfigIssue[] = [];
    const unknown = Object.keys(raw).filter((key) => !(key in schema.shape));
    if (unknown.length > 0) {
        const error = new z.ZodError([{ code: "unrecognized_keys", keys: unknown, path: [], message: "", input: raw }]);
        issues.push(...toConfigIssues(error, [], context));
    }
    const sections: Record<string, unknown> = {};
    for (const [key, section] of Object.entries(schema.shape)) {
        if ((key === "sandboxes" || key === "warmPools") && Array.isArray(raw[key])) {
            const element = (section as z.ZodDefault<z.ZodArray>).unwrap().element as z.ZodType;
            sections[key] = (raw[key] as unknown[]).flatMap((entry, index) => {
                const result = element.safeParse(entry);
                if (result.success) return [{ index, value: result.data }];
                issues.push(...toConfigIssues(result.error, [key, index], context));
                return [];
            });
            continue;
        }
        const result = section.safeParse(raw[key]);
        if (result.success) sections[key] = result.data;
        else issues.push(...toConfigIssues(result.error, [key], context));
    }
    return {
        stack: { sandboxes: [], warmPools: [], ...sections, raw } as PartialStack,
        issues,
    };
}
