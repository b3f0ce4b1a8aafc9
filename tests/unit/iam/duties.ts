import { ACCOUNT, type Request } from "../infra/iam";

/** What a role is for, and what it must not do beside the wishes that no role is granted. */
export interface Duties {
    /** Stacks that have the role. Default: those on EKS. */
    readonly stacks?: readonly string[];
    /** Who may take the role: a service, with the tags or the account that it comes with. */
    readonly takenBy: { readonly service: string; readonly context?: Readonly<Record<string, string>> };
    readonly may: Readonly<Record<string, Request>>;
    readonly mayNot?: Readonly<Record<string, Request>>;
}

const region = "us-west-2";
const arn = (service: string, resource: string, account = ACCOUNT) =>
    `arn:aws:${service}:${region}:${account}:${resource}`;
const ec2 = { service: "ec2.amazonaws.com" };
const pod = (cluster: string, namespace: string, serviceAccount: string) => ({
    service: "pods.eks.amazonaws.com",
    context: {
        "aws:RequestTag/eks-cluster-name": cluster,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
    },
});
const instance = arn("ec2", "instance/i-0123456789abcdef0");
const volume = arn("ec2", "volume/vol-0123456789abcdef0");
const snapshot = `arn:aws:ec2:${region}::snapshot/snap-0123456789abcdef0`;
const resourceTag = { "ec2:ResourceTag/ebs.csi.aws.com/cluster": "true" };
const requestTag = { "aws:RequestTag/ebs.csi.aws.com/cluster": "true" };

const node: Omit<Duties, "takenBy"> = {
    may: {
        "finds its cluster": { action: "eks:DescribeCluster", resource: arn("eks", "cluster/clawstack-dev") },
        "signs in to the registry": { action: "ecr:GetAuthorizationToken", resource: "*" },
        "pulls an image": { action: "ecr:BatchGetImage", resource: arn("ecr", "repository/agents") },
        "gives pods addresses": {
            action: "ec2:AssignPrivateIpAddresses",
            resource: arn("ec2", "network-interface/eni-0123456789abcdef0"),
        },
        "registers with Session Manager": { action: "ssm:UpdateInstanceInformation", resource: instance },
        "opens a session": { action: "ssmmessages:OpenDataChannel", resource: "*" },
    },
    mayNot: {
        "pushes an image": { action: "ecr:PutImage", resource: arn("ecr", "repository/agents") },
        "invokes a model": {
            action: "bedrock:InvokeModel",
            resource: `arn:aws:bedrock:${region}::foundation-model/anthropic.claude-opus-4-6-v1`,
        },
        "launches instances": { action: "ec2:RunInstances", resource: instance },
        "tags an instance": { action: "ec2:CreateTags", resource: instance },
    },
};

