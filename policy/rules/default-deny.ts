import { at, kindOf, list, text, writtenReason } from "../inputs";
import type { PlannedResource, Rule } from "../types";

const name = "default-deny";

function deniesAll(policy: PlannedResource, namespace: string): boolean {
    const selector = at(policy.inputs, "spec", "podSelector");
    return (
        kindOf(policy) === "NetworkPolicy" &&
        text(at(policy.inputs, "metadata", "namespace")) === namespace &&
        Object.keys((selector ?? { missing: true }) as object).length === 0 &&
        ["Ingress", "Egress"].every((direction) => list(at(policy.inputs, "spec", "policyTypes")).includes(direction))
    );
}

export const defaultDeny: Rule = {
    name,
    severity: "error",
    reason: "What no policy names must not be reachable: a new pod starts with no network, and gets what it needs.",
    check(resource, all) {
        if (kindOf(resource) !== "Namespace" || writtenReason(resource, name)) return [];
        const namespace = text(at(resource.inputs, "metadata", "name"));
        return all.some((policy) => deniesAll(policy, namespace))
            ? []
            : [
                  `namespace ${namespace} has no NetworkPolicy that denies all; add one with an empty podSelector for Ingress and Egress`,
              ];
    },
};
