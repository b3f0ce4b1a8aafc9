import { awsOutputs, awsInvoke, type AwsContext } from "./aws";
import { resourceWire, reveal, secretWire, type Wire, type WireObject } from "./values";

/** A resource that the program registers. */
export interface Registration {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** Inputs without the marks of secrets. */
    readonly inputs: WireObject;
    /** Declares a resource that the component makes in its own process; what the program reads of it. */
    declareChild(type: string, name: string, inputs: WireObject): { urn: string; id: string };
}

/** What a provider would answer. */
export interface Answer {
    readonly id: string;
    readonly outputs: WireObject;
}

const byName = (name: string) => `<${name}>`;

function object(value: Wire | undefined): WireObject {
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as WireObject) : {};
}

/** awsx.ec2.Vpc: ids of the subnets that its strategy makes, one a zone. */
function vpc({ name, inputs, declareChild }: Registration): Answer {
    const zones = Number(inputs["numberOfAvailabilityZones"] ?? 3);
    const subnets = (kind: string) =>
        Array.from({ length: zones }, (_, index) => `subnet-<${name} ${kind} ${index + 1}>`);
    const child = declareChild("aws:ec2/vpc:Vpc", name, { cidrBlock: inputs["cidrBlock"] ?? "10.0.0.0/16" });
    return {
        id: child.id,
        outputs: {
            vpcId: child.id,
            vpc: resourceWire(child.urn, child.id),
            privateSubnetIds: subnets("private"),
            publicSubnetIds: subnets("public"),
            isolatedSubnetIds: [],
            routeTables: ["private", "public"].flatMap((kind) =>
                subnets(kind).map((_, index) => {
                    const table = declareChild("aws:ec2/routeTable:RouteTable", `${name}-${kind}-${index + 1}`, {
                        vpcId: child.id,
                    });
                    return resourceWire(table.urn, table.id);
                }),
            ),
        },
    };
}

/** Inputs of the cluster that eks.Cluster makes of its own. */
function clusterInputs(name: string, inputs: WireObject): WireObject {
    const { version, enabledClusterLogTypes, encryptionConfigKeyArn, deletionProtection, upgradePolicy } = inputs;
    const given = { version, enabledClusterLogTypes, deletionProtection, upgradePolicy };
    return {
        name,
        ...Object.fromEntries(Object.entries(given).filter((entry): entry is [string, Wire] => entry[1] !== undefined)),
        vpcConfig: {
            endpointPrivateAccess: inputs["endpointPrivateAccess"] ?? false,
            endpointPublicAccess: inputs["endpointPublicAccess"] ?? true,
            ...(inputs["publicAccessCidrs"] ? { publicAccessCidrs: inputs["publicAccessCidrs"] } : {}),
        },
        ...(encryptionConfigKeyArn
            ? { encryptionConfig: { provider: { keyArn: encryptionConfigKeyArn }, resources: ["secrets"] } }
            : {}),
    };
}

