import type { Wire, WireObject } from "./values";
import { secretWire } from "./values";

/**
 * What AWS would answer, as far as it can be told before anything exists. Values that AWS makes up stand in angle
 * brackets; ARNs are complete, in the account below, so that policies made of them can be read and evaluated.
 */

/** Stands for the account that a stack is deployed to. */
export const ACCOUNT = "123456789012";

export interface AwsContext {
    readonly region: string;
}

interface AwsType {
    /** Service in an ARN. */
    readonly service: string;
    /** Resource part of an ARN, from name and id. */
    readonly resource: (name: string, id: string) => string;
    /** Prefix of ids that AWS makes up; absent: the id is the name. */
    readonly idPrefix?: string;
    /** Input that holds the physical name. Default: `name`. */
    readonly nameKey?: string;
    /** ARN without region, or without region and account. */
    readonly global?: "account" | "none";
    readonly outputs?: (of: {
        name: string;
        id: string;
        arn: string;
        inputs: WireObject;
        context: AwsContext;
    }) => WireObject;
}

const ec2 = (resource: string, idPrefix: string, outputs?: AwsType["outputs"]): AwsType => ({
    service: "ec2",
    resource: (_name, id) => `${resource}/${id}`,
    idPrefix,
    outputs,
});

const types: Readonly<Record<string, AwsType>> = {
    "aws:iam/role:Role": {
        service: "iam",
        resource: (name) => `role/${name}`,
        global: "account",
        outputs: ({ name }) => ({ uniqueId: `<${name} unique id>` }),
    },
    "aws:iam/policy:Policy": { service: "iam", resource: (name) => `policy/${name}`, global: "account" },
    "aws:iam/instanceProfile:InstanceProfile": {
        service: "iam",
        resource: (name) => `instance-profile/${name}`,
        global: "account",
    },
    "aws:sqs/queue:Queue": {
        service: "sqs",
        resource: (name) => name,
        outputs: ({ name, context }) => ({ url: `https://sqs.${context.region}.amazonaws.com/${ACCOUNT}/${name}` }),
    },
    "aws:sns/topic:Topic": { service: "sns", resource: (name) => name },
    "aws:cloudwatch/eventRule:EventRule": { service: "events", resource: (name) => `rule/${name}` },
    "aws:cloudwatch/logGroup:LogGroup": { service: "logs", resource: (name) => `log-group:${name}` },
    "aws:kms/key:Key": {
        service: "kms",
        resource: (_name, id) => `key/${id}`,
        idPrefix: "key-",
        outputs: ({ id }) => ({ keyId: id }),
    },
    "aws:kms/alias:Alias": { service: "kms", resource: (name) => name },
    "aws:s3/bucket:Bucket": {
        service: "s3",
        resource: (name) => name,
        nameKey: "bucket",
        global: "none",
        outputs: ({ name, context }) => ({ bucketRegionalDomainName: `${name}.s3.${context.region}.amazonaws.com` }),
    },
    "aws:secretsmanager/secret:Secret": { service: "secretsmanager", resource: (name) => `secret:${name}-<suffix>` },
    "aws:ssm/parameter:Parameter": {
        service: "ssm",
        resource: (name) => `parameter/${name.replace(/^\//, "")}`,
        outputs: () => ({ version: 1 }),
    },
    "aws:ec2/vpc:Vpc": ec2("vpc", "vpc-", ({ name }) => ({
        defaultSecurityGroupId: `sg-<${name} default>`,
        mainRouteTableId: `rtb-<${name} main>`,
    })),
    "aws:ec2/subnet:Subnet": ec2("subnet", "subnet-"),
    "aws:ec2/securityGroup:SecurityGroup": ec2("security-group", "sg-"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ec2("vpc-endpoint", "vpce-"),
    "aws:ec2/flowLog:FlowLog": ec2("vpc-flow-log", "fl-"),
    "aws:ec2/instance:Instance": ec2("instance", "i-", ({ name }) => ({ privateIp: `<${name} private address>` })),
    "aws:ec2/launchTemplate:LaunchTemplate": ec2("launch-template", "lt-", () => ({
        latestVersion: 1,
        defaultVersion: 1,
    })),
    "aws:ec2/routeTable:RouteTable": ec2("route-table", "rtb-"),
    "aws:ec2/internetGateway:InternetGateway": ec2("internet-gateway", "igw-"),
    "aws:ec2/natGateway:NatGateway": ec2("natgateway", "nat-"),
    "aws:ec2/eip:Eip": ec2("elastic-ip", "eipalloc-"),
    "aws:ebs/volume:Volume": ec2("volume", "vol-"),
    "aws:eks/cluster:Cluster": {
        service: "eks",
        resource: (name) => `cluster/${name}`,
        outputs: ({ name, context }) => ({
            endpoint: `https://<${name}>.gr7.${context.region}.eks.amazonaws.com`,
            certificateAuthority: { data: `<${name} certificate authority>` },
            vpcConfig: { clusterSecurityGroupId: `sg-<${name} cluster>`, vpcId: `vpc-<${name}>` },
            identities: [{ oidcs: [{ issuer: `https://oidc.eks.${context.region}.amazonaws.com/id/<${name}>` }] }],
            platformVersion: "<platform version>",
            status: "ACTIVE",
        }),
    },
    "aws:eks/nodeGroup:NodeGroup": {
        service: "eks",
        resource: (name) => `nodegroup/${name}`,
        nameKey: "nodeGroupName",
        outputs: ({ name }) => ({ resources: [{ autoscalingGroups: [{ name: `<${name} autoscaling group>` }] }] }),
    },
    "aws:eks/addon:Addon": { service: "eks", resource: (name) => `addon/${name}`, nameKey: "addonName" },
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
        service: "eks",
        resource: (_name, id) => `podidentityassociation/${id}`,
        idPrefix: "a-",
        outputs: ({ id }) => ({ associationId: id }),
    },
    "aws:rds/instance:Instance": {
        service: "rds",
        resource: (name) => `db:${name}`,
        nameKey: "identifier",
        outputs: ({ name, inputs, context }) => {
            const address = `${name}.<suffix>.${context.region}.rds.amazonaws.com`;
            const port = inputs["port"] ?? 5432;
            return {
                address,
                endpoint: `${address}:${String(port)}`,
                port,
                resourceId: `db-<${name}>`,
                masterUserSecrets: [],
            };
        },
    },
    "aws:rds/subnetGroup:SubnetGroup": { service: "rds", resource: (name) => `subgrp:${name}` },
    "aws:rds/parameterGroup:ParameterGroup": { service: "rds", resource: (name) => `pg:${name}` },
};

