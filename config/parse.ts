import { z } from "zod";
import type { AgentKindSpecs } from "./agent-kind";
import type { ConfigIssue } from "./errors";
import { toConfigIssues, valueAt, type IssueContext } from "./issues";
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

/** The schema at a path, still in its default; follows lists and the agent kind or provider of an entry. */
function schemaAt(root: z.ZodType, path: readonly PropertyKey[], raw: unknown): z.ZodType | undefined {
    let schema: z.ZodType | undefined = root;
    let value = raw;
    for (const part of path) {
        const inner = withoutDefault(schema, value);
        if (inner instanceof z.ZodObject) schema = inner.shape[part as string] as z.ZodType | undefined;
        else if (inner instanceof z.ZodArray) schema = inner.element as z.ZodType;
        else if (inner instanceof z.ZodDiscriminatedUnion)
            schema = (inner.options[0] as z.ZodObject).shape[part as string];
        else return undefined;
        value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
    }
    return schema;
}

function withoutDefault(schema: z.ZodType | undefined, value: unknown): z.ZodType | undefined {
    let inner = schema;
    while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
        inner = inner.unwrap() as z.ZodType;
    }
    if (!(inner instanceof z.ZodDiscriminatedUnion)) return inner;
    const { discriminator } = inner.def;
    const chosen = (value as Record<string, unknown> | undefined)?.[discriminator];
    const options = inner.options as z.ZodObject[];
    return (
        options.find((option) => (option.shape[discriminator] as z.ZodLiteral).values.has(chosen as string)) ?? inner
    );
}

/** Keys of the mapping that a schema takes. */
function keysOf(schema: z.ZodType | undefined, value: unknown): string[] {
    const inner = withoutDefault(schema, value);
    return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** A value that a schema would take: its default, or the first of a few. */
function exampleOf(schema: z.ZodType | undefined): unknown {
    if (schema instanceof z.ZodDefault) return schema.def.defaultValue;
    if (schema instanceof z.ZodEnum) return schema.options[0];
    if (schema instanceof z.ZodLiteral) return schema.value;
    return (schema?.meta()?.examples as readonly unknown[] | undefined)?.[0];
}

/**
 * Parses each section by itself, and each list entry by itself, so that one problem hides no other.
 * Problems across sections are found by `crossFieldIssues`.
 */
export function parseStack(raw: Record<string, unknown>, kinds: AgentKindSpecs, stack: string): ParseResult {
    const schema = stackSchema(kinds);
    const context: IssueContext = {
        stack,
        raw,
        exampleAt: (path) => exampleOf(schemaAt(schema, path, raw)),
        keysAt: (path) => keysOf(schemaAt(schema, path, raw), valueAt(raw, path)),
    };

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
