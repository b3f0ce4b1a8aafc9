import type { Plan } from "./model";

/** The plan in the shape that scripts may rely on. */
export function toJson({ stack, resources, manifests, findings, cost, missing, outputs }: Plan): string {
    return JSON.stringify({
        stack,
        resources: resources.map(({ urn, type, name, parent, inputs }) => ({
            urn,
            type,
            name,
            parent: parent ?? null,
            inputs,
        })),
        manifests,
        findings: findings.map(({ severity, rule, resource, message }) => ({ severity, rule, resource, message })),
        cost: {
            currency: cost.currency,
            monthly: cost.monthly,
            items: cost.items.map(({ name, monthly }) => ({ name, monthly })),
        },
        missing: missing.map(({ key, command }) => ({ key, command })),
        outputs,
    });
}
