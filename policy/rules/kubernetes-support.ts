import { SUPPORT_WARNING_DAYS } from "../../config/compatibility";
import { kubernetesSupport } from "../../config/versions";
import { text } from "../inputs";
import type { PlannedResource, Rule } from "../types";

/** The cluster's version; undefined for everything else. */
export function kubernetesVersionOf({ type, inputs }: PlannedResource): string | undefined {
    return type === "eks:index:Cluster" || type === "aws:eks/cluster:Cluster"
        ? text(inputs["version"]) || undefined
        : undefined;
}

const day = 24 * 3600 * 1000;

export const kubernetesSupportEnds: Rule = {
    name: "kubernetes-support",
    severity: "warning",
    reason: "EKS upgrades a cluster by itself when standard support ends; better on a day of your own.",
    check(resource, _all, today) {
        const version = kubernetesVersionOf(resource);
        if (!version) return [];
        const end = kubernetesSupport[version];
        if (!end) {
            return [
                `Kubernetes ${version} is not in standard support; set cluster.kubernetesVersion to one of ${Object.keys(kubernetesSupport).join(", ")}`,
            ];
        }
        const left = Math.round((Date.parse(end) - Date.parse(today)) / day);
        if (left > SUPPORT_WARNING_DAYS) return [];
        const next = Object.keys(kubernetesSupport).find((other) => (kubernetesSupport[other] ?? "") > end);
        const when = left < 0 ? `ended on ${end}` : `ends on ${end}, in ${left} days`;
        return [
            `standard support of Kubernetes ${version} ${when}; ${next ? `set cluster.kubernetesVersion to "${next}"` : "add the next version to config/versions.ts"}`,
        ];
    },
};
