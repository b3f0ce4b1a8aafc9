import { dashboardJson, graph, number, quantiles, stacked } from "./panels";

/** Namespaces of sandboxes. */
const where = 'namespace=~"openclaw|hermes"';

/** Sandboxes: are they there, are they well, what do they use. */
export function sandboxesDashboard(): string {
    return dashboardJson(
        "clawstack-sandboxes",
        "Sandboxes",
        "Agents in their VMs: state, resources, volumes, warm pools",
        [
            {
                title: "State",
                panels: [
                    number("Ready", "short", {
                        expr: 'sum(clawstack_sandbox_condition{type="Ready"} == 1) or vector(0)',
                    }),
                    number("Not ready", "short", {
                        expr: 'count(clawstack_sandbox_condition{type="Ready"} == 0) or vector(0)',
                    }),
                    number("Suspended", "short", {
                        expr: 'sum(clawstack_sandbox_condition{type="Suspended"} == 1) or vector(0)',
                    }),
                    number("Restarts in the last hour", "short", {
                        expr: `sum(increase(kube_pod_container_status_restarts_total{${where}}[1h]))`,
                    }),
                    stacked("Pods by phase", "short", {
                        expr: `sum by (phase) (kube_pod_status_phase{${where}})`,
                        legend: "{{phase}}",
                    }),
                    graph("Restarts an hour", "short", {
                        expr: `sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total{${where}}[1h]))`,
                        legend: "{{namespace}}/{{pod}}",
                    }),
                ],
            },
            {
                title: "Resources",
                panels: [
                    graph("CPU", "cores", {
                        expr: `sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{${where}, container!=""}[$__rate_interval]))`,
                        legend: "{{namespace}}/{{pod}}",
                    }),
                    graph("Memory", "bytes", {
                        expr: `sum by (namespace, pod) (container_memory_working_set_bytes{${where}, container!=""})`,
                        legend: "{{namespace}}/{{pod}}",
                    }),
                    graph("Volume used", "percentunit", {
                        expr: `1 - kubelet_volume_stats_available_bytes{${where}} / kubelet_volume_stats_capacity_bytes{${where}}`,
                        legend: "{{namespace}}/{{persistentvolumeclaim}}",
                    }),
                    graph("Network sent", "bytes", {
                        expr: `sum by (namespace, pod) (rate(container_network_transmit_bytes_total{${where}}[$__rate_interval]))`,
                        legend: "{{namespace}}/{{pod}}",
                    }),
                ],
            },
            {
                title: "Warm pools",
                panels: [
                    graph(
                        "Waiting sandboxes",
                        "short",
                        { expr: "clawstack_warm_pool_ready_replicas", legend: "{{name}} ready" },
                        { expr: "clawstack_warm_pool_wanted_replicas", legend: "{{name}} wanted" },
                    ),
                    graph("Claims", "short", {
                        expr: "sum by (launch_type) (increase(agent_sandbox_claim_creation_total[5m]))",
                        legend: "{{launch_type}}",
                    }),
                    graph(
                        "Claim to ready, ms",
                        "short",
                        ...quantiles("agent_sandbox_claim_startup_latency_ms", "launch_type"),
                    ),
                    graph(
                        "Creation to ready, ms",
                        "short",
                        ...quantiles("agent_sandbox_creation_latency_ms", "launch_type"),
                    ),
                ],
            },
        ],
    );
}

/**
 * kube-state-metrics' configuration for Sandboxes and warm pools: their objects have conditions and counts that no
 * metric of the controller tells one by one.
 */
export function sandboxStateMetrics(): object {
    const names = { name: ["metadata", "name"], namespace: ["metadata", "namespace"] };
    const gauge = (path: string[]) => ({ type: "Gauge", gauge: { path } });
    return {
        kind: "CustomResourceStateMetrics",
        spec: {
            resources: [
                {
                    groupVersionKind: { group: "agents.x-k8s.io", version: "v1beta1", kind: "Sandbox" },
                    metricNamePrefix: "clawstack_sandbox",
                    labelsFromPath: names,
                    metrics: [
                        {
                            name: "condition",
                            help: "Conditions of a Sandbox; 1 where it holds",
                            each: {
                                type: "Gauge",
                                gauge: {
                                    path: ["status", "conditions"],
                                    labelsFromPath: { type: ["type"] },
                                    valueFrom: ["status"],
                                },
                            },
                        },
                    ],
                },
                {
                    groupVersionKind: {
                        group: "extensions.agents.x-k8s.io",
                        version: "v1beta1",
                        kind: "SandboxWarmPool",
                    },
                    metricNamePrefix: "clawstack_warm_pool",
                    labelsFromPath: names,
                    metrics: [
                        {
                            name: "wanted_replicas",
                            help: "Sandboxes that a pool keeps waiting",
                            each: gauge(["spec", "replicas"]),
                        },
                        {
                            name: "ready_replicas",
                            help: "Sandboxes that wait, ready",
                            each: gauge(["status", "readyReplicas"]),
                        },
                    ],
                },
            ],
        },
    };
}
