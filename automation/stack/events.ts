import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";

export type Operation = "create" | "update" | "replace" | "delete" | "read" | "refresh" | "same";

/** What happens to one resource. */
export interface ResourceEvent {
    readonly kind: "resource";
    readonly phase: "started" | "done" | "failed";
    readonly operation: Operation;
    readonly urn: string;
    /** Type token, such as `kubernetes:core/v1:Secret`. */
    readonly type: string;
    readonly name: string;
    /** Properties that differ, top level; for updates and replacements. */
    readonly properties: readonly string[];
}

/** Something that the engine, a provider or the program says. */
export interface MessageEvent {
    readonly kind: "message";
    readonly severity: "info" | "warning" | "error";
    readonly text: string;
    /** Of the resource that it is about. */
    readonly urn?: string;
}

/** The last event of an operation that came to its end. */
export interface SummaryEvent {
    readonly kind: "summary";
    /** Resources by what became of them: `create`, `update`, `same`, ... */
    readonly changes: Readonly<Record<string, number>>;
    readonly seconds: number;
}

/** Progress of an operation, as it goes. */
export type StackEvent = ResourceEvent | MessageEvent | SummaryEvent;

/** Type and name at the end of a URN. */
export function describeUrn(urn: string): { type: string; name: string } {
    const [, , qualifiedType = "", ...name] = urn.split("::");
    return { type: qualifiedType.split("$").at(-1) ?? "", name: name.join("::") };
}

/** The engine's steps in a user's terms; a replacement is three of its steps, and is told once. */
function operationOf(op: string): Operation | undefined {
    switch (op) {
        case "create":
        case "update":
        case "delete":
        case "replace":
        case "read":
        case "refresh":
        case "same":
            return op;
        case "import":
            return "read";
        default:
            return undefined;
    }
}

function resourceEvent(phase: ResourceEvent["phase"], { op, urn, diffs, keys }: StepEventMetadata): StackEvent[] {
    const operation = operationOf(op);
    if (!operation) return [];
    const properties = [...new Set([...(diffs ?? []), ...(keys ?? [])])];
    return [{ kind: "resource", phase, operation, urn, ...describeUrn(urn), properties }];
}

const markup = /<\{%[^%]*%\}>/g;

/** Events of ours for one of the engine's; none for what only the engine's own display wants. */
export function eventsOf(event: EngineEvent): StackEvent[] {
    if (event.resourcePreEvent) return resourceEvent("started", event.resourcePreEvent.metadata);
    if (event.resOutputsEvent) return resourceEvent("done", event.resOutputsEvent.metadata);
    if (event.resOpFailedEvent) return resourceEvent("failed", event.resOpFailedEvent.metadata);
    if (event.diagnosticEvent && !event.diagnosticEvent.ephemeral) {
        const { severity, message, urn } = event.diagnosticEvent;
        // The SDK's own trace of its calls, which the declared type leaves out.
        if ((severity as string) === "debug") return [];
        const text = message.replaceAll(markup, "").trim();
        if (!text) return [];
        return [
            { kind: "message", severity: severity === "info#err" ? "info" : severity, text, ...(urn ? { urn } : {}) },
        ];
    }
    if (event.summaryEvent) {
        const { resourceChanges, durationSeconds } = event.summaryEvent;
        return [
            { kind: "summary", changes: { ...resourceChanges } as Record<string, number>, seconds: durationSeconds },
        ];
    }
    return [];
}
