import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Key } from "@pulumi/aws/kms";
import * as eks from "@pulumi/eks";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterConfig } from "../config";
import { ClusterAddons } from "./addons";
import { CoreNodes } from "./core-nodes";
import type { Network } from "./network";

export interface EksClusterArgs {
    readonly config: ClusterConfig;
    readonly network: Network;
    /** Tags of the volumes that are made for claims. */
    readonly volumeTags: Readonly<Record<string, string>>;
}

/** All five logs of the control plane; `audit` says who did what. */
const controlPlaneLogs = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** Access entries that make IAM principals cluster administrators. */
export function adminEntries(arns: readonly string[]): Record<string, eks.types.input.AccessEntryArgs> {
    return Object.fromEntries(
        arns.map((principalArn) => {
            // Account and path too: two accounts may have a role of the same name.
            const [, , , , account, principal] = principalArn.split(":");
            return [
                `${account}-${principal}`,
                {
                    principalArn,
                    accessPolicies: {
                        admin: {
                            policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                            accessScope: { type: "cluster" },
                        },
                    },
                },
            ];
        }),
    );
}

/** EKS with API authentication, encrypted secrets, all logs, its add-ons, and nodes for the platform's own workloads. */
export class EksCluster extends pulumi.ComponentResource {
    /** Name, known once the cluster is there. */
    readonly name: pulumi.Output<string>;
    readonly endpoint: pulumi.Output<string>;
    /** JSON kubeconfig that signs in with `aws eks get-token`; a secret. */
    readonly kubeconfig: pulumi.Output<string>;
    readonly provider: KubernetesProvider;
    /**
     * For what may be there already, as it was kept when it left the stack: volumes of agents and their namespaces. The
     * other one refuses to touch an object that it did not make.
     */
    readonly adoptingProvider: KubernetesProvider;
    /** Security group of the control plane and all nodes, made by EKS. */
    readonly securityGroupId: pulumi.Output<string>;
    /** Name as configured, for names and policies that must be known early. */
    readonly configuredName: string;

    constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:EksCluster", name, {}, opts);
        const { config, network } = args;
        const inside = { parent: this };
        this.configuredName = config.name;

        const secretsKey = new Key(
            `${name}-secrets`,
            {
                description: `Envelope encryption of Kubernetes secrets in ${config.name}`,
                enableKeyRotation: true,
                deletionWindowInDays: 30,
                tags: { Name: `${config.name}-secrets` },
            },
            inside,
        );
        // EKS would make this log group itself, and keep what is in it for ever.
        const logs = new LogGroup(
            `${name}-logs`,
            { name: `/aws/eks/${config.name}/cluster`, retentionInDays: config.logRetentionDays },
            inside,
        );
        const cluster = new eks.Cluster(
            config.name,
            {
                name: config.name,
                version: config.kubernetesVersion,
                vpcId: network.vpcId,
                privateSubnetIds: network.privateSubnetIds,
                publicSubnetIds: network.publicSubnetIds,
                authenticationMode: eks.AuthenticationMode.Api,
                accessEntries: adminEntries(config.admins),
                endpointPrivateAccess: true,
                endpointPublicAccess: config.endpoint.publicAccess,
                publicAccessCidrs: config.endpoint.publicAccess ? config.endpoint.allowedCidrs : undefined,
                kubernetesServiceIpAddressRange: config.serviceCidr,
                enabledClusterLogTypes: controlPlaneLogs,
                encryptionConfigKeyArn: secretsKey.arn,
                deletionProtection: config.deletionProtection,
                // A version that leaves standard support is upgraded, not billed six times the price.
                upgradePolicy: { supportType: "STANDARD" },
                skipDefaultNodeGroup: true,
                skipDefaultSecurityGroups: true,
                createInstanceRole: false,
                storageClasses: {},
                // NetworkPolicies are enforced by the CNI's own agent.
                vpcCniOptions: { enableNetworkPolicy: true },
            },
            // Nodes reach AWS through the network's NAT gateways, to the last one's end.
            { ...inside, dependsOn: [logs, network] },
        );
        this.name = cluster.eksCluster.name;
        this.endpoint = cluster.eksCluster.endpoint;
        this.securityGroupId = cluster.clusterSecurityGroupId;
        this.kubeconfig = pulumi.secret(cluster.kubeconfigJson);

        const coreNodes = new CoreNodes(
            `${name}-core`,
            {
                clusterName: config.name,
                cluster: this.name,
                config: config.coreNodes,
                kubernetesVersion: config.kubernetesVersion,
                subnetIds: network.privateSubnetIds,
            },
            // After the CNI, so that no pod starts before network policies are enforced.
            { ...inside, dependsOn: cluster },
        );
        const addons = new ClusterAddons(
            `${name}-addons`,
            {
                clusterName: config.name,
                cluster: this.name,
                kubernetesVersion: config.kubernetesVersion,
                volumeTags: args.volumeTags,
            },
            { ...inside, dependsOn: coreNodes },
        );
        const access = { kubeconfig: this.kubeconfig, enableServerSideApply: true };
        // Nothing of Kubernetes is made before nodes and volumes are there, or after they are gone.
        const last = { ...inside, dependsOn: [coreNodes, addons] };
        this.provider = new KubernetesProvider(`${name}-kubernetes`, access, last);
        this.adoptingProvider = new KubernetesProvider(
            `${name}-kubernetes-adopting`,
            { ...access, upsertExistingObjects: true },
            last,
        );
        this.registerOutputs({ name: this.name, endpoint: this.endpoint });
    }
}
