import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import type { PolicyDocument } from "../../../infra";

/** A request to AWS, as IAM sees it. */
export interface Request {
    readonly action: string;
    readonly resource: string;
    readonly context?: Readonly<Record<string, string | string[]>>;
    /** Default: a role of the account. */
    readonly principal?: string;
}

export const ACCOUNT = "123456789012";

/** What IAM decides, by a public re-implementation of its evaluation; AWS itself is not asked. */
export async function decide(
    request: Request,
    policies: {
        identity?: PolicyDocument;
        /** All policies of a role. */
        identities?: readonly PolicyDocument[];
        resource?: PolicyDocument;
    },
): Promise<string> {
    const simulation: Simulation = {
        identityPolicies: [...(policies.identity ? [policies.identity] : []), ...(policies.identities ?? [])].map(
            (policy, index) => ({ name: `identity-${index}`, policy }),
        ),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        resourcePolicy: policies.resource,
        request: {
            action: request.action,
            principal: request.principal ?? `arn:aws:iam::${ACCOUNT}:role/caller`,
            resource: { resource: request.resource, accountId: ACCOUNT },
            contextVariables: { ...request.context },
        },
    };
    const response = await runSimulation(simulation, {});
    if (response.resultType === "error") {
        throw new Error(`${request.action}: ${JSON.stringify(response.errors)}`);
    }
    return response.overallResult;
}
