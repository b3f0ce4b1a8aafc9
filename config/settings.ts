import type { z } from "zod";
import type { stackSchema } from "./schema/stack";

type Schema = z.input<ReturnType<typeof stackSchema>>;
/** An entry of a list; what its `settings` are depends on its agent kind. */
type Entry<List extends "sandboxes" | "warmPools"> = Omit<NonNullable<Schema[List]>[number], "settings"> & {
    readonly settings?: Readonly<Record<string, unknown>>;
};

/**
 * Settings of a stack as a program hands them in: what stands under `clawstack:` in a stack file, with the AWS region
 * as `region`, and secrets in clear under `secrets`. Keys that have a default may be left out.
 */
export interface StackSettings extends Omit<Schema, "sandboxes" | "warmPools"> {
    readonly sandboxes?: readonly Entry<"sandboxes">[];
    readonly warmPools?: readonly Entry<"warmPools">[];
}

/** The flat map that an engine would hand to the program for these settings. */
export function settingsToValues(settings: StackSettings): Record<string, string> {
    const values = Object.entries(settings).map(([key, value]) => [
        key === "region" ? "aws:region" : `clawstack:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return Object.fromEntries(values) as Record<string, string>;
}
