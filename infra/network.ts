import { getCallerIdentityOutput } from "@pulumi/aws";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { FlowLog, SecurityGroup, VpcEndpoint } from "@pulumi/aws/ec2";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import * as awsx from "@pulumi/awsx/ec2";
import { SubnetAllocationStrategy } from "@pulumi/awsx/types/enums/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkConfig } from "../config";
import { serviceTrust } from "./policies";
import { s3Endpoint } from "./s3-endpoint";

export interface NetworkArgs {
    readonly config: NetworkConfig;
    /** Name of the cluster that will live in it, for discovery tags. */
    readonly clusterName: string;
    readonly region: string;
}

/** AWS services reached without the internet; model traffic among them. Each costs about 7 USD a zone and month. */
export const interfaceEndpoints = ["ecr.api", "ecr.dkr", "sts", "bedrock-runtime"] as const;

/** Tags by which Karpenter finds private subnets, and load balancers theirs. */
export function subnetTags(clusterName: string, type: "private" | "public"): Record<string, string> {
    return type === "private"
        ? { "karpenter.sh/discovery": clusterName, "kubernetes.io/role/internal-elb": "1" }
        : { "kubernetes.io/role/elb": "1" };
}

/** VPC with public and private subnets, NAT, endpoints for AWS services, and flow logs. */
export class Network extends pulumi.ComponentResource {
    readonly vpcId: pulumi.Output<string>;
    readonly privateSubnetIds: pulumi.Output<string[]>;
    readonly publicSubnetIds: pulumi.Output<string[]>;
    /** Block of the VPC. */
    readonly cidr: string;

    constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:Network", name, {}, opts);
        const { config, clusterName, region } = args;
        const inside = { parent: this };
        this.cidr = config.cidr;

        const vpc = new awsx.Vpc(
            clusterName,
            {
                cidrBlock: config.cidr,
                enableDnsHostnames: true,
                enableDnsSupport: true,
                numberOfAvailabilityZones: config.availabilityZones,
                natGateways: {
                    strategy: config.natGateways === "single" ? "Single" : "OnePerAz",
                },
                subnetStrategy: SubnetAllocationStrategy.Auto,
                subnetSpecs: [
                    { type: "Private", tags: subnetTags(clusterName, "private") },
                    // Only NAT gateways and load balancers live in public subnets.
                    { type: "Public", cidrMask: 24, tags: subnetTags(clusterName, "public") },
                ],
                tags: { Name: clusterName },
            },
            inside,
        );
        this.vpcId = vpc.vpcId;
        this.privateSubnetIds = vpc.privateSubnetIds;
        this.publicSubnetIds = vpc.publicSubnetIds;

        this.connectServices(name, clusterName, region, vpc);
        this.recordFlows(name, clusterName, config.flowLogsRetentionDays);
        this.registerOutputs({ vpcId: this.vpcId });
    }

    private connectServices(name: string, clusterName: string, region: string, vpc: awsx.Vpc): void {
        const inside = { parent: this };
        s3Endpoint(name, { vpc, region, owner: clusterName }, inside);
        const group = new SecurityGroup(
            `${name}-endpoints`,
            {
                vpcId: vpc.vpcId,
                description: "HTTPS from the VPC to the endpoints of AWS services",
                tags: { Name: `${clusterName}-endpoints` },
            },
            inside,
        );
        new SecurityGroupIngressRule(
            `${name}-endpoints-https`,
            { securityGroupId: group.id, cidrIpv4: this.cidr, ipProtocol: "tcp", fromPort: 443, toPort: 443 },
            inside,
        );
        for (const service of interfaceEndpoints) {
            new VpcEndpoint(
                `${name}-${service}`,
                {
                    vpcId: vpc.vpcId,
                    serviceName: `com.amazonaws.${region}.${service}`,
                    vpcEndpointType: "Interface",
                    privateDnsEnabled: true,
                    subnetIds: vpc.privateSubnetIds,
                    securityGroupIds: [group.id],
                    tags: { Name: `${clusterName}-${service}` },
                },
                inside,
            );
        }
    }

    private recordFlows(name: string, clusterName: string, retentionInDays: number): void {
        const inside = { parent: this };
        const logs = new LogGroup(
            `${name}-flow-logs`,
            { name: `/clawstack/${clusterName}/vpc-flow-logs`, retentionInDays },
            inside,
        );
        const { accountId } = getCallerIdentityOutput({}, inside);
        const role = new Role(
            `${name}-flow-logs`,
            {
                name: `${clusterName}-flow-logs`,
                assumeRolePolicy: accountId.apply((account) => serviceTrust("vpc-flow-logs.amazonaws.com", account)),
            },
            inside,
        );
        new RolePolicy(
            `${name}-flow-logs`,
            {
                role: role.name,
                policy: pulumi.jsonStringify({
                    Version: "2012-10-17",
                    Statement: [
                        {
                            Sid: "WriteFlowLogs",
                            Effect: "Allow",
                            Action: [
                                "logs:CreateLogStream",
                                "logs:PutLogEvents",
                                "logs:DescribeLogGroups",
                                "logs:DescribeLogStreams",
                            ],
                            Resource: pulumi.interpolate`${logs.arn}:*`,
                        },
                    ],
                }),
            },
            inside,
        );
        new FlowLog(
            `${name}-flow-logs`,
            { vpcId: this.vpcId, trafficType: "ALL", logDestination: logs.arn, iamRoleArn: role.arn },
            inside,
        );
    }
}
