import type { MonitoringConfig } from "../config";

export interface AlertRule {
    readonly alert: string;
    readonly expr: string;
    /** How long it must hold. */
    readonly for: string;
    readonly labels: { readonly severity: "critical" | "warning" };
    readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

/** A group of a PrometheusRule (monitoring.coreos.com/v1). */
export interface RuleGroup {
    readonly name: string;
    readonly rules: readonly AlertRule[];
}

interface Alert {
    readonly name: string;
    readonly severity: "critical" | "warning";
    readonly expr: string;
    readonly for: string;
    readonly summary: string;
    readonly description: string;
}

function rule({ name, severity, expr, for: duration, summary, description }: Alert): AlertRule {
    return {
        alert: name,
        expr,
        for: duration,
        labels: { severity },
        annotations: { summary, description, runbook_url: `docs/operations.md#${name.toLowerCase()}` },
    };
}

const sandboxNamespaces = 'namespace=~"openclaw|hermes"';
const spent =
    "1 - min by (api_key_alias) (litellm_remaining_api_key_budget_metric) / max by (api_key_alias) (litellm_api_key_max_budget_metric > 0)";

function gatewayAlerts(warningPercent: number): Alert[] {
    return [
        {
            name: "LiteLLMDown",
            severity: "critical",
            expr: 'absent(up{namespace="litellm", service="litellm"} == 1)',
            for: "3m",
            summary: "No replica of LiteLLM answers",
            description: "Agents can't reach any model. See the pods of namespace litellm, then the database.",
        },
        {
            name: "LiteLLMFailing",
            severity: "warning",
            expr: "sum(rate(litellm_proxy_failed_requests_metric_total[10m])) / sum(rate(litellm_proxy_total_requests_metric_total[10m])) > 0.1",
            for: "10m",
            summary: "More than a tenth of the requests to LiteLLM fail",
            description: "See the panel of failures by class: budgets, limits, or a model that does not answer.",
        },
        {
            name: "ModelThrottled",
            severity: "warning",
            expr: 'sum by (litellm_model_name) (rate(litellm_deployment_failure_responses_total{exception_status="429"}[10m])) > 0.05',
            for: "10m",
            summary: "{{ $labels.litellm_model_name }} is throttled by its provider",
            description: "Ask AWS for a higher quota, use a cross-region inference profile, or configure a fallback.",
        },
        {
            name: "BudgetNearlySpent",
            severity: "warning",
            expr: `${spent} > ${warningPercent / 100}`,
            for: "5m",
            summary: `{{ $labels.api_key_alias }} has spent more than ${warningPercent} % of its budget`,
            description: "Raise key.budgetUsd of the sandbox, or let it stop until the period starts anew.",
        },
        {
            name: "BudgetSpent",
            severity: "critical",
            expr: `${spent} >= 1`,
            for: "1m",
            summary: "{{ $labels.api_key_alias }} has spent its budget and is refused",
            description: "Raise key.budgetUsd of the sandbox, or wait until the period starts anew.",
        },
    ];
}

const sandboxAlerts: Alert[] = [
    {
        name: "SandboxCrashLooping",
        severity: "critical",
        expr: `increase(kube_pod_container_status_restarts_total{${sandboxNamespaces}}[15m]) > 3`,
        for: "5m",
        summary: "{{ $labels.namespace }}/{{ $labels.pod }} restarts again and again",
        description: "See its log; a config that the agent refuses and an expired key are the usual reasons.",
    },
    {
        name: "SandboxNotReady",
        severity: "warning",
        expr: 'clawstack_sandbox_condition{type="Ready"} == 0 unless on (namespace, name) clawstack_sandbox_condition{type="Suspended"} == 1',
        for: "15m",
        summary: "Sandbox {{ $labels.namespace }}/{{ $labels.name }} is not ready",
        description: "Describe the sandbox and its pod; a bare-metal node takes up to ten minutes, longer is a fault.",
    },
    {
        name: "VolumeNearlyFull",
        severity: "warning",
        expr: "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.1",
        for: "10m",
        summary: "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is nine tenths full",
        description: "Raise its size in the config; volumes grow while they are in use.",
    },
];

const refusedByEgress =
    'envoy_http_downstream_rq_xx{namespace="egress", envoy_response_code_class="4", envoy_http_conn_manager_prefix!="metrics"}';
const proxiesUp = 'up{namespace=~"egress|litellm", job=~"monitoring/(egress|inference)-proxy"} == 1';

const proxyAlerts: Alert[] = [
    {
        name: "EgressRefused",
        severity: "warning",
        expr: `sum by (envoy_http_conn_manager_prefix) (increase(${refusedByEgress}[15m])) > 20`,
        for: "5m",
        summary: "{{ $labels.envoy_http_conn_manager_prefix }} asks again and again for hosts that it may not reach",
        description:
            "A host is missing from its allowedHosts, or the agent was talked into something. The log names it.",
    },
    {
        name: "ProxyDown",
        severity: "critical",
        expr: `count(count by (job) (${proxiesUp})) < 2 or absent(${proxiesUp})`,
        for: "3m",
        summary: "No replica of the egress proxy or of the inference proxy answers",
        description: "Agents hear nothing, or reach no model. See the pods of namespaces egress and litellm.",
    },
    {
        name: "ProxyConfigRefused",
        severity: "critical",
        expr: "increase(envoy_listener_manager_lds_update_rejected[10m]) > 0",
        for: "1m",
        summary: "{{ $labels.pod }} refuses the listeners of agents that it was given",
        description: "It goes on with the last good ones: a new agent has no network, a rotated key is not used.",
    },
];

const platformAlerts: Alert[] = [
    {
        name: "NodePoolCannotLaunch",
        severity: "critical",
        expr: 'sum by (nodepool) (increase(karpenter_nodeclaims_disrupted_total{reason=~"insufficient_capacity|liveness|registration_timeout"}[15m])) > 2',
        for: "5m",
        summary: "Pool {{ $labels.nodepool }} launches nodes that never join",
        description: "EC2 has no capacity of these types, or nodes fail to boot; add types, zones or on-demand.",
    },
    {
        name: "PodsWaitForNode",
        severity: "warning",
        expr: `sum(kube_pod_status_phase{phase="Pending", ${sandboxNamespaces}}) > 0`,
        for: "15m",
        summary: "Sandboxes have waited for a node for a quarter of an hour",
        description: "See Karpenter's log, and the limits of the pools in nodePools.*.cpuLimit.",
    },
    {
        name: "PostgresDown",
        severity: "critical",
        expr: 'cnpg_collector_up{namespace="litellm"} == 0',
        for: "3m",
        summary: "The database of LiteLLM is down",
        description: "Keys can't be checked, so agents are refused. See the cluster litellm-postgres.",
    },
    {
        name: "PostgresBackupOld",
        severity: "warning",
        expr: "time() - cnpg_collector_last_available_backup_timestamp > 2 * 86400 and cnpg_collector_last_available_backup_timestamp > 0",
        for: "1h",
        summary: "The last backup of LiteLLM's database is older than two days",
        description: "See the ScheduledBackup litellm-postgres-daily and the rights of its role.",
    },
    {
        name: "TargetDown",
        severity: "warning",
        expr: 'up{namespace=~"litellm|egress|karpenter|agent-sandbox-system"} == 0',
        for: "10m",
        summary: "Prometheus can't scrape {{ $labels.namespace }}/{{ $labels.pod }}",
        description: "Its alerts are blind meanwhile.",
    },
];

/** Alert rules by group, with the threshold of the config. */
export function alertRuleGroups(config: MonitoringConfig): RuleGroup[] {
    if (!config.alerts.enabled) return [];
    return [
        { name: "clawstack-gateway", rules: gatewayAlerts(config.alerts.budgetWarningPercent).map(rule) },
        { name: "clawstack-sandboxes", rules: sandboxAlerts.map(rule) },
        { name: "clawstack-proxies", rules: proxyAlerts.map(rule) },
        { name: "clawstack-platform", rules: platformAlerts.map(rule) },
    ];
}
