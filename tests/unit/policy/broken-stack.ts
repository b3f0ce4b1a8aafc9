import { Instance as Ec2Instance, LaunchTemplate } from "@pulumi/aws/ec2";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import { Provider } from "@pulumi/aws/provider";
import { Instance } from "@pulumi/aws/rds";
import { Queue } from "@pulumi/aws/sqs";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Namespace } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as eks from "@pulumi/eks";

/** For each resource below, the rules that it breaks. */
export const brokenRules: Readonly<Record<string, readonly string[]>> = {
    aws: ["default-tags"],
    cluster: ["no-public-endpoint", "encryption-at-rest", "kubernetes-support"],
    "open-door": ["no-public-endpoint"],
    everything: ["no-iam-wildcard"],
    inbox: ["encryption-at-rest"],
    database: ["no-public-endpoint", "encryption-at-rest", "deletion-protection"],
    "unheld-host": ["agent-in-sandbox"],
    nodes: ["imdsv2-hop-limit-1", "encryption-at-rest", "no-plain-secret"],
    wild: ["default-deny", "restricted-pods"],
    settings: ["no-plain-secret"],
    agent: ["no-plain-secret", "restricted-pods", "pinned-images", "resource-limits", "disruption-budget"],
    chart: ["pinned-images"],
    karpenter: ["supported-versions"],
};

/** A program that breaks every rule. */
export function brokenStack(): void {
    const aws = { provider: new Provider("aws", { region: "us-west-2" }) };
    const cluster = new eks.Cluster(
        "cluster",
        { name: "cluster", version: "1.33", endpointPublicAccess: true },
        { providers: { aws: aws.provider } },
    );
    new SecurityGroupIngressRule(
        "open-door",
        { securityGroupId: "sg-0123456789abcdef0", cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 22, toPort: 22 },
        aws,
    );
    const role = new Role("role", { assumeRolePolicy: JSON.stringify({ Statement: [] }) }, aws);
    const everything = { Effect: "Allow", Action: "*", Resource: "*" };
    new RolePolicy("everything", { role: role.name, policy: JSON.stringify({ Statement: [everything] }) }, aws);
    new Queue("inbox", {}, aws);
    new Instance(
        "database",
        { instanceClass: "db.t4g.micro", publiclyAccessible: true, storageEncrypted: false, skipFinalSnapshot: true },
        aws,
    );
    new Ec2Instance(
        "unheld-host",
        {
            instanceType: "m7i.large",
            ami: "ami-0123456789abcdef0",
            metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
            rootBlockDevice: { encrypted: true },
            tags: { Sandbox: "none" },
        },
        aws,
    );
    new LaunchTemplate(
        "nodes",
        {
            metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 2 },
            blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 20 } }],
            userData: Buffer.from("export SLACK_BOT_TOKEN=xoxb-0123456789").toString("base64"),
        },
        aws,
    );

    const kubernetes = { provider: new KubernetesProvider("kubernetes", { kubeconfig: cluster.kubeconfigJson }) };
    const namespace = "wild";
    new Namespace("wild", { metadata: { name: namespace } }, kubernetes);
    new ConfigMap(
        "settings",
        { metadata: { name: "settings", namespace }, data: { "slack.json": '{"token": "xoxb-0123456789"}' } },
        kubernetes,
    );
    const labels = { app: "agent" };
    new Deployment(
        "agent",
        {
            metadata: { name: "agent", namespace },
            spec: {
                replicas: 2,
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels },
                    spec: {
                        containers: [
                            {
                                name: "agent",
                                image: "ghcr.io/example/agent:latest",
                                env: [{ name: "SLACK_BOT_TOKEN", value: "not a secret any more" }],
                                securityContext: { privileged: true },
                            },
                        ],
                    },
                },
            },
        },
        kubernetes,
    );
    const karpenter = { chart: "oci://public.ecr.aws/karpenter/karpenter", version: "1.8.0" };
    new Release("karpenter", { ...karpenter, namespace }, kubernetes);
    new Release("chart", { chart: "oci://ghcr.io/example/chart", namespace }, kubernetes);
}
