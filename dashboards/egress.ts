import { dashboardJson, graph, number, stacked } from "./panels";

/** The two proxies: the label of Envoy's statistics that holds the agent's name is the prefix of its listener. */
const egress = 'namespace="egress", envoy_http_conn_manager_prefix!="metrics"';
const inference = 'namespace="litellm", envoy_http_conn_manager_prefix!="metrics"';
const refused = (where: string) => `envoy_http_downstream_rq_xx{${where}, envoy_response_code_class="4"}`;
const byAgent = (series: string) => `sum by (envoy_http_conn_manager_prefix) (${series})`;
const rate = (series: string) => byAgent(`rate(${series}[$__rate_interval])`);
const legend = "{{envoy_http_conn_manager_prefix}}";

/** What agents reach by the proxies, and what they were refused. */
export function egressDashboard(): string {
    return dashboardJson("clawstack-egress", "Egress", "What agents reach, and what they are refused", [
        {
            title: "Internet",
            panels: [
                number("Refused", "short", { expr: `sum(increase(${refused(egress)}[$__range]))` }),
                number("Open connections", "short", { expr: `sum(envoy_http_downstream_rq_active{${egress}})` }),
                number("Sent by agents", "bytes", {
                    expr: `sum(increase(envoy_http_downstream_cx_rx_bytes_total{${egress}}[$__range]))`,
                }),
                number("Proxies up", "short", { expr: 'sum(up{namespace="egress"})' }),
                stacked("Refused requests by agent", "reqps", { expr: rate(refused(egress)), legend }),
                stacked("Open connections by agent", "short", {
                    expr: byAgent(`envoy_http_downstream_rq_active{${egress}}`),
                    legend,
                }),
                graph("Sent by agent", "bytes", {
                    expr: rate(`envoy_http_downstream_cx_rx_bytes_total{${egress}}`),
                    legend,
                }),
                graph("Received by agent", "bytes", {
                    expr: rate(`envoy_http_downstream_cx_tx_bytes_total{${egress}}`),
                    legend,
                }),
            ],
        },
        {
            title: "Models",
            panels: [
                stacked("Calls by agent", "reqps", {
                    expr: rate(`envoy_http_downstream_rq_total{${inference}}`),
                    legend,
                }),
                stacked("Refused calls by agent, here or by LiteLLM", "reqps", {
                    expr: rate(refused(inference)),
                    legend,
                }),
                graph("Answers in progress by agent", "short", {
                    expr: byAgent(`envoy_http_downstream_rq_active{${inference}}`),
                    legend,
                }),
                graph("Replicas of LiteLLM that did not answer", "reqps", {
                    expr: 'sum(rate(envoy_cluster_upstream_cx_connect_fail{envoy_cluster_name="litellm"}[$__rate_interval]))',
                    legend: "failed connections",
                }),
            ],
        },
        {
            title: "Proxies",
            panels: [
                graph("Memory", "bytes", {
                    expr: 'envoy_server_memory_physical_size{namespace=~"egress|litellm"}',
                    legend: "{{pod}}",
                }),
                graph("Listeners", "short", {
                    expr: 'envoy_listener_manager_total_listeners_active{namespace=~"egress|litellm"}',
                    legend: "{{pod}}",
                }),
            ],
        },
    ]);
}
