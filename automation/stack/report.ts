import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { ResourceFailure } from "../errors";
import { describeUrn, eventsOf, type StackEvent, type SummaryEvent } from "./events";
import type { OperationResult, ResourceChange } from "./options";

/** Follows the events of one operation: hands them on, and adds them up. */
export class Report {
    private readonly changes = new Map<string, ResourceChange>();
    private readonly failed = new Set<string>();
    private readonly errors: { urn?: string; text: string }[] = [];
    private summary: SummaryEvent | undefined;

    constructor(private readonly onEvent: ((event: StackEvent) => void) | undefined) {}

    /** For the engine to call. */
    readonly listen = (event: EngineEvent): void => {
        for (const own of eventsOf(event)) {
            this.add(own);
            this.onEvent?.(own);
        }
    };

    private add(event: StackEvent): void {
        if (event.kind === "summary") this.summary = event;
        else if (event.kind === "message") {
            if (event.severity === "error") this.errors.push(event);
        } else if (event.phase === "failed") this.failed.add(event.urn);
        else if (event.operation !== "same" && event.operation !== "refresh") {
            const { urn, type, name, operation, properties } = event;
            this.changes.set(urn, { urn, type, name, operation, properties });
        }
    }

    result(): OperationResult {
        return {
            summary: this.summary?.changes ?? {},
            changes: [...this.changes.values()],
            seconds: this.summary?.seconds ?? 0,
        };
    }

    /** Number of resources that are not, or would not stay, the same. */
    get changed(): number {
        return Object.entries(this.summary?.changes ?? {}).reduce(
            (sum, [operation, count]) => sum + (operation === "same" ? 0 : count),
            0,
        );
    }

    /** Resources that providers refused, each with what was said of it. */
    failures(): ResourceFailure[] {
        return [...this.failed].map((urn) => {
            const said = this.errors.filter((error) => error.urn === urn).map(({ text }) => text);
            return { urn, ...describeUrn(urn), message: [...new Set(said)].join("; ") || "no reason given" };
        });
    }

    /** Errors that are about no resource that failed. */
    otherErrors(): string[] {
        return this.errors.filter(({ urn }) => !urn || !this.failed.has(urn)).map(({ text }) => text);
    }
}
