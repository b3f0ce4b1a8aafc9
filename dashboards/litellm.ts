import { dashboardJson, graph, number, quantiles, stacked } from "./panels";

const rate = (metric: string, by: string) => `sum by (${by}) (rate(${metric}[$__rate_interval]))`;
const increase = (metric: string) => `sum(increase(${metric}[$__range]))`;

/** LiteLLM: what agents ask for, what models answer, what it costs. */
export function litellmDashboard(): string {
    return dashboardJson("clawstack-litellm", "LiteLLM", "Requests, tokens, latency, deployments, budgets and limits", [
        {
            title: "Proxy",
            panels: [
                number("Requests", "short", { expr: increase("litellm_proxy_total_requests_metric_total") }),
                number("Failed requests", "short", { expr: increase("litellm_proxy_failed_requests_metric_total") }),
                number("Spend", "currencyUSD", { expr: increase("litellm_spend_metric_total") }),
                number("Replicas up", "short", { expr: 'sum(up{namespace="litellm", service="litellm"})' }),
                stacked("Requests by key", "reqps", {
                    expr: rate("litellm_proxy_total_requests_metric_total", "api_key_alias"),
                    legend: "{{api_key_alias}}",
                }),
                stacked("Failures by class", "reqps", {
                    expr: rate("litellm_proxy_failed_requests_metric_total", "exception_class, exception_status"),
                    legend: "{{exception_class}} {{exception_status}}",
                }),
                graph("Share of failures", "percentunit", {
                    expr: "sum(rate(litellm_proxy_failed_requests_metric_total[$__rate_interval])) / sum(rate(litellm_proxy_total_requests_metric_total[$__rate_interval]))",
                    legend: "failed",
                }),
                graph("Requests by route", "reqps", {
                    expr: rate("litellm_proxy_total_requests_metric_total", "route, status_code"),
                    legend: "{{route}} {{status_code}}",
                }),
            ],
        },
        {
            title: "Tokens",
            panels: [
                stacked("Input tokens by model", "short", {
                    expr: rate("litellm_input_tokens_metric_total", "model"),
                    legend: "{{model}}",
                }),
                stacked("Output tokens by model", "short", {
                    expr: rate("litellm_output_tokens_metric_total", "model"),
                    legend: "{{model}}",
                }),
                stacked("Tokens by key", "short", {
                    expr: rate("litellm_total_tokens_metric_total", "api_key_alias"),
                    legend: "{{api_key_alias}}",
                }),
                stacked("Tokens by model", "short", {
                    expr: rate("litellm_total_tokens_metric_total", "model"),
                    legend: "{{model}}",
                }),
            ],
        },
        {
            title: "Latency",
            panels: [
                graph("Request, end to end", "s", ...quantiles("litellm_request_total_latency_metric")),
                graph("Model API", "s", ...quantiles("litellm_llm_api_latency_metric")),
                graph("Time to first token", "s", ...quantiles("litellm_llm_api_time_to_first_token_metric")),
                graph("Added by LiteLLM", "s", ...quantiles("litellm_overhead_latency_metric")),
            ],
        },
        {
            title: "Deployments",
            panels: [
                graph("State (0 healthy, 1 partial outage, 2 outage)", "short", {
                    expr: "max by (litellm_model_name) (litellm_deployment_state)",
                    legend: "{{litellm_model_name}}",
                }),
                graph("Successes", "reqps", {
                    expr: rate("litellm_deployment_success_responses_total", "litellm_model_name"),
                    legend: "{{litellm_model_name}}",
                }),
                graph("Failures", "reqps", {
                    expr: rate("litellm_deployment_failure_responses_total", "litellm_model_name, exception_class"),
                    legend: "{{litellm_model_name}} {{exception_class}}",
                }),
                graph(
                    "Fallbacks",
                    "reqps",
                    {
                        expr: rate("litellm_deployment_successful_fallbacks_total", "fallback_model"),
                        legend: "to {{fallback_model}}",
                    },
                    {
                        expr: rate("litellm_deployment_failed_fallbacks_total", "fallback_model"),
                        legend: "failed to {{fallback_model}}",
                    },
                ),
            ],
        },
        {
            title: "Budgets",
            panels: [
                stacked("Spend by key, USD an hour", "currencyUSD", {
                    expr: "sum by (api_key_alias) (rate(litellm_spend_metric_total[1h])) * 3600",
                    legend: "{{api_key_alias}}",
                }),
                stacked("Spend by team and user, USD an hour", "currencyUSD", {
                    expr: "sum by (team_alias, user) (rate(litellm_spend_metric_total[1h])) * 3600",
                    legend: "{{team_alias}} {{user}}",
                }),
                graph("Budget left by key", "currencyUSD", {
                    expr: "min by (api_key_alias) (litellm_remaining_api_key_budget_metric)",
                    legend: "{{api_key_alias}}",
                }),
                graph("Budget left by team", "currencyUSD", {
                    expr: "min by (team_alias) (litellm_remaining_team_budget_metric)",
                    legend: "{{team_alias}}",
                }),
                graph("Hours until a budget starts anew", "h", {
                    expr: "min by (api_key_alias) (litellm_api_key_budget_remaining_hours_metric)",
                    legend: "{{api_key_alias}}",
                }),
                graph("Share of the budget spent", "percentunit", {
                    expr: "1 - min by (api_key_alias) (litellm_remaining_api_key_budget_metric) / max by (api_key_alias) (litellm_api_key_max_budget_metric)",
                    legend: "{{api_key_alias}}",
                }),
            ],
        },
        {
            title: "Rate limits",
            panels: [
                graph("Requests left by key", "short", {
                    expr: "min by (api_key_alias, model) (litellm_remaining_api_key_requests_for_model)",
                    legend: "{{api_key_alias}} {{model}}",
                }),
                graph("Tokens left by key", "short", {
                    expr: "min by (api_key_alias, model) (litellm_remaining_api_key_tokens_for_model)",
                    legend: "{{api_key_alias}} {{model}}",
                }),
                graph("Requests left at the provider", "short", {
                    expr: "min by (litellm_model_name) (litellm_remaining_requests_metric)",
                    legend: "{{litellm_model_name}}",
                }),
                graph("Tokens left at the provider", "short", {
                    expr: "min by (litellm_model_name) (litellm_remaining_tokens_metric)",
                    legend: "{{litellm_model_name}}",
                }),
            ],
        },
    ]);
}
