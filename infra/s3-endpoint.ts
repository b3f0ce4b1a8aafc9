import { VpcEndpoint } from "@pulumi/aws/ec2";
import type * as awsx from "@pulumi/awsx/ec2";
import * as pulumi from "@pulumi/pulumi";

export interface S3EndpointArgs {
    readonly vpc: awsx.Vpc;
    readonly region: string;
    /** What the endpoint is tagged after. */
    readonly owner: string;
}

/** Gateway endpoint for S3: free, and what comes from S3 (layers of images, packages) costs no NAT traffic. */
export function s3Endpoint(name: string, { vpc, region, owner }: S3EndpointArgs, opts: pulumi.ResourceOptions) {
    return new VpcEndpoint(
        `${name}-s3`,
        {
            vpcId: vpc.vpcId,
            serviceName: `com.amazonaws.${region}.s3`,
            vpcEndpointType: "Gateway",
            routeTableIds: vpc.routeTables
                .apply((tables) => tables.map((table) => table.id))
                .apply((ids) => pulumi.all(ids)),
            tags: { Name: `${owner}-s3` },
        },
        opts,
    );
}
