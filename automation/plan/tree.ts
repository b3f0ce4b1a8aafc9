import type { Formatter } from "picocolors/types";
import type { PlannedResource } from "./model";

/** Siblings of one type that are shown; the rest is counted. */
const MOST_OF_A_TYPE = 6;

/** `aws:iam/rolePolicy:RolePolicy` -> `aws:iam:RolePolicy`, as Pulumi prints it. */
export function shortType(type: string): string {
    return type.replace(/\/[^/:]+:/, ":");
}

function childrenOf(resources: readonly PlannedResource[]): Map<string, PlannedResource[]> {
    const children = new Map<string, PlannedResource[]>();
    for (const resource of resources) {
        const siblings = children.get(resource.parent ?? "");
        if (siblings) siblings.push(resource);
        else children.set(resource.parent ?? "", [resource]);
    }
    return children;
}

/** What says more of a resource than its name. */
function source(type: string, inputs: PlannedResource["inputs"]): string[] {
    if (type === "kubernetes:helm.sh/v3:Release")
        return [`chart ${String(inputs["chart"])} ${String(inputs["version"])}`];
    return type === "kubernetes:yaml/v2:ConfigFile" ? [String(inputs["file"])] : [];
}

function notes({ type, protect, retainOnDelete, inputs }: PlannedResource): string {
    const all = [
        ...source(type, inputs),
        ...(protect ? ["protected"] : []),
        ...(retainOnDelete ? ["kept on delete"] : []),
    ];
    return all.length > 0 ? ` (${all.join(", ")})` : "";
}

/** The resources as a tree: components with what they hold. `dim` styles what is not a name. */
export function resourceTree(resources: readonly PlannedResource[], dim: Formatter = String): string[] {
    const children = childrenOf(resources);
    const sizes = new Map<string, number>();
    const sizeOf = (urn: string): number => {
        const known = sizes.get(urn);
        if (known !== undefined) return known;
        const size = (children.get(urn) ?? []).reduce((sum, child) => sum + 1 + sizeOf(child.urn), 0);
        sizes.set(urn, size);
        return size;
    };
    const lines: string[] = [];
    const walk = (parent: string, indent: string): void => {
        const siblings = children.get(parent) ?? [];
        const ofType = new Map<string, number>();
        for (const { type } of siblings) ofType.set(type, (ofType.get(type) ?? 0) + 1);
        const shown = new Map<string, number>();
        const visible = siblings.filter(({ type }) => {
            const before = shown.get(type) ?? 0;
            shown.set(type, before + 1);
            // One more line than the count of the rest would take is no saving.
            return before < MOST_OF_A_TYPE || (ofType.get(type) ?? 0) === MOST_OF_A_TYPE + 1;
        });
        const hidden = siblings.filter((sibling) => !visible.includes(sibling));
        visible.forEach((resource, index) => {
            const isLast = index === visible.length - 1 && hidden.length === 0;
            const count = sizeOf(resource.urn);
            const held = count > 0 ? dim(` ${count}`) : "";
            lines.push(
                `${dim(indent + (isLast ? "└─ " : "├─ "))}${resource.name}  ${dim(shortType(resource.type))}${held}${dim(notes(resource))}`,
            );
            walk(resource.urn, indent + (isLast ? "   " : "│  "));
        });
        if (hidden.length > 0) {
            const more = hidden.reduce((sum, { urn }) => sum + 1 + sizeOf(urn), 0);
            lines.push(dim(`${indent}└─ and ${hidden.length} more like these (${more} resources)`));
        }
    };
    const root = resources.find(({ parent }) => parent === undefined);
    walk(root?.urn ?? "", "");
    return lines;
}

/** How many resources each provider makes, and how many components hold them. */
export function resourceCounts(resources: readonly PlannedResource[]): string {
    const counts = new Map<string, number>();
    for (const { type, custom } of resources) {
        if (type === "pulumi:pulumi:Stack") continue;
        const group = custom ? (type.startsWith("pulumi:providers:") ? "providers" : type.split(":")[0]) : "components";
        counts.set(group ?? "", (counts.get(group ?? "") ?? 0) + 1);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([group, count]) => `${count} ${group}`);
    return `${total} resources: ${parts.join(", ")}`;
}