/** Karpenter's and LiteLLM's policies have tests of their own, with every statement; here is what they are for. */
export function duties(cluster: string): Readonly<Record<string, Duties>> {
    const clusterTag = `kubernetes.io/cluster/${cluster}`;
    const launched = {
        [`aws:RequestTag/${clusterTag}`]: "owned",
        "aws:RequestTag/eks:eks-cluster-name": cluster,
        "aws:RequestTag/karpenter.sh/nodepool": "kata-nested",
    };
    const ofPool = (owner: string) => ({
        [`aws:ResourceTag/kubernetes.io/cluster/${owner}`]: "owned",
        "aws:ResourceTag/karpenter.sh/nodepool": "kata-nested",
    });
    const profile = (model: string) => arn("bedrock", `inference-profile/us.anthropic.${model}`);
    const backups = `arn:aws:s3:::${cluster}-postgres-xxxxxxx`;
    const flowLogs = arn("logs", `log-group:/clawstack/${cluster}/vpc-flow-logs`);
    return {
        "litellm-pod-identity": {
            takenBy: pod(cluster, "litellm", "litellm"),
            may: {
                "invokes its model": { action: "bedrock:InvokeModel", resource: profile("claude-opus-4-6-v1") },
                "streams its answer": {
                    action: "bedrock:InvokeModelWithResponseStream",
                    resource: profile("claude-opus-4-6-v1"),
                },
            },
            mayNot: {
                "invokes another profile": {
                    action: "bedrock:InvokeModel",
                    resource: profile("claude-opus-4-1-20250805-v1:0"),
                },
                "asks for access to models": { action: "bedrock:PutFoundationModelEntitlement", resource: "*" },
                "reads what others asked": {
                    action: "bedrock:GetModelInvocationLoggingConfiguration",
                    resource: "*",
                },
            },
        },
        karpenter: {
            takenBy: pod(cluster, "karpenter", "karpenter"),
            may: {
                "launches nodes of this cluster": { action: "ec2:RunInstances", resource: instance, context: launched },
                "ends them": { action: "ec2:TerminateInstances", resource: instance, context: ofPool(cluster) },
                "hands them the nodes' role": {
                    action: "iam:PassRole",
                    resource: `arn:aws:iam::${ACCOUNT}:role/${cluster}-kata-nodes`,
                    context: { "iam:PassedToService": "ec2.amazonaws.com" },
                },
                "reads its queue": { action: "sqs:ReceiveMessage", resource: arn("sqs", `${cluster}-karpenter`) },
            },
            mayNot: {
                "ends nodes of another cluster": {
                    action: "ec2:TerminateInstances",
                    resource: instance,
                    context: ofPool("other"),
                },
                "launches nodes for another cluster": {
                    action: "ec2:RunInstances",
                    resource: instance,
                    context: { ...launched, [`aws:RequestTag/${clusterTag}`]: "shared" },
                },
                "hands out LiteLLM's role": {
                    action: "iam:PassRole",
                    resource: `arn:aws:iam::${ACCOUNT}:role/${cluster}-litellm-pod-identity`,
                    context: { "iam:PassedToService": "ec2.amazonaws.com" },
                },
            },
        },
        "core-nodes": { takenBy: ec2, ...node },
        "kata-nodes": { takenBy: ec2, ...node },
        "ebs-csi": {
            takenBy: pod(cluster, "kube-system", "ebs-csi-controller-sa"),
            may: {
                "makes a volume": { action: "ec2:CreateVolume", resource: volume, context: requestTag },
                "attaches it": { action: "ec2:AttachVolume", resource: volume, context: resourceTag },
                "attaches it to a node": { action: "ec2:AttachVolume", resource: instance },
                "grows it": { action: "ec2:ModifyVolume", resource: volume, context: resourceTag },
                "deletes it": { action: "ec2:DeleteVolume", resource: volume, context: resourceTag },
                "takes a snapshot": { action: "ec2:CreateSnapshot", resource: snapshot, context: requestTag },
                "takes it of its volume": { action: "ec2:CreateSnapshot", resource: volume, context: resourceTag },
                "restores a snapshot": { action: "ec2:CreateVolume", resource: snapshot, context: resourceTag },
            },
            mayNot: {
                "attaches a volume that is not Kubernetes'": { action: "ec2:AttachVolume", resource: volume },
                "takes a snapshot of a volume that is not Kubernetes'": {
                    action: "ec2:CreateSnapshot",
                    resource: volume,
                },
                "makes a volume of a snapshot that is not Kubernetes'": {
                    action: "ec2:CreateVolume",
                    resource: snapshot,
                },
                "claims a volume by tagging it": {
                    action: "ec2:CreateTags",
                    resource: volume,
                    context: { "aws:TagKeys": ["ebs.csi.aws.com/cluster"] },
                },
            },
        },
        "postgres-backup": {
            // On RDS the database backs up by itself.
            stacks: ["dev"],
            takenBy: pod(cluster, "litellm", "litellm-postgres"),
            may: {
                "writes a backup": { action: "s3:PutObject", resource: `${backups}/base/1/data.tar.gz` },
                "reads a backup": { action: "s3:GetObject", resource: `${backups}/base/1/data.tar.gz` },
                "finds backups": { action: "s3:ListBucket", resource: backups },
                "deletes old ones": { action: "s3:DeleteObject", resource: `${backups}/base/1/data.tar.gz` },
            },
            mayNot: {
                "reads another bucket whose name starts alike": {
                    action: "s3:GetObject",
                    resource: `${backups}-archive/base`,
                },
                "deletes the bucket": { action: "s3:DeleteBucket", resource: backups },
                "opens the bucket": { action: "s3:PutBucketPolicy", resource: backups },
                "lets old backups go": { action: "s3:PutLifecycleConfiguration", resource: backups },
            },
        },
        "volume-backups": {
            takenBy: { service: "backup.amazonaws.com" },
            may: {
                "takes a snapshot of a volume of the cluster": {
                    action: "ec2:CreateSnapshot",
                    resource: volume,
                    context: { "aws:ResourceTag/clawstack.dev/cluster": cluster },
                },
                "makes the snapshot": { action: "ec2:CreateSnapshot", resource: snapshot },
                "tags it": { action: "ec2:CreateTags", resource: snapshot },
                "deletes one that has expired": {
                    action: "ec2:DeleteSnapshot",
                    resource: snapshot,
                    context: { "aws:ResourceTag/aws:backup:source-resource": volume },
                },
                "finds volumes by tags": { action: "tag:GetResources", resource: "*" },
            },
            mayNot: {
                "takes a snapshot of another cluster's volume": {
                    action: "ec2:CreateSnapshot",
                    resource: volume,
                    context: { "aws:ResourceTag/clawstack.dev/cluster": "other" },
                },
                "deletes a snapshot that somebody else took": { action: "ec2:DeleteSnapshot", resource: snapshot },
                "makes a volume of a snapshot": { action: "ec2:CreateVolume", resource: snapshot },
                "deletes a volume": { action: "ec2:DeleteVolume", resource: volume },
                "empties the vault": {
                    action: "backup:DeleteRecoveryPoint",
                    resource: arn("backup", "recovery-point:0a1b2c3d-0000-0000-0000-000000000000"),
                },
            },
        },
        instance: {
            stacks: ["host"],
            takenBy: ec2,
            may: {
                "invokes its model": { action: "bedrock:InvokeModel", resource: profile("claude-opus-4-6-v1") },
                "reads its own secrets": {
                    action: "ssm:GetParameters",
                    resource: arn("ssm", `parameter/clawstack/${cluster}/LITELLM_MASTER_KEY`),
                },
                "says how it is": {
                    action: "ssm:PutParameter",
                    resource: arn("ssm", `parameter/clawstack/${cluster}/state`),
                },
                "registers with Session Manager": { action: "ssm:UpdateInstanceInformation", resource: instance },
                "opens a session": { action: "ssmmessages:OpenDataChannel", resource: "*" },
            },
            mayNot: {
                "reads the secrets of another host": {
                    action: "ssm:GetParameters",
                    resource: arn("ssm", "parameter/clawstack/other/LITELLM_MASTER_KEY"),
                },
                "changes its own secrets": {
                    action: "ssm:PutParameter",
                    resource: arn("ssm", `parameter/clawstack/${cluster}/LITELLM_MASTER_KEY`),
                },
                "invokes another profile": {
                    action: "bedrock:InvokeModel",
                    resource: profile("claude-opus-4-1-20250805-v1:0"),
                },
                "takes another volume": { action: "ec2:AttachVolume", resource: volume },
            },
        },
        "flow-logs": {
            takenBy: { service: "vpc-flow-logs.amazonaws.com", context: { "aws:SourceAccount": ACCOUNT } },
            may: {
                "opens a stream": { action: "logs:CreateLogStream", resource: `${flowLogs}:log-stream:eni-1` },
                "writes flows": { action: "logs:PutLogEvents", resource: `${flowLogs}:log-stream:eni-1` },
            },
            mayNot: {
                "reads flows": { action: "logs:GetLogEvents", resource: `${flowLogs}:log-stream:eni-1` },
                "writes into another log": {
                    action: "logs:PutLogEvents",
                    resource: arn("logs", `log-group:/aws/eks/${cluster}/cluster:log-stream:audit`),
                },
            },
        },
    };
}
