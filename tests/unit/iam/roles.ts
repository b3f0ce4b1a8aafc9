import type { PlannedResource } from "../../../automation/plan";
import type { PolicyDocument } from "../../../infra";
import managed from "./managed-policies.json";

/** A role as a plan declares it. */
export interface PlannedRole {
    readonly name: string;
    readonly trust: PolicyDocument;
    /** Inline policies and the text of the managed ones; throws where the text of one is not kept here. */
    policies(): readonly PolicyDocument[];
}

/** AWS's own policies as its managed policy reference prints them, with version and date of the text. */
const managedPolicies = managed as unknown as Record<string, { document: PolicyDocument }>;

const isType = (type: string) => (resource: PlannedResource) => resource.type === type;

/** The roles of a plan, by name without the name of their cluster. */
export function rolesOf(resources: readonly PlannedResource[], prefix: string): Map<string, PlannedRole> {
    const inline = resources.filter(isType("aws:iam/rolePolicy:RolePolicy"));
    const attached = resources.filter(isType("aws:iam/rolePolicyAttachment:RolePolicyAttachment"));
    return new Map(
        resources.filter(isType("aws:iam/role:Role")).map(({ inputs }) => {
            const name = String(inputs["name"]);
            const ofRole = (resource: PlannedResource) => resource.inputs["role"] === name;
            const role = {
                name,
                trust: JSON.parse(String(inputs["assumeRolePolicy"])) as PolicyDocument,
                policies: () => [
                    ...inline
                        .filter(ofRole)
                        .map((policy) => JSON.parse(String(policy.inputs["policy"])) as PolicyDocument),
                    ...attached.filter(ofRole).map(({ inputs: { policyArn } }) => {
                        const text = managedPolicies[String(policyArn)];
                        if (!text)
                            throw new Error(
                                `${name}: the text of ${String(policyArn)} is not in managed-policies.json`,
                            );
                        return text.document;
                    }),
                ],
            };
            return [name.replace(prefix, ""), role];
        }),
    );
}
