import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { grpcClientOptions } from "../../../automation/stack/connections";

const METHOD = "/test.Engine/Ping";
const bytes = (value: Buffer) => value;

async function serve(port: number): Promise<{ port: number; stop: () => void }> {
    const server = new grpc.Server();
    const ping = {
        path: METHOD,
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
    };
    server.addService(
        { ping },
        { ping: ((_call, done) => done(null, Buffer.from("pong"))) as grpc.handleUnaryCall<Buffer, Buffer> },
    );
    const bound = await new Promise<number>((resolve, reject) =>
        server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, at) =>
            error ? reject(error) : resolve(at),
        ),
    );
    return { port: bound, stop: () => server.forceShutdown() };
}

/** What a call answers, or the code that it fails with. */
function ping(client: grpc.Client): Promise<string | number> {
    return new Promise((resolve) =>
        client.makeUnaryRequest(METHOD, bytes, bytes, Buffer.alloc(0), (error, answer) =>
            resolve(error ? error.code : String(answer)),
        ),
    );
}

/** What a second engine on the port of one that has ended answers to its program. */
async function onReusedPort(options: grpc.ClientOptions): Promise<string | number> {
    const first = await serve(0);
    const connect = () => new grpc.Client(`127.0.0.1:${first.port}`, grpc.credentials.createInsecure(), options);
    const old = connect();
    expect(await ping(old)).to.equal("pong");
    first.stop();
    expect(await ping(old)).to.equal(grpc.status.UNAVAILABLE);
    const second = await serve(first.port);
    const client = connect();
    try {
        return await ping(client);
    } finally {
        [old, client].forEach((each) => each.close());
        second.stop();
    }
}

describe("connections to engines, many in one process", () => {
    it("are not shared: an engine on the port of one that has ended is reached", async () => {
        expect(await onReusedPort(grpcClientOptions as grpc.ClientOptions)).to.equal("pong");
    });

    it("would be dead there, if they were shared", async () => {
        expect(await onReusedPort({})).to.equal(grpc.status.UNAVAILABLE);
    });
});
