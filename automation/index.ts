/*
 * Clawstack as a library: what the Pulumi CLI does with the program, for other programs to do.
 */
export type { StackSettings } from "../config";
export * from "./errors";
export { plan, type Plan, type PlanOptions } from "./plan";
export type { MessageEvent, Operation, ResourceEvent, StackEvent, SummaryEvent } from "./stack/events";
export { destroy, outputs, preview, refresh, up } from "./stack/operations";
export type {
    ChangeOptions,
    OperationResult,
    OutputValue,
    PreviewOptions,
    RefreshOptions,
    ResourceChange,
    StackOptions,
    StackOutputValues,
    UpResult,
} from "./stack/options";
