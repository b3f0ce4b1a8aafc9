import * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as empty from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { answerInvoke } from "../../../automation/plan/engine/outputs";
import { changesBetween, replacing, type Value } from "./diff";
import { construct } from "./components";
import { ClusterObjects } from "./objects";
import { outputsOf, plain } from "./outputs";

export type Operation = "create" | "update" | "delete";

export interface Call {
    readonly operation: Operation;
    readonly urn: string;
    readonly type: string;
    readonly name: string;
}

/** What the stand-in providers did, and what they are told to do wrong. */
export interface Cloud {
    /** Changes in the order that the engine asked for them; previews leave no trace. */
    readonly calls: Call[];
    /** URNs of the resources that there are. */
    readonly resources: Map<string, Value>;
    /** Fails an operation that it returns a message for. */
    fail?: (call: Call) => string | undefined;
    /** Milliseconds that each create takes. */
    delay?: number;
}

export const REGION = "us-west-2";
const packages = ["aws", "awsx", "eks", "kubernetes", "random"] as const;

type Handler<Request, Response> = (call: grpc.ServerUnaryCall<Request, Response>) => Promise<Response> | Response;

function unary<Request, Response>(handle: Handler<Request, Response>): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
        Promise.resolve()
            .then(() => handle(call))
            .then(
                (response) => callback(null, response),
                (error: Error) => callback({ code: grpc.status.UNKNOWN, message: error.message }),
            );
    };
}

const toObject = (struct: Struct | undefined): Value => (struct?.toJavaScript() ?? {}) as Value;
const toStruct = (value: Value) => Struct.fromJavaScript(value as Record<string, JavaScriptValue>);

/** Type and name that a URN ends with. */
export function describeUrn(urn: string): { type: string; name: string } {
    const [, , qualified = "", name = ""] = urn.split("::");
    return { type: qualified.split("$").at(-1) ?? "", name };
}

function attempt(cloud: Cloud, operation: Operation, urn: string): void {
    const call = { operation, urn, ...describeUrn(urn) };
    const problem = cloud.fail?.(call);
    if (problem) throw new Error(problem);
    cloud.calls.push(call);
}

