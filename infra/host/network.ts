import { SecurityGroup, getSubnetOutput } from "@pulumi/aws/ec2";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc";
import * as awsx from "@pulumi/awsx/ec2";
import { SubnetAllocationStrategy } from "@pulumi/awsx/types/enums/ec2";
import * as pulumi from "@pulumi/pulumi";
import { s3Endpoint } from "../s3-endpoint";

export interface HostNetworkArgs {
    /** Name of the host. */
    readonly hostName: string;
    readonly region: string;
    /** A private subnet to use; absent: a VPC is made. */
    readonly subnetId?: string;
}

/** Block of the host's own VPC; one machine lives in it. */
const VPC_CIDR = "10.80.0.0/24";

/**
 * Where the host lives: a private subnet, whose way out is a NAT gateway, and a security group that lets nobody in. The
 * host has no public address: with one, a mistake in a security group would open it to the internet.
 */
export class HostNetwork extends pulumi.ComponentResource {
    readonly subnetId: pulumi.Output<string>;
    readonly availabilityZone: pulumi.Output<string>;
    readonly securityGroupId: pulumi.Output<string>;

    constructor(name: string, args: HostNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:HostNetwork", name, {}, opts);
        const inside = { parent: this };

        this.subnetId = args.subnetId ? pulumi.output(args.subnetId) : this.createVpc(name, args);
        const subnet = getSubnetOutput({ id: this.subnetId }, inside);
        this.availabilityZone = subnet.availabilityZone;

        const group = new SecurityGroup(
            name,
            {
                vpcId: subnet.vpcId,
                description: "Host of an agent: nothing comes in; HTTPS and package mirrors go out",
                tags: { Name: args.hostName },
            },
            inside,
        );
        const ways = { https: 443, http: 80 };
        for (const [way, port] of Object.entries(ways)) {
            new SecurityGroupEgressRule(
                `${name}-${way}`,
                { securityGroupId: group.id, cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: port, toPort: port },
                inside,
            );
        }
        this.securityGroupId = group.id;
        this.registerOutputs({ subnetId: this.subnetId });
    }

    /** One zone is enough for one machine. Packages and images come from the internet, so endpoints would not save the NAT. */
    private createVpc(name: string, { hostName, region }: HostNetworkArgs): pulumi.Output<string> {
        const vpc = new awsx.Vpc(
            name,
            {
                cidrBlock: VPC_CIDR,
                enableDnsHostnames: true,
                enableDnsSupport: true,
                numberOfAvailabilityZones: 1,
                natGateways: { strategy: "Single" },
                subnetStrategy: SubnetAllocationStrategy.Auto,
                subnetSpecs: [{ type: "Private" }, { type: "Public" }],
                tags: { Name: hostName },
            },
            { parent: this },
        );
        s3Endpoint(name, { vpc, region, owner: hostName }, { parent: this });
        return vpc.privateSubnetIds.apply((ids) => ids[0] ?? "");
    }
}
