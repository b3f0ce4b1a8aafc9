/** A resource as the plan or the engine knows it before it is made. */
export interface PlannedResource {
    readonly urn: string;
    /** Type token, such as `aws:iam/rolePolicy:RolePolicy`. */
    readonly type: string;
    readonly name: string;
    /** URN of the parent; absent for the stack. */
    readonly parent?: string;
    /** Inputs; secrets stand as `[secret]`. */
    readonly inputs: Readonly<Record<string, unknown>>;
}

export type Severity = "error" | "warning";

export interface Finding {
    readonly severity: Severity;
    /** Name of the rule. */
    readonly rule: string;
    /** Name of the resource. */
    readonly resource: string;
    /** Its URN: names may be shared by resources of several types. Absent for a waiver that is itself a finding. */
    readonly urn?: string;
    /** What is wrong, and the remedy. */
    readonly message: string;
}

/** One rule over planned resources. */
export interface Rule {
    readonly name: string;
    readonly severity: Severity;
    /** Why the rule is there, for the report and the docs. */
    readonly reason: string;
    /**
     * Problems of one resource, each with its remedy.
     *
     * @param all The whole plan, for rules on what belongs together.
     * @param today `YYYY-MM-DD`, for rules on what runs out.
     */
    check(resource: PlannedResource, all: readonly PlannedResource[], today: string): string[];
}

/** A finding that is accepted until a day. */
export interface Waiver {
    readonly rule: string;
    /** Name of the resource, or `*`. */
    readonly resource: string;
    readonly reason: string;
    /** Last day, `YYYY-MM-DD`. */
    readonly until: string;
}
