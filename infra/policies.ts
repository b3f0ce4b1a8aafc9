/** A statement of an IAM policy. */
export interface Statement {
    readonly Sid?: string;
    readonly Effect: "Allow" | "Deny";
    readonly Action: string | readonly string[];
    readonly Resource?: string | readonly string[];
    readonly Principal?: Readonly<Record<string, string | readonly string[]>>;
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
    readonly Version: "2012-10-17";
    readonly Statement: readonly Statement[];
}

export function policyDocument(...statements: Statement[]): PolicyDocument {
    return { Version: "2012-10-17", Statement: statements };
}

/**
 * Trust policy for an AWS service.
 *
 * @param sourceAccount Account whose resources the service may act for, for services that say so: nobody else can make
 *   the service use the role.
 */
export function serviceTrust(service: string, sourceAccount?: string): string {
    return JSON.stringify(
        policyDocument({
            Effect: "Allow",
            Principal: { Service: service },
            Action: "sts:AssumeRole",
            ...(sourceAccount ? { Condition: { StringEquals: { "aws:SourceAccount": sourceAccount } } } : {}),
        }),
    );
}

/**
 * What an instance needs to be reached by Session Manager, and nothing else. AWS's AmazonSSMManagedInstanceCore would let
 * it read every parameter of the account.
 */
export function sessionManagerPolicy(): PolicyDocument {
    return policyDocument({
        Sid: "AnswerSessionManager",
        Effect: "Allow",
        Action: [
            "ssm:UpdateInstanceInformation",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        Resource: "*",
    });
}

/**
 * Trust policy for EKS Pod Identity, narrowed to one service account of one cluster: the agent tags each session with
 * them, so that an association made elsewhere can't use the role.
 */
export function podIdentityTrust(clusterName: string, namespace: string, serviceAccount: string): string {
    return JSON.stringify(
        policyDocument({
            Effect: "Allow",
            Principal: { Service: "pods.eks.amazonaws.com" },
            Action: ["sts:AssumeRole", "sts:TagSession"],
            Condition: {
                StringEquals: {
                    "aws:RequestTag/eks-cluster-name": clusterName,
                    "aws:RequestTag/kubernetes-namespace": namespace,
                    "aws:RequestTag/kubernetes-service-account": serviceAccount,
                },
            },
        }),
    );
}
