import { z } from "zod";
import type { AgentKindSpecs } from "../agent-kind";
import { backupsSchema, budgetSchema } from "./backups";
import { clusterSchema } from "./cluster";
import { oneOf, text } from "./fields";
import { gatewaySchema } from "./gateway";
import { hostSchema } from "./host";
import { monitoringSchema, policySchema } from "./monitoring";
import { networkSchema } from "./network";
import { nodePoolsSchema } from "./node-pools";
import { sandboxesSchema, warmPoolsSchema } from "./sandboxes";
import { secretsSchema } from "./secrets";

/** The whole stack config: what stands under `clawstack:` in a stack file, and the AWS region. */
export function stackSchema(kinds: AgentKindSpecs) {
    return z.strictObject({
        /** `cluster`: the platform on EKS. `host`: one EC2 instance. */
        target: oneOf(["cluster", "host"]).default("cluster"),
        region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region such as us-west-2"),
        /** Put on every AWS resource, beside the stack's own. */
        tags: z
            .record(z.string().min(1).max(128), z.string().max(256), { error: "a mapping of tag keys to values" })
            .default({}),
        network: networkSchema,
        cluster: clusterSchema,
        nodePools: nodePoolsSchema,
        gateway: gatewaySchema,
        sandboxes: sandboxesSchema(kinds),
        warmPools: warmPoolsSchema(kinds),
        monitoring: monitoringSchema,
        backups: backupsSchema,
        budget: budgetSchema,
        policy: policySchema,
        host: hostSchema,
        secrets: secretsSchema,
    });
}

export type ParsedStack = z.output<ReturnType<typeof stackSchema>>;
