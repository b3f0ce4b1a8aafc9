import { ResourceMonitorFeature as Feature } from "@pulumi/pulumi/proto/resource_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PlannedResource } from "../model";
import { answerInvoke, predict } from "./outputs";
import { displayObject, reveal, secretWire, type Wire, type WireObject } from "./values";

type Callback<T> = (error: Error | null, response?: T) => void;
type StructJson = Parameters<typeof Struct.fromJavaScript>[0];

export interface MonitorOptions {
    readonly project: string;
    readonly stack: string;
    readonly region: string;
    /** Called at every resource with the number of resources so far. */
    readonly onResource?: (count: number) => void;
}

const STACK_TYPE = "pulumi:pulumi:Stack";

/** As the engine makes them: the types of all ancestors but the stack, then the name. */
export function urnOf(stack: string, project: string, parent: string, type: string, name: string): string {
    const parentType = parent.split("::")[2] ?? "";
    const qualified = parentType && parentType !== STACK_TYPE ? `${parentType}$${type}` : type;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

function fromStruct(struct: Struct | undefined): WireObject {
    return (struct?.toJavaScript() ?? {}) as WireObject;
}

function toStruct(value: WireObject): Struct {
    return Struct.fromJavaScript(value as StructJson);
}

/**
 * The engine's side of a program's requests, in the program's own process: it records what the program declares and
 * answers what a provider could tell in a preview. It makes nothing, and talks to nobody.
 */
export class EmbeddedMonitor {
    readonly resources: PlannedResource[] = [];
    /** Values of the stack's outputs, as a plan shows them. */
    outputs: Record<string, unknown> = {};
    private readonly known = new Map<string, { id: string; state: WireObject }>();

    constructor(private readonly options: MonitorOptions) {}

    registerResource(request: proto.RegisterResourceRequest, callback: Callback<proto.RegisterResourceResponse>): void {
        this.answer(callback, () => {
            const urn = this.urn(request);
            if (this.known.has(urn)) throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
            const wire = fromStruct(request.getObject());
            const isDeclaredOutside = request.getCustom() || request.getRemote();
            const { id, outputs } = isDeclaredOutside ? this.predict(request, urn, wire) : { id: "", outputs: {} };
            this.known.set(urn, { id, state: outputs });
            this.record({
                urn,
                type: request.getType(),
                name: request.getName(),
                ...(request.getParent() ? { parent: request.getParent() } : {}),
                inputs: displayObject(wire),
                custom: request.getCustom(),
                protect: request.getProtect() ?? false,
                retainOnDelete: request.getRetainondelete() ?? false,
                dependencies: request.getDependenciesList(),
            });
            const response = new proto.RegisterResourceResponse();
            response.setUrn(urn);
            response.setId(id);
            response.setObject(toStruct(outputs));
            return response;
        });
    }

    readResource(request: proto.ReadResourceRequest, callback: Callback<proto.ReadResourceResponse>): void {
        this.answer(callback, () => {
            const urn = this.urn(request);
            const state = fromStruct(request.getProperties());
            this.known.set(urn, { id: request.getId(), state });
            const response = new proto.ReadResourceResponse();
            response.setUrn(urn);
            response.setProperties(toStruct(state));
            return response;
        });
    }

    registerResourceOutputs(request: proto.RegisterResourceOutputsRequest, callback: Callback<object>): void {
        this.answer(callback, () => {
            if (request.getUrn().split("::")[2] === STACK_TYPE) {
                this.outputs = displayObject(fromStruct(request.getOutputs()));
            }
            return {};
        });
    }

    invoke(request: proto.ResourceInvokeRequest, callback: Callback<object>): void {
        this.answer(callback, () => {
            const args = fromStruct(request.getArgs());
            if (request.getTok() === "pulumi:pulumi:getResource") {
                const urn = String(args["urn"]);
                const { id, state } = this.known.get(urn) ?? { id: "", state: {} };
                return invokeResponse({ urn, id, state });
            }
            const result = answerInvoke(request.getTok(), args, { region: this.options.region });
            return invokeResponse(result);
        });
    }

    supportsFeature(_request: unknown, callback: Callback<proto.SupportsFeatureResponse>): void {
        callback(null, new proto.SupportsFeatureResponse());
    }

    getDeploymentInfo(_request: unknown, callback: Callback<proto.DeploymentInfo>): void {
        const info = new proto.DeploymentInfo();
        info.setSupportedfeaturesList([
            Feature.RESOURCE_MONITOR_FEATURE_SECRETS,
            Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
            Feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
            Feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
            Feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
            Feature.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
            Feature.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
        ]);
        callback(null, info);
    }

    registerPackage(_request: unknown, callback: Callback<proto.RegisterPackageResponse>): void {
        const response = new proto.RegisterPackageResponse();
        response.setRef("embedded");
        callback(null, response);
    }

    private predict(request: proto.RegisterResourceRequest, urn: string, wire: WireObject) {
        const answer = predict(
            {
                urn,
                type: request.getType(),
                name: request.getName(),
                inputs: reveal(wire) as WireObject,
                declareChild: (type, name, inputs) => {
                    const childUrn = urnOf(this.options.stack, this.options.project, urn, type, name);
                    const child = predict(
                        { urn: childUrn, type, name, inputs, declareChild: () => ({ urn: "", id: "" }) },
                        { region: this.options.region },
                    );
                    this.known.set(childUrn, { id: child.id, state: child.outputs });
                    return { urn: childUrn, id: child.id };
                },
            },
            { region: this.options.region },
        );
        // What went in as a secret comes out as one, and so does what the provider's schema calls one.
        const additional = new Set(request.getAdditionalsecretoutputsList());
        const outputs: Record<string, Wire> = { ...answer.outputs };
        for (const [key, value] of Object.entries(outputs)) {
            const wireValue = wire[key];
            if (wireValue !== undefined && JSON.stringify(value) === JSON.stringify(reveal(wireValue))) {
                outputs[key] = wireValue;
            }
            if (additional.has(key) && reveal(outputs[key] ?? null) === outputs[key]) outputs[key] = secretWire(value);
        }
        return { id: answer.id, outputs };
    }

    private urn(request: { getParent(): string; getType(): string; getName(): string }): string {
        const { stack, project } = this.options;
        return urnOf(stack, project, request.getParent(), request.getType(), request.getName());
    }

    private record(resource: PlannedResource): void {
        this.resources.push(resource);
        this.options.onResource?.(this.resources.length);
    }

    private answer<T>(callback: Callback<T>, work: () => T): void {
        let response: T;
        try {
            response = work();
        } catch (error) {
            callback(error as Error);
            return;
        }
        callback(null, response);
    }
}

/** An invoke without an answer is unknown to the program, as it is while it waits for a resource. */
function invokeResponse(result: WireObject | undefined): object {
    const struct = toStruct(result ?? {});
    return { getFailuresList: () => [], getReturn: () => struct, getUnknown: () => result === undefined };
}
