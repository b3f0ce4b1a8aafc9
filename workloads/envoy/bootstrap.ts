import { stringify } from "yaml";

/** Port that Prometheus and the kubelet reach; it offers `/stats/prometheus` and `/ready` and nothing else of the admin interface. */
export const METRICS_PORT = 9902;
const ADMIN_PORT = 9901;

/** Folder of the bootstrap config. */
export const BOOTSTRAP_DIR = "/etc/envoy/bootstrap";
/** Folder of the listeners, one for each agent; Envoy follows changes in it. */
export const AGENTS_DIR = "/etc/envoy/agents";
/** File of the listeners within `AGENTS_DIR`. */
export const LISTENERS_FILE = "listeners.yaml";

/** A message of Envoy's API, as JSON. */
export type Envoy = Readonly<Record<string, unknown>>;

/** Name of a message's type, which Envoy wants beside an extension's settings. */
export const typeUrl = (message: string) => `type.googleapis.com/envoy.${message}`;

/** An extension with its settings. Its type is what Envoy finds it by; the name is for people. */
export function extension(name: string, message: string, settings: Envoy = {}): Envoy {
    return { name, typed_config: { "@type": typeUrl(message), ...settings } };
}

export const socketAddress = (address: string, port: number): Envoy => ({
    socket_address: { address, port_value: port },
});

/** Config that Envoy reads from a mounted folder, and reads again when Kubernetes changes it. */
function fromFolder(folder: string, file: string): Envoy {
    return {
        path_config_source: { path: `${folder}/${file}`, watched_directory: { path: folder } },
        resource_api_version: "V3",
    };
}

export interface BootstrapInput {
    /** Name of the proxy, in logs. */
    readonly name: string;
    readonly clusters: readonly Envoy[];
    /** Connections from agents in all, above which new ones are refused. */
    readonly maxConnections: number;
    /** Folders, in tests others than the ones in the pod. */
    readonly agentsDir?: string;
    readonly adminPort?: number;
    readonly metricsPort?: number;
}

/** Statistics that are kept. An agent has some 80 without this list, and a scrape of 1,000 agents would be 20 MB. */
const keptStats = [
    // Of each agent, whose listener has its name as the prefix.
    "^http\\.[^.]+\\.downstream_(rq_([1-5]xx|total|active)|cx_(active|rx_bytes_total|tx_bytes_total))$",
    "^http\\.[^.]+\\.rbac\\..*",
    "^connection_limit\\.[^.]+\\.limited_connections$",
    // Of the proxy.
    "^cluster\\..*",
    "^dns_cache\\..*",
    "^listener_manager\\..*",
    "^server\\.(live|uptime|memory_allocated|memory_physical_size|total_connections|days_until.*)$",
];

const connectionManager = "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
export const router = extension("envoy.filters.http.router", "extensions.filters.http.router.v3.Router");

/** An HTTP connection manager as a listener's filter. */
export const httpConnectionManager = (settings: Envoy) => extension("http", connectionManager, settings);

/** Offers two paths of the admin interface, which listens on loopback alone. */
function metricsListener(port: number): Envoy {
    const paths = ["/stats/prometheus", "/ready"];
    const manager = httpConnectionManager({
        stat_prefix: "metrics",
        http_filters: [router],
        route_config: {
            virtual_hosts: [
                {
                    name: "metrics",
                    domains: ["*"],
                    routes: paths.map((path) => ({ match: { path }, route: { cluster: "admin" } })),
                },
            ],
        },
    });
    return { name: "metrics", address: socketAddress("0.0.0.0", port), filter_chains: [{ filters: [manager] }] };
}

/** A cluster of one address, resolved again and again when it is a name. */
export function cluster(name: string, host: string, port: number, settings: Envoy = {}): Envoy {
    return {
        name,
        type: /^[\d.]+$/.test(host) ? "STATIC" : "STRICT_DNS",
        connect_timeout: "5s",
        load_assignment: {
            cluster_name: name,
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(host, port) } }] }],
        },
        ...settings,
    };
}

/** Limits that are no limits: Envoy's own are for all agents together, 1024 of each. */
export const noClusterLimits = {
    thresholds: [{ max_connections: 100_000, max_pending_requests: 100_000, max_requests: 100_000, max_retries: 1000 }],
};

/** Envoy's bootstrap config. Listeners of agents are not in it: they come and go without a restart. */
export function bootstrapYaml(input: BootstrapInput): string {
    const { name, agentsDir = AGENTS_DIR, adminPort = ADMIN_PORT, metricsPort = METRICS_PORT } = input;
    return stringify({
        node: { id: name, cluster: name },
        // Not /config_dump: listeners may hold keys. Nothing that changes a running proxy either.
        admin: {
            address: socketAddress("127.0.0.1", adminPort),
            allow_paths: [{ exact: "/ready" }, { prefix: "/stats" }],
        },
        static_resources: {
            listeners: [metricsListener(metricsPort)],
            clusters: [cluster("admin", "127.0.0.1", adminPort), ...input.clusters],
        },
        dynamic_resources: { lds_config: fromFolder(agentsDir, LISTENERS_FILE) },
        stats_config: {
            stats_matcher: { inclusion_list: { patterns: keptStats.map((regex) => ({ safe_regex: { regex } })) } },
        },
        overload_manager: {
            resource_monitors: [
                extension(
                    "envoy.resource_monitors.global_downstream_max_connections",
                    "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                    { max_active_downstream_connections: input.maxConnections },
                ),
            ],
        },
    });
}
