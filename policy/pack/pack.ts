import * as path from "node:path";
import { PolicyPack, type StackValidationPolicy } from "@pulumi/policy";
import { check, rules } from "..";
import { plannedResources } from "./resources";
import { waiversOf } from "./waivers";

/** The project that these rules belong to; its stack files hold the waivers. */
const project = path.resolve(__dirname, "../..");

/** The same rules as the plan's, run by the engine: `pulumi preview --policy-pack policy/pack`. */
const policies = rules.map((rule): StackValidationPolicy => ({
    name: rule.name,
    description: rule.reason,
    enforcementLevel: rule.severity === "error" ? "mandatory" : "advisory",
    validateStack: ({ resources }, reportViolation) => {
        const waivers = waiversOf(resources[0]?.urn ?? "", project);
        for (const { resource, urn, message } of check(rule, plannedResources(resources), waivers)) {
            reportViolation(`${resource}: ${message}`, urn);
        }
    },
}));

export const pack = new PolicyPack("clawstack", { policies });
