import { z } from "zod";
import { flag, integer, oneOf, section, text } from "./fields";

const capacityTypes = z
    .array(oneOf(["spot", "on-demand"]), { error: "a list of spot and on-demand" })
    .min(1, "at least one of spot, on-demand");

/** Families that EC2 offers nested virtualization on (February 2026). */
export const nestedFamilies = ["c8i", "m8i", "r8i"] as const;

const bareMetalType = text(
    /^[a-z][a-z0-9-]*\.metal(-\d+xl)?$/,
    "a bare-metal instance type such as m5.metal; virtual ones belong in nodePools.nested.instanceTypes",
).meta({ examples: ["m5.metal"] });

const nestedType = text(
    new RegExp(`^(${nestedFamilies.join("|")})\\.(large|\\d*xlarge)$`),
    `a virtual instance type of ${nestedFamilies.join(", ")}, such as m8i.2xlarge; bare-metal ones belong in nodePools.bareMetal.instanceTypes`,
).meta({ examples: ["m8i.xlarge"] });

/** Karpenter pools whose nodes can run VMs. */
export const nodePoolsSchema = section({
    /** `kata-nested`: EC2 instances with nested virtualization, 10 to 20 times cheaper a node than metal. */
    nested: section({
        enabled: flag().default(true),
        instanceTypes: z
            .array(nestedType, { error: "a list of instance types" })
            .min(1, "at least one instance type")
            .default(["m8i.xlarge", "m8i.2xlarge", "r8i.xlarge", "r8i.2xlarge", "c8i.2xlarge"]),
        capacityTypes: capacityTypes.default(["on-demand"]),
        /** vCPUs that the pool may launch in all. */
        cpuLimit: integer(2, 10000, "vCPUs").default(64),
        /** Karpenter tries the heavier pool first. */
        weight: integer(1, 100, "weight points").default(50),
    }),
    /** `kata-bare-metal`: the instance types of the blueprint. */
    bareMetal: section({
        enabled: flag().default(false),
        instanceTypes: z
            .array(bareMetalType, { error: "a list of instance types" })
            .min(1, "at least one instance type")
            .default(["m5.metal", "m5d.metal", "c5.metal", "c5d.metal"]),
        capacityTypes: capacityTypes.default(["on-demand"]),
        /** vCPUs that the pool may launch in all; an m5.metal has 96. */
        cpuLimit: integer(48, 10000, "vCPUs").default(192),
        weight: integer(1, 100, "weight points").default(10),
    }),
    /** Size of a Kata node's root volume, GiB (gp3): images of the agents are large. */
    rootVolumeGi: integer(50, 2000, "GiB").default(200),
    /** Seconds that an empty node is kept. */
    consolidateAfterSeconds: integer(0, 86400, "seconds").default(30),
});

export type NodePoolsConfig = z.output<typeof nodePoolsSchema>;
