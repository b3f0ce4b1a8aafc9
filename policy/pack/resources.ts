import type { PolicyResource } from "@pulumi/policy";
import type { PlannedResource } from "../types";

/** Stands for what only `pulumi up` can know. */
const UNKNOWN = "<known after apply>";

/** A component's properties are its outputs, so what it was told stands only in the resources that it makes. */
const REMOTE_COMPONENT = /^(eks|awsx):/;

/**
 * A property of a resource as plain data. The engine's own object throws wherever a value is not known yet, which would
 * end a rule, and turn it into a warning, at the first such value.
 */
function plain(read: () => unknown): unknown {
    let value: unknown;
    try {
        value = read();
    } catch {
        return UNKNOWN;
    }
    if (value === null || typeof value !== "object") return value;
    const source = value as Record<string, unknown>;
    const entries = Object.keys(source).map((key) => [key, plain(() => source[key])] as const);
    return Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
}

/** The engine's resources as rules read them. */
export function plannedResources(resources: readonly PolicyResource[]): PlannedResource[] {
    return resources
        .filter(({ type }) => !REMOTE_COMPONENT.test(type))
        .map((resource) => ({
            urn: resource.urn,
            type: resource.type,
            name: resource.name,
            parent: resource.parent?.urn,
            inputs: plain(() => resource.props) as Record<string, unknown>,
        }));
}
