import { PolicyPack, type StackValidationPolicy } from "@pulumi/policy";
import { rules, type PlannedResource } from "..";

/** The same rules as the plan's, run by the engine: `pulumi preview --policy-pack policy/pack`. */
const policies = rules.map((rule): StackValidationPolicy => ({
    name: rule.name,
    description: rule.reason,
    enforcementLevel: rule.severity === "error" ? "mandatory" : "advisory",
    validateStack: ({ resources }, reportViolation) => {
        const planned = resources.map((resource): PlannedResource => ({
            urn: resource.urn,
            type: resource.type,
            name: resource.name,
            parent: resource.parent?.urn,
            inputs: resource.props,
        }));
        for (const resource of planned) {
            for (const message of rule.check(resource, planned))
                reportViolation(`${resource.name}: ${message}`, resource.urn);
        }
    },
}));

export const pack = new PolicyPack("clawstack", { policies });
