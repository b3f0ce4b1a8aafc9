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
    text,
    timeOfDay,
    timeZone,
} from "./fields";

/** The LiteLLM virtual key of a sandbox. It is not in the sandbox: the inference proxy adds it. */
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
    /** Raise by one to get a new key on the next `pulumi up`. The agent runs on: it does not hold the key. */
    rotation: integer(1, 100_000, "rotations").default(1),
    /** Minutes that the old key goes on after a rotation, for the turn that an agent is in; 0 ends it at once. */
    overlapMinutes: integer(0, 1440, "minutes").default(15),
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
        /**
         * `spot` costs less than half, and EC2 may take the node away within two minutes: the agent starts again on
         * another one, with its volume. `any` takes what Karpenter finds cheapest of what the pools offer.
         */
        capacityType: oneOf(["any", "spot", "on-demand"]).default("any"),
        /** Raise by one to get new secrets where the platform makes them up (OpenClaw's gateway token); the agent restarts. */
        tokenRotation: integer(1, 100_000, "rotations").default(1),
        /** Hosts that this agent may reach by HTTPS, beside those that its channel needs; all others are refused. */
        allowedHosts: z.array(hostName(), { error: "a list of host names" }).default([]),
    };
}

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** Hours in which a sandbox runs; out of them it is suspended, and keeps its volume and its key. */
const scheduleSchema = z
    .strictObject(
        {
            timezone: timeZone(),
            /** Start and end of the hours; an end before the start is on the next day. */
            from: timeOfDay(),
            to: timeOfDay(),
            /** Days on which the hours start. */
            days: z
                .array(oneOf(weekdays), { error: "a list of days: mon, tue, wed, thu, fri, sat, sun" })
                .min(1, "at least one day")
                .default(["mon", "tue", "wed", "thu", "fri"]),
        },
        { error: "a mapping: timezone, from, to, days" },
    )
    .refine(({ from, to }) => from !== to, { path: ["to"], error: "another time than from" });

function sandboxOf(kind: AgentKindSpec) {
    return z.strictObject({
        name: dnsLabel("a sandbox name"),
        ...agentFields(kind),
        storage: section({
            /** GiB (gp3). It can grow later, never shrink. */
            sizeGi: integer(1, 16_000, "GiB").default(kind.storageGi),
            /** What becomes of the volume when the sandbox leaves the config. */
            onRemove: oneOf(["retain", "delete"]).default("retain"),
            /**
             * EBS snapshot to start from, as a volume of its own beside the one that is there (which goes by onRemove).
             * Keep it in the config after.
             */
            restoreFrom: text(
                /^snap-[0-9a-f]{8,17}$/,
                "the id of an EBS snapshot such as snap-0123456789abcdef0",
            ).optional(),
        }),
        /** A suspended sandbox keeps its volume and its key, and has no pod. */
        suspended: flag().default(false),
        /** Hours in which it runs; absent: always. A pod that is suspended costs nothing but its volume. */
        schedule: scheduleSchema.optional(),
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

export type ScheduleConfig = z.output<typeof scheduleSchema>;
export type VirtualKeyConfig = z.output<typeof virtualKeySchema>;
type Parsed<T extends (kind: AgentKindSpec) => z.ZodType> = Omit<z.output<ReturnType<T>>, "agent" | "model"> & {
    /** An agent kind of the registry. */
    readonly agent: string;
    /** A model of the gateway; filled in when the config names none. */
    readonly model: string;
};
export type SandboxConfig = Parsed<typeof sandboxOf>;
export type WarmPoolConfig = Parsed<typeof warmPoolOf>;
