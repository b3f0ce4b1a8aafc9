import type { ProxiedAgent } from "../agent-ports";
import { bootstrapYaml, extension, noClusterLimits, router, socketAddress, type Envoy } from "../envoy/bootstrap";
import { accessLog, agentListener, listenersYaml } from "../envoy/listeners";
import { nonPublicRanges } from "../non-public-ranges";

const HTTPS_PORT = 443;

export interface EgressOptions {
    /** Port of the hosts that agents reach. */
    readonly port?: number;
    /** Ranges that a host's name must not resolve to. */
    readonly refusedRanges?: readonly string[];
    /** Name server. Default: that of the pod. */
    readonly nameServer?: { readonly address: string; readonly port: number };
    /** Address that the proxy listens on. */
    readonly address?: string;
    readonly agentsDir?: string;
    readonly adminPort?: number;
    readonly metricsPort?: number;
}

/** Names are resolved here and nowhere else: an agent has no name server that could carry data out. */
function dnsCache({ nameServer }: EgressOptions): Envoy {
    return {
        name: "hosts",
        dns_lookup_family: "V4_ONLY",
        dns_refresh_rate: "60s",
        // A name that nobody asks for is forgotten; a wildcard lets an agent ask for many.
        host_ttl: "120s",
        max_hosts: 65_536,
        typed_dns_resolver_config: extension(
            "envoy.network.dns_resolver.cares",
            "extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
            {
                // `slack.com` is never looked up as slack.com.egress.svc.cluster.local.
                dns_resolver_options: { no_default_search_domain: true },
                ...(nameServer ? { resolvers: [socketAddress(nameServer.address, nameServer.port)] } : {}),
            },
        ),
    };
}

/** Refuses a host whose name resolves into the VPC, to a metadata service, or to any address that is not the internet's. */
function privateAddressFilter(ranges: readonly string[]): Envoy {
    const permissions = ranges.map((range) => {
        const [address_prefix, length] = range.split("/");
        return {
            matcher: extension(
                "envoy.rbac.matchers.upstream_ip_port",
                "extensions.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher",
                { upstream_ip: { address_prefix, prefix_len: Number(length) } },
            ),
        };
    });
    return extension("envoy.filters.http.rbac", "extensions.filters.http.rbac.v3.RBAC", {
        rules: { action: "DENY", policies: { "private-address": { permissions, principals: [{ any: true }] } } },
    });
}

/** `refused`, for `CONNECT` and for every other method: plain HTTP is no way out. */
function refusedRoutes(): Envoy[] {
    const answer = {
        status: 403,
        body: {
            inline_string: "This host is not in the allow-list of the agent: see allowedHosts in the stack's config.\n",
        },
    };
    return [
        { match: { connect_matcher: {} }, direct_response: answer },
        { match: { prefix: "/" }, direct_response: answer },
    ];
}

function tunnelRoutes(refused: readonly Envoy[]): Envoy[] {
    return [
        {
            match: { connect_matcher: {} },
            route: {
                cluster: "internet",
                timeout: "0s",
                idle_timeout: "3600s",
                upgrade_configs: [{ upgrade_type: "CONNECT", connect_config: {} }],
            },
        },
        ...refused,
    ];
}

/** Bootstrap config of the egress proxy. */
export function egressBootstrap(options: EgressOptions = {}): string {
    return bootstrapYaml({
        ...options,
        name: "egress-proxy",
        maxConnections: 20_000,
        clusters: [
            {
                name: "internet",
                connect_timeout: "10s",
                lb_policy: "CLUSTER_PROVIDED",
                circuit_breakers: noClusterLimits,
                upstream_connection_options: { tcp_keepalive: { keepalive_time: 60, keepalive_interval: 15 } },
                cluster_type: extension(
                    "envoy.clusters.dynamic_forward_proxy",
                    "extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig",
                    { dns_cache_config: dnsCache(options) },
                ),
            },
        ],
    });
}

/**
 * Listeners of the egress proxy: for each agent one that tunnels (`CONNECT`) to port 443 of its hosts, and answers 403
 * to all else.
 */
export function egressListeners(agents: readonly ProxiedAgent[], options: EgressOptions = {}): string {
    const { port = HTTPS_PORT, refusedRanges = nonPublicRanges } = options;
    const refused = refusedRoutes();
    const tunnel = tunnelRoutes(refused);
    const nowhere = { name: "refused", domains: ["*"], routes: refused };
    const shared = {
        codec_type: "HTTP1",
        access_log: accessLog("egress"),
        request_headers_timeout: "10s",
        stream_idle_timeout: "3600s",
        upgrade_configs: [{ upgrade_type: "CONNECT" }],
        // Python before 3.12 asks for tunnels in HTTP/1.0, pip among others, which Envoy otherwise answers with 426.
        http_protocol_options: { accept_http_10: true },
        http_filters: [
            extension(
                "envoy.filters.http.dynamic_forward_proxy",
                "extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig",
                { dns_cache_config: dnsCache(options), save_upstream_address: true },
            ),
            privateAddressFilter(refusedRanges),
            router,
        ],
    };
    // Agents of one kind have the same hosts, written once.
    const routesOf = new Map<string, Envoy>();
    const routes = (hosts: readonly string[]) => {
        const domains = [...new Set(hosts)].sort().map((host) => `${host}:${port}`);
        const key = domains.join(" ");
        const known = routesOf.get(key);
        if (known) return known;
        const allowed = domains.length > 0 ? [{ name: "allowed", domains, routes: tunnel }] : [];
        const made = { virtual_hosts: [...allowed, nowhere] };
        routesOf.set(key, made);
        return made;
    };
    return listenersYaml(
        agents.map((agent) =>
            agentListener(agent, {
                address: options.address,
                settings: { ...shared, route_config: routes(agent.hosts) },
            }),
        ),
    );
}
