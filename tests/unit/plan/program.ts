import * as pulumi from "@pulumi/pulumi";
import * as eks from "@pulumi/eks";
import * as iam from "@pulumi/aws/iam";
import * as ec2 from "@pulumi/awsx/ec2";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { Provider } from "@pulumi/aws/provider";
import { ConfigMap, Namespace, Secret } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import { RandomPassword } from "@pulumi/random";

/** A component with one Secret and one ConfigMap, as a sandbox has. */
export class Agent extends pulumi.ComponentResource {
    constructor(name: string, token: pulumi.Input<string>, opts: pulumi.ComponentResourceOptions) {
        super("clawstack:test:Agent", name, {}, opts);
        const metadata = { namespace: "agents", labels: { "clawstack.dev/sandbox": name } };
        new Secret(name, { metadata: { ...metadata, name }, stringData: { token } }, { parent: this });
        new ConfigMap(
            name,
            { metadata: { ...metadata, name }, data: { "openclaw.json": '{"port":18789}' } },
            { parent: this, retainOnDelete: true },
        );
        this.registerOutputs({});
    }
}

/** A small program with one of everything that a plan treats apart. */
export function program(agents: number, token: pulumi.Input<string> = "xoxb-in-the-clear") {
    return (): pulumi.Inputs => {
        const aws = new Provider("aws", { region: "us-west-2" });
        const vpc = new ec2.Vpc(
            "network",
            { numberOfAvailabilityZones: 2, natGateways: { strategy: "Single" } },
            { providers: { aws } },
        );
        const cluster = new eks.Cluster(
            "cluster",
            { name: "demo", vpcId: vpc.vpcId, subnetIds: vpc.privateSubnetIds },
            { providers: { aws } },
        );
        const kubernetes = new KubernetesProvider("kubernetes", { kubeconfig: cluster.kubeconfigJson });
        const account = getCallerIdentityOutput({}, { provider: aws }).accountId;
        const role = new iam.Role(
            "gateway",
            {
                name: pulumi.interpolate`${cluster.eksCluster.name}-gateway`,
                assumeRolePolicy: pulumi.jsonStringify({ Principal: { AWS: account } }),
            },
            { provider: aws },
        );
        const namespace = new Namespace("agents", { metadata: { name: "agents" } }, { provider: kubernetes });
        const password = new RandomPassword("password", { length: 32 });
        new Release(
            "monitoring",
            {
                name: "monitoring",
                namespace: "monitoring",
                chart: "kube-prometheus-stack",
                version: "1.2.3",
                repositoryOpts: { repo: "https://charts.example.com" },
                values: { role: role.arn, password: password.result, endpoint: cluster.eksCluster.endpoint },
            },
            { provider: kubernetes },
        );
        for (let index = 0; index < agents; index++) {
            new Agent(`agent-${index}`, pulumi.secret(token), { provider: kubernetes, dependsOn: [namespace] });
        }
        return { role: role.arn, kubeconfig: cluster.kubeconfigJson, unknown: role.createDate };
    };
}
