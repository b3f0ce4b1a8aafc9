import type { ProxiedAgent } from "../agent-ports";
import { bootstrapYaml, cluster, extension, noClusterLimits, router, typeUrl, type Envoy } from "../envoy/bootstrap";
import { accessLog, agentListener, listenersYaml } from "../envoy/listeners";

export interface InferenceOptions {
    /** LiteLLM. */
    readonly upstream: { readonly host: string; readonly port: number };
    /** Address that the proxy listens on. */
    readonly address?: string;
    readonly agentsDir?: string;
    readonly adminPort?: number;
    readonly metricsPort?: number;
}

/** What agents call, letter by letter, whatever the dialect of their client. Keys, budgets, models and users are managed elsewhere. */
export const inferencePaths = {
    POST: [
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/responses",
        "/v1/messages",
        "/v1/messages/count_tokens",
        "/v1/embeddings",
    ],
    GET: ["/v1/models", "/health/liveliness", "/health/readiness"],
} as const;

/**
 * Headers that LiteLLM takes a key from, beside Authorization, which is replaced: one of them would win over the key of the
 * agent. And those that change what LiteLLM does for a caller.
 */
const removedHeaders: Envoy[] = [
    { exact: "api-key" },
    { exact: "x-api-key" },
    { exact: "x-goog-api-key" },
    { exact: "ocp-apim-subscription-key" },
    { prefix: "x-litellm-" },
    { prefix: "x-mcp-" },
];

/** An agent, and its key of LiteLLM. */
export interface KeyedAgent extends ProxiedAgent {
    /** Secret. */
    readonly key: string;
}

function routes(): Envoy[] {
    const route = {
        cluster: "litellm",
        // Answers are streams that may take as long as a model does; LiteLLM has a limit of its own.
        timeout: "0s",
        idle_timeout: "900s",
        retry_policy: {
            // A replica that goes away: nothing of the request was worked on.
            retry_on: "connect-failure,refused-stream,reset-before-request",
            num_retries: 3,
        },
    };
    const allowed = Object.entries(inferencePaths).flatMap(([method, paths]) =>
        paths.map((path) => ({
            match: { path, headers: [{ name: ":method", string_match: { exact: method } }] },
            route,
        })),
    );
    const body = { inline_string: "Agents call models here, and nothing else of LiteLLM.\n" };
    return [...allowed, { match: { prefix: "/" }, direct_response: { status: 403, body } }];
}

const stripKeys = extension(
    "envoy.filters.http.header_mutation",
    "extensions.filters.http.header_mutation.v3.HeaderMutation",
    { mutations: { request_mutations: removedHeaders.map((key_matcher) => ({ remove_on_match: { key_matcher } })) } },
);

/** Bootstrap config of the inference proxy. */
export function inferenceBootstrap(options: InferenceOptions): string {
    const { host, port } = options.upstream;
    return bootstrapYaml({
        ...options,
        name: "inference-proxy",
        maxConnections: 20_000,
        clusters: [
            cluster("litellm", host, port, {
                circuit_breakers: noClusterLimits,
                typed_extension_protocol_options: {
                    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                        "@type": typeUrl("extensions.upstreams.http.v3.HttpProtocolOptions"),
                        explicit_http_config: { http_protocol_options: {} },
                        // New connections find replicas that are new; old ones end before LiteLLM would end them.
                        common_http_protocol_options: { idle_timeout: "4s", max_connection_duration: "300s" },
                    },
                },
            }),
        ],
    });
}

/**
 * Listeners of the inference proxy: for each agent one that replaces what the agent sent in Authorization by its key, and
 * takes calls of models alone. A secret: the keys are in it. They are not in files of their own, as Envoy would watch each
 * with an inotify instance, of which Linux grants a user 128.
 */
export function inferenceListeners(
    agents: readonly KeyedAgent[],
    options: Pick<InferenceOptions, "address"> = {},
): string {
    const shared = {
        access_log: accessLog("inference"),
        request_headers_timeout: "10s",
        // Connections move on while a replica of this proxy ends; each answer is still finished.
        common_http_protocol_options: { idle_timeout: "300s", max_connection_duration: "60s" },
        http_filters: [stripKeys, router],
    };
    const virtual_hosts = [{ name: "litellm", domains: ["*"], routes: routes() }];
    return listenersYaml(
        agents.map((agent) => {
            const header = { key: "authorization", value: `Bearer ${agent.key}` };
            const request_headers_to_add = [{ header, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" }];
            return agentListener(agent, {
                address: options.address,
                settings: { ...shared, route_config: { request_headers_to_add, virtual_hosts } },
            });
        }),
    );
}