/** eks.Cluster: the cluster, its security groups, and a kubeconfig that signs in as `aws eks get-token` does. */
function eksCluster({ name, inputs, declareChild }: Registration, { region }: AwsContext): Answer {
    const clusterName = typeof inputs["name"] === "string" ? inputs["name"] : `${name}-xxxxxxx`;
    const cluster = declareChild("aws:eks/cluster:Cluster", clusterName, clusterInputs(clusterName, inputs));
    const { endpoint, certificateAuthority, arn, vpcConfig } = awsOutputs(
        "aws:eks/cluster:Cluster",
        clusterName,
        { name: clusterName },
        { region },
    ).outputs;
    const nodeGroup = declareChild("aws:ec2/securityGroup:SecurityGroup", `${clusterName}-nodes`, {});
    const kubeconfig = {
        apiVersion: "v1",
        kind: "Config",
        clusters: [
            {
                name: clusterName,
                cluster: {
                    server: endpoint ?? "",
                    "certificate-authority-data": object(certificateAuthority)["data"] ?? "",
                },
            },
        ],
        contexts: [{ name: clusterName, context: { cluster: clusterName, user: clusterName } }],
        "current-context": clusterName,
        users: [
            {
                name: clusterName,
                user: {
                    exec: {
                        apiVersion: "client.authentication.k8s.io/v1beta1",
                        command: "aws",
                        args: ["eks", "get-token", "--cluster-name", clusterName, "--region", region],
                    },
                },
            },
        ],
    };
    const issuer = `oidc.eks.${region}.amazonaws.com/id/${byName(clusterName)}`;
    return {
        id: clusterName,
        outputs: {
            eksCluster: resourceWire(cluster.urn, cluster.id),
            core: {
                cluster: resourceWire(cluster.urn, cluster.id),
                endpoint: endpoint ?? "",
                clusterName,
                vpcId: inputs["vpcId"] ?? "",
                subnetIds: inputs["subnetIds"] ?? [],
            },
            clusterSecurityGroupId: object(vpcConfig)["clusterSecurityGroupId"] ?? "",
            nodeSecurityGroup: resourceWire(nodeGroup.urn, nodeGroup.id),
            nodeSecurityGroupId: nodeGroup.id,
            kubeconfig: secretWire(kubeconfig),
            kubeconfigJson: secretWire(JSON.stringify(kubeconfig)),
            oidcIssuer: issuer,
            oidcProviderUrl: `https://${issuer}`,
            arn: arn ?? "",
        },
    };
}

/** Resources of @pulumi/random: passwords are secrets, the rest stands by name. */
function random({ type, name, inputs }: Registration): Answer {
    if (type === "random:index/randomPassword:RandomPassword") {
        return {
            id: "none",
            outputs: { ...inputs, result: secretWire("[secret]"), bcryptHash: secretWire("[secret]") },
        };
    }
    const value = `<random ${name}>`;
    const outputs = { result: value, id: value, hex: value, b64Url: value, b64Std: value, dec: value };
    return { id: value, outputs: { ...inputs, ...outputs } };
}

/** Kubernetes objects: Pulumi makes up a name where a program gives none. */
function kubernetes({ type, name, inputs }: Registration): Answer {
    if (type === "kubernetes:helm.sh/v3:Release") {
        const release = typeof inputs["name"] === "string" ? inputs["name"] : `${name}-xxxxxxxx`;
        const namespace = typeof inputs["namespace"] === "string" ? inputs["namespace"] : "default";
        const status = { name: release, namespace, status: "deployed", revision: 1, version: inputs["version"] ?? "" };
        return {
            id: `${namespace}/${release}`,
            outputs: { ...inputs, name: release, namespace, status, resourceNames: {} },
        };
    }
    const metadata = object(inputs["metadata"]);
    const objectName = typeof metadata["name"] === "string" ? metadata["name"] : `${name}-xxxxxxxx`;
    const namespace = typeof metadata["namespace"] === "string" ? metadata["namespace"] : "default";
    return {
        id: `${namespace}/${objectName}`,
        outputs: { ...inputs, metadata: { ...metadata, name: objectName, namespace, uid: `<${objectName} uid>` } },
    };
}

/** Id and outputs of a resource that is yet to be created; what is not told here is unknown to the program. */
export function predict(registration: Registration, context: AwsContext): Answer {
    const { type, name, inputs } = registration;
    if (type === "awsx:ec2:Vpc") return vpc(registration);
    if (type === "eks:index:Cluster") return eksCluster(registration, context);
    if (type.startsWith("pulumi:providers:")) return { id: byName(name), outputs: inputs };
    if (type.startsWith("aws:")) return awsOutputs(type, name, inputs, context);
    if (type.startsWith("random:")) return random(registration);
    if (type.startsWith("kubernetes:")) return kubernetes(registration);
    return { id: `<${name} id>`, outputs: inputs };
}

/** The answer of a data source; undefined: unknown before an apply. */
export function answerInvoke(token: string, args: WireObject, context: AwsContext): WireObject | undefined {
    return token.startsWith("aws:") ? awsInvoke(token, reveal(args) as WireObject, context) : undefined;
}
