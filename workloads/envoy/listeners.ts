import { stringify } from "yaml";
import type { ProxiedAgent } from "../agent-ports";
import { extension, httpConnectionManager, socketAddress, typeUrl, type Envoy } from "./bootstrap";

/** Connections that one agent may hold at once, so that it can't take the others' share. */
const MAX_CONNECTIONS_PER_AGENT = 512;

export interface AgentListener {
    /** Settings of the connection manager beside those that all listeners share. */
    readonly settings: Envoy;
    /** Address to listen on; in tests loopback. */
    readonly address?: string;
}

/**
 * One line for each request, as JSON: who (the listener's name), where to, and what became of it. No header, no body.
 * `details` tells why a request was refused.
 */
export function accessLog(proxy: string): Envoy[] {
    return [
        extension("envoy.access_loggers.stdout", "extensions.access_loggers.stream.v3.StdoutAccessLog", {
            log_format: {
                json_format: {
                    time: "%START_TIME%",
                    proxy,
                    agent: "%FILTER_CHAIN_NAME%",
                    method: "%REQ(:METHOD)%",
                    host: "%REQ(:AUTHORITY)%",
                    path: "%PATH(NQ:PATH)%",
                    status: "%RESPONSE_CODE%",
                    details: "%RESPONSE_CODE_DETAILS%",
                    upstream: "%UPSTREAM_REMOTE_ADDRESS%",
                    received: "%BYTES_RECEIVED%",
                    sent: "%BYTES_SENT%",
                    durationMs: "%DURATION%",
                },
            },
        }),
    ];
}

/** Counted for each listener, though its settings are shared. */
const connectionLimit = extension(
    "envoy.filters.network.connection_limit",
    "extensions.filters.network.connection_limit.v3.ConnectionLimit",
    { stat_prefix: "agents", max_connections: MAX_CONNECTIONS_PER_AGENT },
);

/** The listener of an agent: its port, its name in statistics and logs, and what it may do. */
export function agentListener({ name, port }: Pick<ProxiedAgent, "name" | "port">, listener: AgentListener): Envoy {
    return {
        "@type": typeUrl("config.listener.v3.Listener"),
        name,
        address: socketAddress(listener.address ?? "0.0.0.0", port),
        filter_chains: [
            { name, filters: [connectionLimit, httpConnectionManager({ stat_prefix: name, ...listener.settings })] },
        ],
    };
}

/** What Kubernetes takes in one ConfigMap or Secret. */
const MAX_BYTES = 1024 * 1024;

/**
 * The file of all listeners. Parts that several listeners share are written once and referred to (YAML anchors), as long
 * as they are one object: a ConfigMap and a Secret hold 1 MiB, which is more than 1,000 agents.
 *
 * @throws Error when it does not fit.
 */
export function listenersYaml(listeners: readonly Envoy[]): string {
    const yaml = stringify(
        { resources: listeners },
        { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 },
    );
    if (Buffer.byteLength(yaml) > MAX_BYTES) {
        throw new Error(
            `the listeners of ${listeners.length} agents do not fit into a ConfigMap or a Secret; use a second stack`,
        );
    }
    return yaml;
}
