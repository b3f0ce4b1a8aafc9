import type { ArgumentNode, FieldNode, SelectionNode, ValueNode } from "graphql";
import { withJsonMarks, type Schema } from "./schema";

/**
 * LiteLLM's database client speaks GraphQL with its query engine; the WebAssembly build of that engine understands the
 * JSON protocol alone. These are the same queries in two spellings, and this is the translation.
 */
export interface JsonQuery {
    readonly modelName?: string;
    readonly action: string;
    readonly query: JsonField;
}

interface JsonField {
    readonly arguments: Record<string, unknown>;
    readonly selection: Record<string, true | JsonField>;
}

/** Fields of the root type: what comes before the model's name, what comes after, and the action. Longest first. */
const actions: readonly (readonly [RegExp, string])[] = [
    [/^findUnique(.+)OrThrow$/, "findUniqueOrThrow"],
    [/^findUnique(.+)$/, "findUnique"],
    [/^findFirst(.+)OrThrow$/, "findFirstOrThrow"],
    [/^findFirst(.+)$/, "findFirst"],
    [/^findMany(.+)$/, "findMany"],
    [/^createOne(.+)$/, "createOne"],
    [/^createMany(.+)$/, "createMany"],
    [/^updateOne(.+)$/, "updateOne"],
    [/^updateMany(.+)$/, "updateMany"],
    [/^upsertOne(.+)$/, "upsertOne"],
    [/^deleteOne(.+)$/, "deleteOne"],
    [/^deleteMany(.+)$/, "deleteMany"],
    [/^aggregate(.+)$/, "aggregate"],
    [/^groupBy(.+)$/, "groupBy"],
];

function valueOf(node: ValueNode): unknown {
    switch (node.kind) {
        case "IntValue": {
            const number = Number(node.value);
            return Number.isSafeInteger(number) ? number : { $type: "BigInt", value: node.value };
        }
        case "FloatValue":
            return Number(node.value);
        case "StringValue":
        case "EnumValue":
            return node.value;
        case "BooleanValue":
            return node.value;
        case "NullValue":
            return null;
        case "ListValue":
            return node.values.map(valueOf);
        case "ObjectValue":
            return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, valueOf(value)]));
        case "Variable":
            throw new Error(`variables are not used by this client: $${node.name.value}`);
    }
}

function argumentsOf(nodes: readonly ArgumentNode[] = []): Record<string, unknown> {
    return Object.fromEntries(nodes.map(({ name, value }) => [name.value, valueOf(value)]));
}

function selectionOf(nodes: readonly SelectionNode[] = []): Record<string, true | JsonField> {
    return Object.fromEntries(
        nodes.map((node) => {
            if (node.kind !== "Field") throw new Error(`not a field: ${node.kind}`);
            return [node.name.value, fieldOf(node)];
        }),
    );
}

function fieldOf(node: FieldNode): true | JsonField {
    if (!node.selectionSet && !node.arguments?.length) return true;
    return { arguments: argumentsOf(node.arguments), selection: selectionOf(node.selectionSet?.selections) };
}

/** A root field of a GraphQL document as a query of the JSON protocol. */
export function jsonQuery(root: FieldNode, schema: Schema): JsonQuery {
    const query = { arguments: argumentsOf(root.arguments), selection: selectionOf(root.selectionSet?.selections) };
    const name = root.name.value;
    if (name === "queryRaw" || name === "executeRaw") return { action: name, query };
    for (const [pattern, action] of actions) {
        const modelName = pattern.exec(name)?.[1];
        if (!modelName) continue;
        const marked = withJsonMarks(query.arguments, modelName, schema) as Record<string, unknown>;
        return { modelName, action, query: { ...query, arguments: marked } };
    }
    throw new Error(`unknown query: ${name}`);
}

/** Takes the type marks out of an answer: GraphQL's answers carry dates, decimals and JSON as plain strings. */
export function untagged(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(untagged);
    if (typeof value !== "object" || value === null) return value;
    if ("$type" in value && "value" in value) return value.value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, untagged(item)]));
}

/** Answer of a raw query. */
export interface RawResult {
    readonly types: readonly string[];
    readonly rows: readonly (readonly unknown[])[];
}

/** JSON columns of raw queries come as text from node-postgres, and as JSON from the native engine. */
export function parsedRows(result: RawResult): RawResult {
    const parsed = (value: unknown, type: string | undefined): unknown => {
        if (type === "json" && typeof value === "string") return JSON.parse(value);
        if (type === "json-array" && Array.isArray(value)) return value.map((item) => parsed(item, "json"));
        return value;
    };
    return {
        ...result,
        rows: result.rows.map((row) => row.map((value, column) => parsed(value, result.types[column]))),
    };
}
