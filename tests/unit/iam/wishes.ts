import { ACCOUNT, type Request } from "../infra/iam";

const region = "us-west-2";
const arn = (service: string, resource: string, account = ACCOUNT) =>
    `arn:aws:${service}:${region}:${account}:${resource}`;
const role = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;

/** What somebody would try with stolen credentials of any role of the platform. No role is allowed one of these. */
export const wishes: Readonly<Record<string, Request>> = {
    "reads customers' files in S3": { action: "s3:GetObject", resource: "arn:aws:s3:::customers/list.csv" },
    "lists all buckets": { action: "s3:ListAllMyBuckets", resource: "*" },
    "reads a secret": {
        action: "secretsmanager:GetSecretValue",
        resource: arn("secretsmanager", "secret:slack/dev-AbCdEf"),
    },
    "reads a parameter": { action: "ssm:GetParameter", resource: arn("ssm", "parameter/database/password") },
    "decrypts with a key": { action: "kms:Decrypt", resource: arn("kms", "key/0a1b2c3d-0000-0000-0000-000000000000") },
    "reads a table": { action: "dynamodb:Scan", resource: arn("dynamodb", "table/orders") },
    "becomes an administrator": { action: "sts:AssumeRole", resource: role("administrator") },
    "becomes a role of another account": { action: "sts:AssumeRole", resource: role("administrator", "210987654321") },
    "hands an administrator's role to an instance": {
        action: "iam:PassRole",
        resource: role("administrator"),
        context: { "iam:PassedToService": "ec2.amazonaws.com" },
    },
    "hands an administrator's role to a function": {
        action: "iam:PassRole",
        resource: role("administrator"),
        context: { "iam:PassedToService": "lambda.amazonaws.com" },
    },
    "makes a user": { action: "iam:CreateUser", resource: `arn:aws:iam::${ACCOUNT}:user/backdoor` },
    "makes an access key": { action: "iam:CreateAccessKey", resource: `arn:aws:iam::${ACCOUNT}:user/alice` },
    "makes a role": { action: "iam:CreateRole", resource: role("backdoor") },
    "widens a role": { action: "iam:PutRolePolicy", resource: role("clawstack-dev-karpenter") },
    "attaches a policy to a role": {
        action: "iam:AttachRolePolicy",
        resource: role("clawstack-dev-karpenter"),
        context: { "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess" },
    },
    "opens a role to others": { action: "iam:UpdateAssumeRolePolicy", resource: role("administrator") },
    "invokes a model that nobody configured": {
        action: "bedrock:InvokeModel",
        resource: `arn:aws:bedrock:${region}::foundation-model/anthropic.claude-opus-4-1-v1:0`,
    },
    "launches an instance without tags": {
        action: "ec2:RunInstances",
        resource: arn("ec2", "instance/i-0123456789abcdef0"),
    },
    "ends an instance that carries no tag": {
        action: "ec2:TerminateInstances",
        resource: arn("ec2", "instance/i-0123456789abcdef0"),
    },
    "opens a security group": {
        action: "ec2:AuthorizeSecurityGroupIngress",
        resource: arn("ec2", "security-group/sg-0123456789abcdef0"),
    },
    "deletes a volume of somebody else": {
        action: "ec2:DeleteVolume",
        resource: arn("ec2", "volume/vol-0123456789abcdef0"),
    },
    "gives a snapshot to another account": {
        action: "ec2:ModifySnapshotAttribute",
        resource: `arn:aws:ec2:${region}::snapshot/snap-0123456789abcdef0`,
    },
    "makes itself a cluster administrator": {
        action: "eks:CreateAccessEntry",
        resource: arn("eks", "cluster/clawstack-dev"),
    },
    "gives a pod another role": {
        action: "eks:CreatePodIdentityAssociation",
        resource: arn("eks", "cluster/clawstack-dev"),
    },
    "deletes the cluster": { action: "eks:DeleteCluster", resource: arn("eks", "cluster/clawstack-dev") },
    "deletes the database": { action: "rds:DeleteDBInstance", resource: arn("rds", "db:clawstack-prod-litellm") },
    "runs a function": { action: "lambda:InvokeFunction", resource: arn("lambda", "function:billing") },
    "sends commands to instances": { action: "ssm:SendCommand", resource: arn("ec2", "instance/i-0123456789abcdef0") },
    "stops the audit log": { action: "cloudtrail:StopLogging", resource: arn("cloudtrail", "trail/main") },
    "deletes the flow logs": {
        action: "logs:DeleteLogGroup",
        resource: arn("logs", "log-group:/clawstack/clawstack-dev/vpc-flow-logs"),
    },
};
