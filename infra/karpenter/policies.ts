import { policyDocument, type PolicyDocument, type Statement } from "../policies";

export interface ControllerPolicyInput {
    readonly partition: string;
    readonly region: string;
    readonly accountId: string;
    readonly clusterName: string;
    readonly queueArn: string;
    readonly nodeRoleArn: string;
}

/**
 * What Karpenter's controller may do, after the reference policies of its 1.14 documentation without zonal shift and
 * placement groups, which these pools don't use: it launches and ends instances, but only ones that carry this cluster's
 * tag, and hands them no role but the nodes'.
 */
export function controllerPolicy(input: ControllerPolicyInput): PolicyDocument {
    const { partition, region, accountId, clusterName } = input;
    const ec2 = (resource: string, account = "*") => `arn:${partition}:ec2:${region}:${account}:${resource}`;
    const clusterTag = `kubernetes.io/cluster/${clusterName}`;
    const created = [
        "fleet",
        "instance",
        "volume",
        "network-interface",
        "launch-template",
        "spot-instances-request",
    ].map((type) => ec2(`${type}/*`));
    const ours = { [`aws:ResourceTag/${clusterTag}`]: "owned" };
    const requestedOurs = {
        [`aws:RequestTag/${clusterTag}`]: "owned",
        "aws:RequestTag/eks:eks-cluster-name": clusterName,
    };
    const anyPool = { "aws:RequestTag/karpenter.sh/nodepool": "*" };
    const ofAnyPool = { "aws:ResourceTag/karpenter.sh/nodepool": "*" };
    const profiles = `arn:${partition}:iam::${accountId}:instance-profile/*`;
    const profileTags = {
        [`aws:ResourceTag/${clusterTag}`]: "owned",
        "aws:ResourceTag/topology.kubernetes.io/region": region,
    };
    const requestedProfileTags = { ...requestedOurs, "aws:RequestTag/topology.kubernetes.io/region": region };

    const instances: Statement[] = [
        {
            Sid: "AllowScopedEC2InstanceAccessActions",
            Effect: "Allow",
            Action: ["ec2:RunInstances", "ec2:CreateFleet"],
            Resource: [
                // Images and snapshots of AWS carry no account in their ARN.
                ec2("image/*", ""),
                ec2("snapshot/*", ""),
                ec2("security-group/*"),
                ec2("subnet/*"),
                ec2("capacity-reservation/*"),
            ],
        },
        {
            Sid: "AllowScopedEC2LaunchTemplateAccessActions",
            Effect: "Allow",
            Action: ["ec2:RunInstances", "ec2:CreateFleet"],
            Resource: ec2("launch-template/*"),
            Condition: { StringEquals: ours, StringLike: ofAnyPool },
        },
        {
            Sid: "AllowScopedEC2InstanceActionsWithTags",
            Effect: "Allow",
            Action: ["ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateLaunchTemplate"],
            Resource: created,
            Condition: { StringEquals: requestedOurs, StringLike: anyPool },
        },
        {
            Sid: "AllowScopedResourceCreationTagging",
            Effect: "Allow",
            Action: "ec2:CreateTags",
            Resource: created,
            Condition: {
                StringEquals: {
                    ...requestedOurs,
                    "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"],
                },
                StringLike: anyPool,
            },
        },
        {
            Sid: "AllowScopedResourceTagging",
            Effect: "Allow",
            Action: "ec2:CreateTags",
            Resource: ec2("instance/*"),
            Condition: {
                StringEquals: ours,
                StringLike: ofAnyPool,
                StringEqualsIfExists: { "aws:RequestTag/eks:eks-cluster-name": clusterName },
                "ForAllValues:StringEquals": {
                    "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"],
                },
            },
        },
        {
            Sid: "AllowScopedDeletion",
            Effect: "Allow",
            Action: ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
            Resource: [ec2("instance/*"), ec2("launch-template/*")],
            Condition: { StringEquals: ours, StringLike: ofAnyPool },
        },
        {
            Sid: "AllowRegionalReadActions",
            Effect: "Allow",
            Action: [
                "ec2:DescribeCapacityReservations",
                "ec2:DescribeImages",
                "ec2:DescribeInstances",
                "ec2:DescribeInstanceStatus",
                "ec2:DescribeInstanceTypeOfferings",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplates",
                "ec2:DescribePlacementGroups",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSpotPriceHistory",
                "ec2:DescribeSubnets",
            ],
            Resource: "*",
            Condition: { StringEquals: { "aws:RequestedRegion": region } },
        },
        {
            Sid: "AllowSSMReadActions",
            Effect: "Allow",
            Action: "ssm:GetParameter",
            Resource: `arn:${partition}:ssm:${region}::parameter/aws/service/*`,
        },
        { Sid: "AllowPricingReadActions", Effect: "Allow", Action: "pricing:GetProducts", Resource: "*" },
        {
            Sid: "AllowInterruptionQueueActions",
            Effect: "Allow",
            Action: ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
            Resource: input.queueArn,
        },
    ];
    const roles: Statement[] = [
        {
            Sid: "AllowPassingInstanceRole",
            Effect: "Allow",
            Action: "iam:PassRole",
            Resource: input.nodeRoleArn,
            Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
        },
        {
            Sid: "AllowScopedInstanceProfileCreationActions",
            Effect: "Allow",
            Action: "iam:CreateInstanceProfile",
            Resource: profiles,
            Condition: {
                StringEquals: requestedProfileTags,
                StringLike: { "aws:RequestTag/karpenter.k8s.aws/ec2nodeclass": "*" },
            },
        },
        {
            Sid: "AllowScopedInstanceProfileTagActions",
            Effect: "Allow",
            Action: "iam:TagInstanceProfile",
            Resource: profiles,
            Condition: {
                StringEquals: { ...profileTags, ...requestedProfileTags },
                StringLike: {
                    "aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass": "*",
                    "aws:RequestTag/karpenter.k8s.aws/ec2nodeclass": "*",
                },
            },
        },
        {
            Sid: "AllowScopedInstanceProfileActions",
            Effect: "Allow",
            Action: ["iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"],
            Resource: profiles,
            Condition: {
                StringEquals: profileTags,
                StringLike: { "aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass": "*" },
            },
        },
        {
            Sid: "AllowInstanceProfileReadActions",
            Effect: "Allow",
            Action: "iam:GetInstanceProfile",
            Resource: profiles,
        },
        {
            Sid: "AllowUnscopedInstanceProfileListAction",
            Effect: "Allow",
            Action: "iam:ListInstanceProfiles",
            Resource: "*",
        },
        {
            Sid: "AllowAPIServerEndpointDiscovery",
            Effect: "Allow",
            Action: "eks:DescribeCluster",
            Resource: `arn:${partition}:eks:${region}:${accountId}:cluster/${clusterName}`,
        },
    ];
    return policyDocument(...instances, ...roles);
}

/** Lets EventBridge and SQS itself write to the interruption queue, over TLS alone. */
export function queuePolicy(queueArn: string): PolicyDocument {
    return policyDocument(
        {
            Sid: "EventsWrite",
            Effect: "Allow",
            Principal: { Service: ["events.amazonaws.com", "sqs.amazonaws.com"] },
            Action: "sqs:SendMessage",
            Resource: queueArn,
        },
        {
            Sid: "DenyPlainHttp",
            Effect: "Deny",
            Principal: { AWS: "*" },
            Action: "sqs:*",
            Resource: queueArn,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
    );
}
