import { at, kindOf, podTemplate, text } from "../inputs";
import type { Rule } from "../types";

export const resourceLimits: Rule = {
    name: "resource-limits",
    severity: "error",
    reason: "A pod without requests is placed blindly, and one without a memory limit takes its neighbours with it.",
    check(resource) {
        return (podTemplate(resource)?.containers ?? []).flatMap((container) =>
            [
                ["requests", "cpu"],
                ["requests", "memory"],
                ["limits", "memory"],
            ]
                .filter(([side, what]) => at(container, "resources", side as string, what as string) === undefined)
                .map(([side, what]) => `container ${text(container["name"])} has no resources.${side}.${what}; set it`),
        );
    },
};

export const disruptionBudgets: Rule = {
    name: "disruption-budget",
    severity: "error",
    reason: "Karpenter and upgrades drain nodes; without a budget all replicas may go at once.",
    check(resource, all) {
        if (!["Deployment", "StatefulSet"].includes(kindOf(resource))) return [];
        if (Number(at(resource.inputs, "spec", "replicas") ?? 1) < 2) return [];
        const namespace = at(resource.inputs, "metadata", "namespace");
        const labels = (at(resource.inputs, "spec", "template", "metadata", "labels") ?? {}) as Record<string, unknown>;
        const covered = all.some((budget) => {
            const selector = (at(budget.inputs, "spec", "selector", "matchLabels") ?? {}) as Record<string, unknown>;
            return (
                kindOf(budget) === "PodDisruptionBudget" &&
                at(budget.inputs, "metadata", "namespace") === namespace &&
                Object.entries(selector).length > 0 &&
                Object.entries(selector).every(([key, value]) => labels[key] === value)
            );
        });
        return covered ? [] : ["no PodDisruptionBudget selects its pods; add one"];
    },
};
