import { dashboardJson, graph, number, stacked } from "./panels";

const nodes = 'karpenter_nodes_allocatable{resource_type="cpu"}';
/** USD an hour of a node: Karpenter's price of its offering, once for each node of that kind. */
const price =
    "sum by (nodepool, capacity_type) (count by (nodepool, capacity_type, instance_type, zone) (" +
    nodes +
    ") * on (capacity_type, instance_type, zone) group_left () max by (capacity_type, instance_type, zone) (karpenter_cloudprovider_instance_type_offering_price_estimate))";

/** Nodes and what they and the models cost. */
export function nodesAndCostDashboard(): string {
    return dashboardJson(
        "clawstack-nodes",
        "Nodes and cost",
        "Karpenter's nodes, their price, and the spend on models",
        [
            {
                title: "Nodes",
                panels: [
                    number("Kata nodes", "short", { expr: `count(${nodes}) or vector(0)` }),
                    number("Pods waiting for a node", "short", {
                        expr: 'sum(karpenter_pods_state{phase="Pending"}) or vector(0)',
                    }),
                    number("Nodes, USD an hour", "currencyUSD", { expr: `sum(${price}) or vector(0)` }),
                    number("Models, USD an hour", "currencyUSD", {
                        expr: "sum(rate(litellm_spend_metric_total[1h])) * 3600 or vector(0)",
                    }),
                    stacked("Nodes by pool and capacity type", "short", {
                        expr: `count by (nodepool, capacity_type) (${nodes})`,
                        legend: "{{nodepool}} {{capacity_type}}",
                    }),
                    stacked("Nodes by instance type", "short", {
                        expr: `count by (instance_type) (${nodes})`,
                        legend: "{{instance_type}}",
                    }),
                    graph(
                        "NodeClaims",
                        "short",
                        {
                            expr: "sum by (nodepool) (increase(karpenter_nodeclaims_created_total[15m]))",
                            legend: "{{nodepool}} created",
                        },
                        {
                            expr: "sum by (nodepool) (increase(karpenter_nodeclaims_terminated_total[15m]))",
                            legend: "{{nodepool}} ended",
                        },
                    ),
                    graph("Pool limit used", "percentunit", {
                        expr: 'max by (nodepool) (karpenter_nodepools_usage{resource_type="cpu"}) / max by (nodepool) (karpenter_nodepools_limit{resource_type="cpu"})',
                        legend: "{{nodepool}}",
                    }),
                ],
            },
            {
                title: "Cost",
                panels: [
                    stacked("Nodes, USD an hour", "currencyUSD", {
                        expr: price,
                        legend: "{{nodepool}} {{capacity_type}}",
                    }),
                    stacked("Models, USD an hour", "currencyUSD", {
                        expr: "sum by (api_key_alias) (rate(litellm_spend_metric_total[1h])) * 3600",
                        legend: "{{api_key_alias}}",
                    }),
                    graph("Failed launches", "short", {
                        expr: "sum by (method, error) (increase(karpenter_cloudprovider_errors_total[15m]))",
                        legend: "{{method}} {{error}}",
                    }),
                    graph("Interruptions", "short", {
                        expr: "sum by (message_type) (increase(karpenter_interruption_received_messages_total[1h]))",
                        legend: "{{message_type}}",
                    }),
                ],
            },
        ],
    );
}
