import { expect } from "chai";
import { controllerPolicy, queuePolicy } from "../../../infra/karpenter/policies";
import { ACCOUNT, decide, type Request } from "./iam";

const region = "us-west-2";
const cluster = "clawstack-dev";
const queueArn = `arn:aws:sqs:${region}:${ACCOUNT}:${cluster}-karpenter`;
const nodeRoleArn = `arn:aws:iam::${ACCOUNT}:role/${cluster}-kata-nodes`;
const policy = controllerPolicy({
    partition: "aws",
    region,
    accountId: ACCOUNT,
    clusterName: cluster,
    queueArn,
    nodeRoleArn,
});
const ec2 = (resource: string, account = ACCOUNT, where = region) => `arn:aws:ec2:${where}:${account}:${resource}`;
const instance = ec2("instance/i-0123456789abcdef0");
const template = ec2("launch-template/lt-0123456789abcdef0");
const profile = `arn:aws:iam::${ACCOUNT}:instance-profile/${cluster}_123`;

const tags = (kind: "RequestTag" | "ResourceTag", owner: string, extra: Record<string, string> = {}) => ({
    [`aws:${kind}/kubernetes.io/cluster/${owner}`]: "owned",
    ...Object.fromEntries(Object.entries(extra).map(([key, value]) => [`aws:${kind}/${key}`, value])),
});
const launchTags = (owner: string) =>
    tags("RequestTag", owner, { "eks:eks-cluster-name": owner, "karpenter.sh/nodepool": "kata-nested" });
const ofPool = (owner: string) => tags("ResourceTag", owner, { "karpenter.sh/nodepool": "kata-nested" });
const profileTags = (kind: "RequestTag" | "ResourceTag", owner: string, where = region) =>
    tags(kind, owner, {
        "topology.kubernetes.io/region": where,
        "karpenter.k8s.aws/ec2nodeclass": "kata-nested",
        ...(kind === "RequestTag" ? { "eks:eks-cluster-name": owner } : {}),
    });

const allowed: Record<string, Request> = {
    "launches instances of this cluster": {
        action: "ec2:RunInstances",
        resource: instance,
        context: launchTags(cluster),
    },
    "starts from an image of AWS": {
        action: "ec2:RunInstances",
        resource: ec2("image/ami-0123456789abcdef0", ""),
    },
    "launches by its own templates": {
        action: "ec2:CreateFleet",
        resource: template,
        context: ofPool(cluster),
    },
    "tags what it launches": {
        action: "ec2:CreateTags",
        resource: instance,
        context: { ...launchTags(cluster), "ec2:CreateAction": "CreateFleet" },
    },
    "ends its instances": { action: "ec2:TerminateInstances", resource: instance, context: ofPool(cluster) },
    "reads the state of instances": {
        action: "ec2:DescribeInstanceStatus",
        resource: "*",
        context: { "aws:RequestedRegion": region },
    },
    "hands the nodes' role to EC2": {
        action: "iam:PassRole",
        resource: nodeRoleArn,
        context: { "iam:PassedToService": "ec2.amazonaws.com" },
    },
    "makes an instance profile": {
        action: "iam:CreateInstanceProfile",
        resource: profile,
        context: profileTags("RequestTag", cluster),
    },
    "deletes its instance profile": {
        action: "iam:DeleteInstanceProfile",
        resource: profile,
        context: profileTags("ResourceTag", cluster),
    },
    "reads its queue": { action: "sqs:ReceiveMessage", resource: queueArn },
    "finds its cluster": {
        action: "eks:DescribeCluster",
        resource: `arn:aws:eks:${region}:${ACCOUNT}:cluster/${cluster}`,
    },
};

