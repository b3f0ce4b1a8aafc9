import { existsSync } from "node:fs";
import * as path from "node:path";
import { readStackFile } from "../../config";
import { policySchema } from "../../config/schema/monitoring";
import type { Waiver } from "../types";

/**
 * Waivers of the stack that a URN belongs to, from its settings file in `folder`; none where there is no such file. The
 * engine gives a pack no stack config, so it is read as the plan reads it.
 */
export function waiversOf(urn: string, folder: string): readonly Waiver[] {
    const [, stack = ""] = /^urn:pulumi:([^:]+)::/.exec(urn) ?? [];
    const file = path.join(folder, `Pulumi.${stack}.yaml`);
    if (!existsSync(file)) return [];
    const section = readStackFile(file).values["clawstack:policy"];
    return section === undefined ? [] : policySchema.parse(JSON.parse(section)).waivers;
}
