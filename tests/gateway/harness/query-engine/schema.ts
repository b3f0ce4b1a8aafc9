/** Type of each field by model, without `?` and `[]`. */
export type Schema = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The models of a Prisma schema; enough of it to tell JSON fields and relations. */
export function parseSchema(text: string): Schema {
    return new Map(
        [...text.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, model = "", body = ""]) => [
            model,
            new Map([...body.matchAll(/^\s+(\w+)\s+(\w+)/gm)].map(([, field = "", type = ""]) => [field, type])),
        ]),
    );
}

/** Operators of a JSON field whose value is JSON; of the others (`path`, `string_contains`) it is a list or a string. */
const jsonOperators = new Set(["set", "equals", "not", "array_contains", "array_starts_with", "array_ends_with"]);

function asJson(value: unknown): unknown {
    if (typeof value === "string") return { $type: "Json", value };
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, jsonOperators.has(key) ? asJson(item) : item]),
    );
}

/**
 * Marks the values of JSON fields. In GraphQL such a value is the JSON's text; in the JSON protocol a plain string is a
 * JSON string, and text must say that it is JSON.
 *
 * @param model Model that the fields of `value` belong to. Keys that are no field of it (`data`, `AND`, `create`) keep it.
 */
export function withJsonMarks(value: unknown, model: string | undefined, schema: Schema): unknown {
    if (Array.isArray(value)) return value.map((item) => withJsonMarks(item, model, schema));
    if (typeof value !== "object" || value === null || "$type" in value) return value;
    const fields = schema.get(model ?? "");
    return Object.fromEntries(
        Object.entries(value).map(([key, item]) => {
            const type = fields?.get(key);
            if (type === "Json") return [key, asJson(item)];
            return [key, withJsonMarks(item, type && schema.has(type) ? type : model, schema)];
        }),
    );
}
