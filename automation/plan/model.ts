import type { PlannedResource as PolicyResource, Finding } from "../../policy/types";
import type { MissingSecret } from "../../config";

/** A resource that the program declares. */
export interface PlannedResource extends PolicyResource {
    /** Made by a provider; a component is not. */
    readonly custom: boolean;
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    /** URNs of what it waits for. */
    readonly dependencies: readonly string[];
}

/** A Kubernetes object, ready to be read or handed to `kubectl diff`; secrets masked. */
export interface Manifest {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
    readonly [key: string]: unknown;
}

export interface CostItem {
    readonly name: string;
    /** USD a month. */
    readonly monthly: number;
    /** What the figure is made of. */
    readonly detail: string;
}

/** USD a month that one sandbox or warm pool costs. */
export interface AgentCost {
    readonly name: string;
    /** Its part of the Kata nodes, by its requests and its hours. */
    readonly compute: number;
    readonly volume: number;
    /** Both; in `CostEstimate.monthly`. */
    readonly monthly: number;
    /** Where the budget of its key stops it; not in `monthly`. */
    readonly modelsAtMost: number;
}

export interface CostEstimate {
    readonly currency: "USD";
    /** Sum of the items. */
    readonly monthly: number;
    readonly items: readonly CostItem[];
    /** Parts of the items by agent; what all share, such as LiteLLM, is nobody's. */
    readonly agents: readonly AgentCost[];
    /** What models may cost at most, by the budgets of the virtual keys; not in `monthly`. */
    readonly models: readonly CostItem[];
    readonly modelsMonthly: number;
    readonly assumptions: readonly string[];
    /** Region whose prices were used, and the day of the oldest of them. */
    readonly prices: { readonly region: string; readonly date: string };
}

/** A file of the plan's folder. */
export interface PlanFile {
    /** Below `out/<stack>/`, with forward slashes. */
    readonly path: string;
    readonly content: string;
}

/** What `pulumi up` would do with a stack that has nothing yet. */
export interface Plan {
    readonly stack: string;
    readonly resources: readonly PlannedResource[];
    readonly manifests: readonly Manifest[];
    readonly findings: readonly Finding[];
    readonly cost: CostEstimate;
    /** Secrets that are not set, with the commands that set them. */
    readonly missing: readonly MissingSecret[];
    /** Names of the stack's outputs. */
    readonly outputs: readonly string[];
    readonly files: readonly PlanFile[];
}
