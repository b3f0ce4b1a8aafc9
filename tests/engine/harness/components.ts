import * as grpc from "@grpc/grpc-js";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import * as resource from "@pulumi/pulumi/proto/resource_pb";
import * as monitorRpc from "@pulumi/pulumi/proto/resource_grpc_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { predict } from "../../../automation/plan/engine/outputs";
import type { WireObject } from "../../../automation/plan/engine/values";
import { plain } from "./outputs";
import type { Value } from "./diff";
import { REGION } from "./providers";

type Monitor = InstanceType<typeof monitorRpc.ResourceMonitorClient>;

const toStruct = (value: object) => Struct.fromJavaScript(value as Record<string, JavaScriptValue>);

interface Child {
    readonly type: string;
    readonly name: string;
    readonly inputs: WireObject;
}

function register(
    monitor: Monitor,
    request: resource.RegisterResourceRequest,
): Promise<resource.RegisterResourceResponse> {
    return new Promise((resolve, reject) =>
        monitor.registerResource(
            request,
            (error: grpc.ServiceError | null, response: resource.RegisterResourceResponse) =>
                error ? reject(error) : resolve(response),
        ),
    );
}

function childRequest(parent: string, provider: string | undefined, { type, name, inputs }: Child) {
    const request = new resource.RegisterResourceRequest();
    request.setType(type);
    request.setName(name);
    request.setParent(parent);
    request.setCustom(true);
    request.setObject(toStruct(inputs));
    request.setAcceptsecrets(true);
    if (provider) request.setProvider(provider);
    return request;
}

/** Builds a remote component (awsx.Vpc, eks.Cluster, a manifest file) with its main children, as its provider would. */
export async function construct(request: proto.ConstructRequest): Promise<proto.ConstructResponse> {
    const monitor = new monitorRpc.ResourceMonitorClient(
        request.getMonitorendpoint(),
        grpc.credentials.createInsecure(),
    );
    const type = request.getType();
    const inputs = plain((request.getInputs()?.toJavaScript() ?? {}) as Value) as WireObject;

    const component = new resource.RegisterResourceRequest();
    component.setType(type);
    component.setName(request.getName());
    component.setParent(request.getParent());
    component.setCustom(false);
    component.setObject(toStruct({}));
    component.setAcceptsecrets(true);
    component.setDependenciesList(request.getDependenciesList());
    const { ...providers } = Object.fromEntries(request.getProvidersMap().toArray());
    const registered = await register(monitor, component);

    const children: Child[] = [];
    const declared = predict(
        {
            urn: registered.getUrn(),
            type,
            name: request.getName(),
            inputs,
            declareChild: (childType, name, childInputs) => {
                children.push({ type: childType, name, inputs: childInputs });
                return { urn: `child:${children.length - 1}`, id: `child-id:${children.length - 1}` };
            },
        },
        { region: REGION },
    );
    let state = JSON.stringify(declared.outputs);
    for (const [index, child] of children.entries()) {
        const made = await register(
            monitor,
            childRequest(registered.getUrn(), providers[child.type.split(":")[0] ?? ""], child),
        );
        state = state.replaceAll(`"child:${index}"`, JSON.stringify(made.getUrn()));
        state = state.replaceAll(`"child-id:${index}"`, JSON.stringify(made.getId() || `${child.name}-preview`));
    }
    const outputs = toStruct(JSON.parse(state) as object);
    const done = new resource.RegisterResourceOutputsRequest();
    done.setUrn(registered.getUrn());
    done.setOutputs(outputs);
    await new Promise<void>((resolve, reject) =>
        monitor.registerResourceOutputs(done, (error: grpc.ServiceError | null) => (error ? reject(error) : resolve())),
    );
    monitor.close();
    const response = new proto.ConstructResponse();
    response.setUrn(registered.getUrn());
    response.setState(outputs);
    return response;
}
