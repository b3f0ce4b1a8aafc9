import { z } from "zod";
import { cidr, integer, oneOf, section } from "./fields";

/** Where the cluster lives. Three zones and 10.1.0.0/16 as in the blueprint that the defaults come from. */
export const networkSchema = section({
    /** Block of the VPC. Every pod has an address of it (VPC CNI), so a small one limits the number of pods. */
    cidr: cidr().default("10.1.0.0/16"),
    /** Zones that subnets are made in. Three keep a quorum when one is lost. */
    availabilityZones: integer(2, 3, "zones").default(3),
    /** One NAT gateway for all zones (a third of the price), or one a zone (a lost zone takes no other with it). */
    natGateways: oneOf(["single", "perZone"]).default("single"),
    /** Days that VPC flow logs are kept in CloudWatch. */
    flowLogsRetentionDays: z
        .literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], {
            error: "days that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 180 or 365",
        })
        .default(30),
});

export type NetworkConfig = z.output<typeof networkSchema>;