function arnOf(type: AwsType, name: string, id: string, region: string): string {
    const [r, account] = type.global === "none" ? ["", ""] : [type.global ? "" : region, ACCOUNT];
    return `arn:aws:${type.service}:${r}:${account}:${type.resource(name, id)}`;
}

/** Id and outputs of a resource of @pulumi/aws that is yet to be created. */
export function awsOutputs(
    token: string,
    logicalName: string,
    inputs: WireObject,
    context: AwsContext,
): { id: string; outputs: WireObject } {
    const [, modulePart = "", kind = "Resource"] = token.split(":");
    const type: AwsType = types[token] ?? {
        service: modulePart.split("/")[0] ?? "",
        resource: (name) => `${kind.toLowerCase()}/${name}`,
    };
    const text = (key: string): string | undefined => (typeof inputs[key] === "string" ? inputs[key] : undefined);
    const prefix = text(`${type.nameKey ?? "name"}Prefix`);
    // The provider appends random hexadecimal digits where a program gives no name.
    const name = text(type.nameKey ?? "name") ?? (prefix ? `${prefix}xxxxxxx` : `${logicalName}-xxxxxxx`);
    const id = type.idPrefix ? `${type.idPrefix}<${logicalName}>` : types[token] ? name : `<${logicalName} ${kind} id>`;
    const arn = arnOf(type, name, id, context.region);
    const named: Record<string, Wire> = type.idPrefix ? {} : { [type.nameKey ?? "name"]: name };
    return { id, outputs: { ...named, ...type.outputs?.({ name, id, arn, inputs, context }), ...inputs, arn } };
}

const zones = (region: string) => ["a", "b", "c"].map((zone) => `${region}${zone}`);

/** Answers of data sources. An unlisted one is unknown, as it is in a preview that must wait for a resource. */
export function awsInvoke(token: string, args: WireObject, { region }: AwsContext): WireObject | undefined {
    switch (token) {
        case "aws:index/getCallerIdentity:getCallerIdentity":
            return { id: ACCOUNT, accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:role/<you>`, userId: "<you>" };
        case "aws:index/getRegion:getRegion":
            return { id: region, name: region, region, endpoint: `ec2.${region}.amazonaws.com`, description: region };
        case "aws:index/getPartition:getPartition":
            return { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
        case "aws:index/getAvailabilityZones:getAvailabilityZones":
            return { id: region, names: zones(region), zoneIds: zones(region).map((zone) => `<${zone} id>`) };
        case "aws:secretsmanager/getSecretVersion:getSecretVersion":
            return { ...args, id: "<secret version>", secretString: secretWire("[secret]") };
        case "aws:ssm/getParameter:getParameter":
            return { ...args, id: args["name"] ?? "", value: `<value of ${String(args["name"])}>` };
        case "aws:eks/getAddonVersion:getAddonVersion":
            return { ...args, id: "<add-on>", version: `<newest ${String(args["addonName"])} version>` };
        case "aws:ec2/getSubnet:getSubnet":
            return {
                ...args,
                availabilityZone: `${region}a`,
                vpcId: `vpc-<of ${String(args["id"])}>`,
                arn: `arn:aws:ec2:${region}:${ACCOUNT}:subnet/${String(args["id"])}`,
            };
        case "aws:ec2/getManagedPrefixList:getManagedPrefixList":
            return { ...args, id: `pl-<${String(args["name"])}>`, arn: "<prefix list>", entries: [] };
        default:
            return undefined;
    }
}
