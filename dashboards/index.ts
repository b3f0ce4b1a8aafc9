import { egressDashboard } from "./egress";
import { litellmDashboard } from "./litellm";
import { nodesAndCostDashboard } from "./nodes-and-cost";
import { sandboxesDashboard } from "./sandboxes";

export { alertRuleGroups, type AlertRule, type RuleGroup } from "./alerts";
export { sandboxStateMetrics } from "./sandboxes";

/** Every dashboard by file name, as the JSON that Grafana loads. */
export function dashboards(): Record<string, string> {
    return {
        "litellm.json": litellmDashboard(),
        "sandboxes.json": sandboxesDashboard(),
        "egress.json": egressDashboard(),
        "nodes-and-cost.json": nodesAndCostDashboard(),
    };
}
