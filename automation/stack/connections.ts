import * as settings from "@pulumi/pulumi/runtime/settings";

/** Left out of the SDK's declarations: what the program's connections to the engine are made with. */
export const { grpcClientOptions } = settings as unknown as { grpcClientOptions: Record<string, unknown> };

// gRPC shares connections by address within a process. Engines take ports at random: one that gets the port of an engine
// that has ended would be given the dead connection, and its program would fail with UNAVAILABLE.
grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
