import { defaultDeny } from "./rules/default-deny";
import { agentSandbox } from "./rules/agent-sandbox";
import { deletionProtection } from "./rules/deletion-protection";
import { encryption } from "./rules/encryption";
import { iamWildcards } from "./rules/iam-wildcards";
import { imds } from "./rules/imds";
import { kubernetesSupportEnds } from "./rules/kubernetes-support";
import { pinnedImages } from "./rules/pinned-images";
import { plainSecrets } from "./rules/plain-secrets";
import { publicEndpoints } from "./rules/public-endpoints";
import { disruptionBudgets, resourceLimits } from "./rules/resources-and-disruption";
import { restrictedPods } from "./rules/restricted-pods";
import { supportedVersions } from "./rules/supported-versions";
import { tags } from "./rules/tags";
import type { Finding, PlannedResource, Rule, Waiver } from "./types";

export type { Finding, PlannedResource, Rule, Severity, Waiver } from "./types";

/** Every rule, in the order of the report. */
export const rules: readonly Rule[] = [
    publicEndpoints,
    iamWildcards,
    encryption,
    imds,
    plainSecrets,
    agentSandbox,
    restrictedPods,
    pinnedImages,
    defaultDeny,
    resourceLimits,
    disruptionBudgets,
    deletionProtection,
    tags,
    supportedVersions,
    kubernetesSupportEnds,
];

function findingsOf(rule: Rule, resources: readonly PlannedResource[], today: string): Finding[] {
    return resources.flatMap((resource) =>
        rule.check(resource, resources, today).map((message) => ({
            severity: rule.severity,
            rule: rule.name,
            resource: resource.name,
            urn: resource.urn,
            message,
        })),
    );
}

const covers = (waiver: Waiver, finding: Finding) =>
    waiver.rule === finding.rule && (waiver.resource === "*" || waiver.resource === finding.resource);

const day = () => new Date().toISOString().slice(0, 10);

/** Findings of one rule over a plan, but those that a waiver accepts today. */
export function check(
    rule: Rule,
    resources: readonly PlannedResource[],
    waivers: readonly Waiver[] = [],
    today: string = day(),
): Finding[] {
    return findingsOf(rule, resources, today).filter(
        (finding) => !waivers.some((waiver) => waiver.until >= today && covers(waiver, finding)),
    );
}

/**
 * Findings of all rules over a plan, errors first.
 *
 * @param waivers Findings that are accepted. One that has run out, or fits nothing, is itself a finding.
 * @param today `YYYY-MM-DD`; the day that waivers are measured against.
 */
export function evaluate(
    resources: readonly PlannedResource[],
    waivers: readonly Waiver[] = [],
    today: string = day(),
): Finding[] {
    const open = rules.flatMap((rule) => check(rule, resources, waivers, today));
    return [...open, ...idleWaivers(waivers, resources, today)].sort((a, b) => rank(a) - rank(b));
}

function idleWaivers(waivers: readonly Waiver[], resources: readonly PlannedResource[], today: string): Finding[] {
    return waivers.flatMap((waiver) => {
        const remedy = "remove it from policy.waivers, or give it a new end date";
        const rule = rules.find(({ name }) => name === waiver.rule);
        const fits = rule && findingsOf(rule, resources, today).some((finding) => covers(waiver, finding));
        const problem =
            waiver.until < today
                ? `a waiver ran out on ${waiver.until} (${waiver.reason}); ${remedy}`
                : fits
                  ? undefined
                  : `a waiver fits no finding (${waiver.reason}); ${remedy}`;
        return problem
            ? [{ severity: "warning" as const, rule: waiver.rule, resource: waiver.resource, message: problem }]
            : [];
    });
}

function rank(finding: Finding): number {
    return finding.severity === "error" ? 0 : 1;
}