function implementation(cloud: Cloud) {
    let serial = 0;
    const objects = new ClusterObjects();
    return {
        handshake: unary<proto.ProviderHandshakeRequest, proto.ProviderHandshakeResponse>(() => {
            const response = new proto.ProviderHandshakeResponse();
            response.setAcceptSecrets(true);
            response.setAcceptResources(true);
            response.setAcceptOutputs(true);
            return response;
        }),
        getSchema: unary<proto.GetSchemaRequest, proto.GetSchemaResponse>(() => new proto.GetSchemaResponse()),
        checkConfig: unary<proto.CheckRequest, proto.CheckResponse>(({ request }) => {
            const response = new proto.CheckResponse();
            response.setInputs(request.getNews());
            return response;
        }),
        diffConfig: unary<proto.DiffRequest, proto.DiffResponse>(() => new proto.DiffResponse()),
        configure: unary<proto.ConfigureRequest, proto.ConfigureResponse>((call) => {
            objects.configure(call.getPeer(), plain(toObject(call.request.getArgs())));
            const response = new proto.ConfigureResponse();
            response.setAcceptsecrets(true);
            response.setSupportspreview(true);
            response.setAcceptresources(true);
            response.setAcceptoutputs(true);
            return response;
        }),
        invoke: unary<proto.InvokeRequest, proto.InvokeResponse>(({ request }) => {
            const answer = answerInvoke(request.getTok(), toObject(request.getArgs()) as never, { region: REGION });
            if (!answer) throw new Error(`no stand-in answers ${request.getTok()}`);
            const response = new proto.InvokeResponse();
            response.setReturn(toStruct(answer as Value));
            return response;
        }),
        check: unary<proto.CheckRequest, proto.CheckResponse>(({ request }) => {
            const response = new proto.CheckResponse();
            response.setInputs(request.getNews());
            return response;
        }),
        diff: unary<proto.DiffRequest, proto.DiffResponse>(({ request }) => {
            const response = new proto.DiffResponse();
            const before = plain(toObject(request.getOldInputs()));
            const changes = changesBetween(before, plain(toObject(request.getNews())));
            const { type } = describeUrn(request.getUrn());
            const replaces = replacing(type, changes);
            response.setChanges(
                changes.length ? proto.DiffResponse.DiffChanges.DIFF_SOME : proto.DiffResponse.DiffChanges.DIFF_NONE,
            );
            response.setDiffsList([...new Set(changes.map(({ path }) => path.split(/[.[]/)[0] ?? path))]);
            response.setReplacesList([...new Set(replaces.map(({ path }) => path.split(/[.[]/)[0] ?? path))]);
            response.setDeletebeforereplace(ClusterObjects.deleteBeforeReplace(type, before));
            response.setHasdetaileddiff(true);
            const details = response.getDetaileddiffMap();
            for (const { path, kind } of changes) {
                const detail = new proto.PropertyDiff();
                const replaced = replaces.some((change) => change.path === path);
                const kinds = proto.PropertyDiff.Kind;
                detail.setKind(
                    {
                        add: replaced ? kinds.ADD_REPLACE : kinds.ADD,
                        delete: replaced ? kinds.DELETE_REPLACE : kinds.DELETE,
                        update: replaced ? kinds.UPDATE_REPLACE : kinds.UPDATE,
                    }[kind],
                );
                detail.setInputdiff(true);
                details.set(path, detail);
            }
            return response;
        }),
        create: unary<proto.CreateRequest, proto.CreateResponse>(async (call) => {
            const { request } = call;
            const { type, name } = describeUrn(request.getUrn());
            const inputs = toObject(request.getProperties());
            const response = new proto.CreateResponse();
            const { id, outputs } = outputsOf(type, name, inputs, ++serial);
            if (!request.getPreview()) {
                if (cloud.delay) await new Promise((resolve) => setTimeout(resolve, cloud.delay));
                if (type.startsWith("kubernetes:")) objects.refuse(call.getPeer(), plain(inputs));
                attempt(cloud, "create", request.getUrn());
                if (type.startsWith("kubernetes:")) objects.add(request.getUrn(), plain(inputs));
                cloud.resources.set(request.getUrn(), plain(inputs));
                response.setId(id);
            }
            response.setProperties(toStruct(outputs));
            return response;
        }),
        read: unary<proto.ReadRequest, proto.ReadResponse>(({ request }) => {
            const response = new proto.ReadResponse();
            response.setId(request.getId());
            response.setProperties(request.getProperties());
            response.setInputs(request.getInputs());
            return response;
        }),
        update: unary<proto.UpdateRequest, proto.UpdateResponse>(({ request }) => {
            const { type, name } = describeUrn(request.getUrn());
            if (!request.getPreview()) {
                attempt(cloud, "update", request.getUrn());
                cloud.resources.set(request.getUrn(), plain(toObject(request.getNews())));
            }
            const response = new proto.UpdateResponse();
            response.setProperties(toStruct(outputsOf(type, name, toObject(request.getNews()), serial).outputs));
            return response;
        }),
        delete: unary<proto.DeleteRequest, empty.Empty>(({ request }) => {
            attempt(cloud, "delete", request.getUrn());
            objects.delete(request.getUrn());
            cloud.resources.delete(request.getUrn());
            return new empty.Empty();
        }),
        construct: unary<proto.ConstructRequest, proto.ConstructResponse>(({ request }) => construct(request)),
        cancel: unary<empty.Empty, empty.Empty>(() => new empty.Empty()),
        getPluginInfo: unary<empty.Empty, plugin.PluginInfo>(() => {
            const info = new plugin.PluginInfo();
            info.setVersion("99.0.0");
            return info;
        }),
        attach: unary<plugin.PluginAttach, empty.Empty>(() => new empty.Empty()),
    };
}

export interface Providers {
    /** Value of PULUMI_DEBUG_PROVIDERS: the engine attaches to these in the place of plugins. */
    readonly attach: string;
    stop(): void;
}

/** Starts one stand-in for each provider that the program uses, on loopback. */
export async function startProviders(cloud: Cloud): Promise<Providers> {
    const servers: grpc.Server[] = [];
    const attach: string[] = [];
    for (const name of packages) {
        const server = new grpc.Server({ "grpc.max_receive_message_length": 400 << 20 });
        server.addService(
            (rpc as unknown as { ResourceProviderService: grpc.ServiceDefinition }).ResourceProviderService,
            implementation(cloud) as unknown as grpc.UntypedServiceImplementation,
        );
        const port = await new Promise<number>((resolve, reject) =>
            server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
                error ? reject(error) : resolve(bound),
            ),
        );
        servers.push(server);
        attach.push(`${name}:${port}`);
    }
    return { attach: attach.join(","), stop: () => servers.forEach((server) => server.forceShutdown()) };
}
