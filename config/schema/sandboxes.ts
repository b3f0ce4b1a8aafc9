import { z } from "zod";
import type { AgentKindSpec, AgentKindSpecs } from "../agent-kind";
import {
    amount,
    cpuQuantity,
    dnsLabel,
    duration,
    flag,
    hostName,
    imageReference,
    integer,
    memoryQuantity,
    oneOf,
    section,
} from "./fields";

/** The LiteLLM virtual key of a sandbox: the only credential inside of it. */
const virtualKeySchema = section({
    /** US dollars per budget period; LiteLLM refuses requests above it. */
    budgetUsd: amount(0, 1_000_000, "US dollars").default(50),
    /** After this time the spend starts from zero again. */
    budgetPeriod: duration("a budget period").default("30d"),
    /** Life of the key, counted from when it was made (30 days in the blueprint). */
    expiresIn: duration("a life span").default("30d"),
    /** Requests and tokens a minute; absent: no limit of its own. */
    requestsPerMinute: integer(1, 1_000_000, "requests a minute").optional(),
    tokensPerMinute: integer(1, 1_000_000_000, "tokens a minute").optional(),
    /** Raise by one to get a new key on the next `pulumi up`; the old one stops working. */
    rotation: integer(1, 100_000, "rotations").default(1),
});

function resources(kind: AgentKindSpec) {
    const amounts = (defaults: { cpu: string; memory: string }) =>
        section({ cpu: cpuQuantity().default(defaults.cpu), memory: memoryQuantity().default(defaults.memory) });
    return section({ requests: amounts(kind.resources.requests), limits: amounts(kind.resources.limits) });
}

/** Keys that a sandbox and a warm pool share. */
function agentFields(kind: AgentKindSpec) {
    return {
        agent: z.literal(kind.kind),
        /** A model of `gateway.models`. Default: the first. */
        model: z.string({ error: "the name of a model in gateway.models" }).optional(),
        settings: kind.settings,
        image: imageReference().default(kind.image),
        resources: resources(kind),
        key: virtualKeySchema,
        /** Hosts that this agent may reach beside those that its channel needs. */
        allowedHosts: z.array(hostName(), { error: "a list of host names" }).default([]),
    };
}

function sandboxOf(kind: AgentKindSpec) {
    return z.strictObject({
        name: dnsLabel("a sandbox name"),
        ...agentFields(kind),
        storage: section({
            /** GiB (gp3). It can grow later, never shrink. */
            sizeGi: integer(1, 16_000, "GiB").default(kind.storageGi),
            /** What becomes of the volume when the sandbox leaves the config. */
            onRemove: oneOf(["retain", "delete"]).default("retain"),
        }),
        /** A suspended sandbox keeps its volume and its key, and has no pod. */
        suspended: flag().default(false),
    });
}

function warmPoolOf(kind: AgentKindSpec) {
    return z.strictObject({
        name: dnsLabel("a warm pool name"),
        ...agentFields(kind),
        /** Sandboxes kept running for the next claims. */
        replicas: integer(0, 500, "sandboxes").default(1),
    });
}

function byKind<T extends z.core.$ZodTypeDiscriminable>(kinds: AgentKindSpecs, schemaOf: (kind: AgentKindSpec) => T) {
    const schemas = Object.values(kinds).map(schemaOf) as [T, ...T[]];
    return z.discriminatedUnion("agent", schemas, {
        error: (issue) =>
            issue.code === "invalid_union"
                ? `agent: one of ${Object.keys(kinds).join(", ")}`
                : "a mapping of keys to values",
    });
}

export function sandboxesSchema(kinds: AgentKindSpecs) {
    return z.array(byKind(kinds, sandboxOf), { error: "a list of sandboxes" }).default([]);
}

export function warmPoolsSchema(kinds: AgentKindSpecs) {
    return z.array(byKind(kinds, warmPoolOf), { error: "a list of warm pools" }).default([]);
}

export type VirtualKeyConfig = z.output<typeof virtualKeySchema>;
type Parsed<T extends (kind: AgentKindSpec) => z.ZodType> = Omit<z.output<ReturnType<T>>, "agent" | "model"> & {
    /** An agent kind of the registry. */
    readonly agent: string;
    /** A model of the gateway; filled in when the config names none. */
    readonly model: string;
};
export type SandboxConfig = Parsed<typeof sandboxOf>;
export type WarmPoolConfig = Parsed<typeof warmPoolOf>;
