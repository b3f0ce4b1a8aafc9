import { z } from "zod";
import { kubernetesSupport } from "../versions";
import { cidr, dnsLabel, flag, integer, section, text } from "./fields";

const supported = Object.entries(kubernetesSupport);
const supportedText = `a quoted Kubernetes version that EKS has in standard support: ${supported
    .map(([version, until]) => `"${version}" (until ${until})`)
    .join(", ")}`;

export const clusterSchema = section({
    /** Name of the EKS cluster; roles, queues and tags are named after it. */
    name: dnsLabel("a cluster name").default("clawstack"),
    kubernetesVersion: z
        .enum(Object.keys(kubernetesSupport) as [string, ...string[]], { error: supportedText })
        .default("1.35"),
    /** Block of the cluster's services. Must not overlap the VPC. */
    serviceCidr: cidr().default("172.20.0.0/16"),
    endpoint: section({
        /** A public API endpoint needs `allowedCidrs`; without one the API is reached from inside the VPC alone. */
        publicAccess: flag().default(false),
        /** Who may reach the public endpoint. */
        allowedCidrs: z.array(cidr(), { error: "a list of CIDR blocks" }).default([]),
    }),
    /** IAM principals with cluster-admin, beside the one that runs Pulumi. */
    admins: z
        .array(text(/^arn:aws(-[a-z]+)*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/, "the ARN of an IAM role or user"), {
            error: "a list of IAM ARNs",
        })
        .default([]),
    /** Nodes for everything that is no sandbox: Karpenter, LiteLLM, monitoring. m5.xlarge, 1 to 3, as in the blueprint. */
    coreNodes: section({
        instanceType: text(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an EC2 instance type such as m5.xlarge").default(
            "m5.xlarge",
        ),
        min: integer(1, 20, "nodes").default(1),
        max: integer(1, 50, "nodes").default(3),
        desired: integer(1, 50, "nodes").default(2),
    }),
    /** Days that control-plane logs are kept. */
    logRetentionDays: z
        .literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], {
            error: "days that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 180 or 365",
        })
        .default(30),
    /** EKS refuses to delete the cluster while this is on. */
    deletionProtection: flag().default(false),
});

export type ClusterConfig = z.output<typeof clusterSchema>;