const refused: Record<string, Request> = {
    "instances without the cluster's tag": { action: "ec2:RunInstances", resource: instance },
    "instances of another cluster": {
        action: "ec2:RunInstances",
        resource: instance,
        context: launchTags("other"),
    },
    "instances in another region": {
        action: "ec2:RunInstances",
        resource: ec2("instance/i-0123456789abcdef0", ACCOUNT, "eu-west-1"),
        context: launchTags(cluster),
    },
    "templates that someone else made": { action: "ec2:RunInstances", resource: template },
    "ending an instance of another cluster": {
        action: "ec2:TerminateInstances",
        resource: instance,
        context: ofPool("other"),
    },
    "ending a core node, which is of no pool": {
        action: "ec2:TerminateInstances",
        resource: instance,
        context: tags("ResourceTag", cluster),
    },
    "adopting an instance by tagging it": {
        action: "ec2:CreateTags",
        resource: instance,
        context: { ...launchTags(cluster), "aws:TagKeys": [`kubernetes.io/cluster/${cluster}`] },
    },
    "renaming its instance into another cluster": {
        action: "ec2:CreateTags",
        resource: instance,
        context: {
            ...ofPool(cluster),
            "aws:RequestTag/eks:eks-cluster-name": "other",
            "aws:TagKeys": ["eks:eks-cluster-name"],
        },
    },
    "another role for its nodes": {
        action: "iam:PassRole",
        resource: `arn:aws:iam::${ACCOUNT}:role/administrator`,
        context: { "iam:PassedToService": "ec2.amazonaws.com" },
    },
    "the nodes' role for another service": {
        action: "iam:PassRole",
        resource: nodeRoleArn,
        context: { "iam:PassedToService": "lambda.amazonaws.com" },
    },
    "an instance profile of another cluster": {
        action: "iam:AddRoleToInstanceProfile",
        resource: profile,
        context: profileTags("ResourceTag", "other"),
    },
    "an instance profile of another region": {
        action: "iam:DeleteInstanceProfile",
        resource: profile,
        context: profileTags("ResourceTag", cluster, "eu-west-1"),
    },
    "someone's SSM parameters": {
        action: "ssm:GetParameter",
        resource: `arn:aws:ssm:${region}:${ACCOUNT}:parameter/database/password`,
    },
    "another queue": { action: "sqs:ReceiveMessage", resource: `arn:aws:sqs:${region}:${ACCOUNT}:orders` },
};

describe("Karpenter's controller policy (evaluated by iam-simulate, not by AWS)", () => {
    for (const [what, request] of Object.entries(allowed)) {
        it(`allows: ${what}`, async () => {
            expect(await decide(request, { identity: policy })).to.equal("Allowed");
        });
    }
    for (const [what, request] of Object.entries(refused)) {
        it(`refuses: ${what}`, async () => {
            expect(await decide(request, { identity: policy })).to.equal("ImplicitlyDenied");
        });
    }

    // iam-simulate knows no ARN of a public parameter, which carries no account.
    it("names AWS's own SSM parameters alone", () => {
        const statement = policy.Statement.find(({ Action }) => Action === "ssm:GetParameter");
        expect(statement?.Resource).to.equal(`arn:aws:ssm:${region}::parameter/aws/service/*`);
    });

    it("fits an inline policy with the longest cluster name and region", () => {
        const long = "c".repeat(40);
        const document = controllerPolicy({
            partition: "aws-us-gov",
            region: "ap-southeast-1",
            accountId: ACCOUNT,
            clusterName: long,
            queueArn: queueArn.replace(cluster, long),
            nodeRoleArn: nodeRoleArn.replace(cluster, long),
        });
        // IAM's limit for all inline policies of a role, white space not counted.
        expect(JSON.stringify(document).length).to.be.below(10_240);
    });
});

describe("the interruption queue's policy (evaluated by iam-simulate, not by AWS)", () => {
    const send = (principal: string, secure: string): Request => ({
        action: "sqs:SendMessage",
        resource: queueArn,
        principal,
        context: { "aws:SecureTransport": secure },
    });
    const resource = queuePolicy(queueArn);

    it("lets EventBridge write", async () => {
        expect(await decide(send("events.amazonaws.com", "true"), { resource })).to.equal("Allowed");
    });
    it("refuses another service", async () => {
        expect(await decide(send("sns.amazonaws.com", "true"), { resource })).to.equal("ImplicitlyDenied");
    });
    it("refuses plain HTTP", async () => {
        expect(await decide(send(`arn:aws:iam::${ACCOUNT}:role/caller`, "false"), { resource })).to.equal(
            "ExplicitlyDenied",
        );
    });
});
