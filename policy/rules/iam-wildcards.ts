import { at, list, text } from "../inputs";
import type { Rule } from "../types";

/** Statements that need a wildcard, by Sid, with the reason. */
export const reasons: Readonly<Record<string, string>> = {
    AllowRegionalReadActions: "EC2's Describe calls take no resource; limited to the region",
    AllowPricingReadActions: "the price list takes no resource",
    AllowUnscopedInstanceProfileListAction: "listing instance profiles takes no resource",
    AllowInstanceProfileReadActions:
        "Karpenter names its profiles by a hash; reading one of another cluster shows nothing",
    AllowScopedEC2InstanceAccessActions:
        "what an instance is launched from and into; the instance itself must carry the cluster's tag",
    FindVolumesAndSnapshots: "EC2's Describe calls and the search by tags take no resource",
    MakeAndTagSnapshots: "a snapshot has no tags before it is made; its volume must be the cluster's",
    AnswerSessionManager: "the agent's calls to Session Manager take no resource",
    SystemsManagerAgent: "the agent's own calls take no resource; none of them reads a parameter",
    EnableRootAccess:
        "a key policy speaks of its own key alone; without the account as principal a key is lost for ever",
};

/** Managed policies that are a wildcard by another name. */
const broadManagedPolicy = /:policy\/(.*\/)?(AdministratorAccess|PowerUserAccess|IAMFullAccess|\w+FullAccess)/;

const policyTypes =
    /^aws:(iam\/(rolePolicy|policy|userPolicy|groupPolicy)|kms\/key|sqs\/queuePolicy|sqs\/queue|s3\/bucketPolicy|sns\/topicPolicy|secretsmanager\/secretPolicy):/;

export function statements(document: unknown): unknown[] {
    if (typeof document !== "string") return list(at(document, "Statement"));
    try {
        return list(at(JSON.parse(document), "Statement"));
    } catch {
        // Not known before the apply.
        return [];
    }
}

/** `*`, or an ARN whose resource is nothing but wildcards: `arn:aws:s3:::*`, `arn:aws:ec2:*:*:instance/*`. */
function isAnyResource(resource: string): boolean {
    if (resource === "*") return true;
    const [, , service, , , ...rest] = resource.split(":");
    const name = rest.join(":");
    // A bucket's objects are no kind of resource: `arn:aws:s3:::backups/*` is one bucket.
    return service === "s3" ? /^\*(\/\*)?$/.test(name) : /^([a-z-]+[/:])?\*(\/\*)?$/.test(name);
}

function problemsOf(statement: unknown): string[] {
    const sid = text(at(statement, "Sid"));
    const where = sid ? `statement ${sid}` : "a statement without Sid";
    const remedy = "or give its Sid a reason in policy/rules/iam-wildcards.ts";
    const principals = [at(statement, "Principal"), at(statement, "Principal", "AWS")].flatMap(list).map(text);
    const narrowed = at(statement, "Condition") !== undefined;
    const actions = list(at(statement, "Action")).map(text);
    const resources = list(at(statement, "Resource")).map(text);
    // Tags or keys narrow a whole kind of resource; they don't narrow everything.
    const any = resources.filter((resource) => resource === "*" || (isAnyResource(resource) && !narrowed));
    return [
        ...actions
            .filter((action) => action.includes("*"))
            .map((action) => `${where} allows ${action}; name the actions, ${remedy}`),
        ...any.map((resource) => `${where} allows every resource (${resource}); name ARNs, ${remedy}`),
        ...(at(statement, "NotAction") !== undefined || at(statement, "NotResource") !== undefined
            ? [`${where} allows all but a list; name what it allows, ${remedy}`]
            : []),
        ...(principals.includes("*") && !narrowed ? [`${where} trusts everyone; name the principal, ${remedy}`] : []),
    ];
}

export const iamWildcards: Rule = {
    name: "no-iam-wildcard",
    severity: "error",
    reason: "A wildcard grants what AWS adds tomorrow; a leaked role should be worth little.",
    check({ type, inputs }) {
        if (type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
            const arn = text(inputs["policyArn"]);
            return broadManagedPolicy.test(arn)
                ? [`the managed policy ${arn} allows everything of a service; name the actions in a policy of its own`]
                : [];
        }
        const documents =
            type === "aws:iam/role:Role"
                ? [inputs["assumeRolePolicy"]]
                : policyTypes.test(type)
                  ? [inputs["policy"]]
                  : [];
        return documents
            .flatMap(statements)
            .filter((statement) => at(statement, "Effect") === "Allow" && !reasons[text(at(statement, "Sid"))])
            .flatMap(problemsOf);
    },
};
