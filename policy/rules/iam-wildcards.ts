import { at, list, text } from "../inputs";
import type { Rule } from "../types";

/** Statements that may name every resource, by Sid, with the reason. */
export const reasons: Readonly<Record<string, string>> = {
    AllowRegionalReadActions: "EC2's Describe calls take no resource; limited to the region",
    AllowPricingReadActions: "the price list takes no resource",
    AllowUnscopedInstanceProfileListAction: "listing instance profiles takes no resource",
    EnableRootAccess:
        "a key policy speaks of its own key alone; without the account as principal a key is lost for ever",
};

function statements(document: unknown): unknown[] {
    if (typeof document !== "string") return list(at(document, "Statement"));
    try {
        return list(at(JSON.parse(document), "Statement"));
    } catch {
        return [];
    }
}

export const iamWildcards: Rule = {
    name: "no-iam-wildcard",
    severity: "error",
    reason: "A wildcard grants what AWS adds tomorrow; a leaked role should be worth little.",
    check({ type, inputs }) {
        if (!/^aws:(iam\/(rolePolicy|policy|userPolicy)|kms\/key|sqs\/queue):?/.test(type)) return [];
        return statements(inputs["policy"])
            .filter((statement) => at(statement, "Effect") === "Allow")
            .flatMap((statement) => {
                const sid = text(at(statement, "Sid"));
                if (reasons[sid]) return [];
                const where = sid ? `statement ${sid}` : "a statement without Sid";
                const wildActions = list(at(statement, "Action")).filter((action) =>
                    /^\*$|^[a-z0-9-]+:\*$/.test(text(action)),
                );
                const anyResource = list(at(statement, "Resource")).some((resource) => text(resource) === "*");
                const narrowed = at(statement, "Condition") !== undefined;
                return [
                    ...wildActions.map((action) => `${where} allows ${text(action)}; name the actions`),
                    ...(anyResource && !narrowed
                        ? [
                              `${where} allows every resource; name ARNs, add a Condition, or give the Sid a reason in policy/rules/iam-wildcards.ts`,
                          ]
                        : []),
                ];
            });
    },
};
