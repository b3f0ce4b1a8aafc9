import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { stringify } from "yaml";
import { monitoringSchema } from "../../../config/schema/monitoring";
import { alertRuleGroups } from "../../../dashboards";

const run = promisify(execFile);

/** Series by name, with a value a minute in promtool's notation. */
type Series = Readonly<Record<string, string>>;

interface Case {
    readonly fires: Series;
    readonly quiet: Series;
}

const key = 'api_key_alias="support"';
const pod = 'namespace="openclaw", pod="support"';
const claim = 'namespace="openclaw", persistentvolumeclaim="support"';
const refused = (agent: string, codes: string) =>
    `envoy_http_downstream_rq_xx{namespace="egress", envoy_http_conn_manager_prefix="${agent}", envoy_response_code_class="${codes}"}`;
const proxyUp = (namespace: string, job: string) =>
    `up{namespace="${namespace}", job="monitoring/${job}", pod="${job}-a"}`;
const sandbox = (type: string) => `clawstack_sandbox_condition{namespace="openclaw", name="support", type="${type}"}`;

/** For each alert, an hour in which it fires at its end, and one like it in which it must not. */
const cases: Readonly<Record<string, Case>> = {
    LiteLLMDown: {
        fires: { 'up{namespace="litellm", service="litellm", pod="a"}': "1x10 0x110" },
        quiet: {
            'up{namespace="litellm", service="litellm", pod="a"}': "0x120",
            'up{namespace="litellm", service="litellm", pod="b"}': "1x120",
        },
    },
    LiteLLMFailing: {
        fires: {
            litellm_proxy_failed_requests_metric_total: "0+2x120",
            litellm_proxy_total_requests_metric_total: "0+10x120",
        },
        quiet: {
            litellm_proxy_failed_requests_metric_total: "0+1x120",
            litellm_proxy_total_requests_metric_total: "0+20x120",
        },
    },
    ModelThrottled: {
        fires: {
            'litellm_deployment_failure_responses_total{litellm_model_name="opus", exception_status="429"}': "0+6x120",
        },
        quiet: {
            'litellm_deployment_failure_responses_total{litellm_model_name="opus", exception_status="500"}': "0+6x120",
        },
    },
    BudgetNearlySpent: {
        fires: {
            [`litellm_remaining_api_key_budget_metric{${key}}`]: "1x120",
            [`litellm_api_key_max_budget_metric{${key}}`]: "10x120",
        },
        quiet: {
            [`litellm_remaining_api_key_budget_metric{${key}}`]: "3x120",
            [`litellm_api_key_max_budget_metric{${key}}`]: "10x120",
        },
    },
    BudgetSpent: {
        fires: {
            [`litellm_remaining_api_key_budget_metric{${key}}`]: "-1x120",
            [`litellm_api_key_max_budget_metric{${key}}`]: "10x120",
        },
        quiet: {
            [`litellm_remaining_api_key_budget_metric{${key}}`]: "1x120",
            [`litellm_api_key_max_budget_metric{${key}}`]: "10x120",
        },
    },
    SandboxCrashLooping: {
        fires: { [`kube_pod_container_status_restarts_total{${pod}}`]: "0+1x120" },
        quiet: { [`kube_pod_container_status_restarts_total{${pod}}`]: "0x60 1x60" },
    },
    SandboxNotReady: {
        fires: { [sandbox("Ready")]: "0x120", [sandbox("Suspended")]: "0x120" },
        quiet: { [sandbox("Ready")]: "0x120", [sandbox("Suspended")]: "1x120" },
    },
    VolumeNearlyFull: {
        fires: {
            [`kubelet_volume_stats_available_bytes{${claim}}`]: "5x120",
            [`kubelet_volume_stats_capacity_bytes{${claim}}`]: "100x120",
        },
        quiet: {
            [`kubelet_volume_stats_available_bytes{${claim}}`]: "50x120",
            [`kubelet_volume_stats_capacity_bytes{${claim}}`]: "100x120",
        },
    },
    EgressRefused: {
        fires: { [refused("support", "4")]: "0+3x120" },
        // A few now and then, and what is none of its refusals.
        quiet: { [refused("support", "4")]: "0+1x120", [refused("other", "2")]: "0+9x120" },
    },
    ProxyDown: {
        fires: { [proxyUp("egress", "egress-proxy")]: "1x10 0x110", [proxyUp("litellm", "inference-proxy")]: "1x120" },
        quiet: { [proxyUp("egress", "egress-proxy")]: "1x120", [proxyUp("litellm", "inference-proxy")]: "1x120" },
    },
    ProxyConfigRefused: {
        fires: { 'envoy_listener_manager_lds_update_rejected{pod="a"}': "0x115 1x5" },
        quiet: { 'envoy_listener_manager_lds_update_rejected{pod="a"}': "1x120" },
    },
    NodePoolCannotLaunch: {
        fires: { 'karpenter_nodeclaims_disrupted_total{nodepool="kata", reason="insufficient_capacity"}': "0+1x120" },
        quiet: { 'karpenter_nodeclaims_disrupted_total{nodepool="kata", reason="underutilized"}': "0+1x120" },
    },
    PodsWaitForNode: {
        fires: { [`kube_pod_status_phase{${pod}, phase="Pending"}`]: "1x120" },
        quiet: { [`kube_pod_status_phase{${pod}, phase="Pending"}`]: "0x105 1x15" },
    },
    PostgresDown: {
        fires: { 'cnpg_collector_up{namespace="litellm"}': "0x120" },
        quiet: { 'cnpg_collector_up{namespace="litellm"}': "1x120" },
    },
    PostgresBackupOld: {
        // promtool's time starts at 0: a backup of its first second, and none at all.
        fires: { cnpg_collector_last_available_backup_timestamp: "1x7200" },
        quiet: { cnpg_collector_last_available_backup_timestamp: "0x7200" },
    },
    TargetDown: {
        fires: { 'up{namespace="karpenter", pod="a"}': "0x120" },
        quiet: { 'up{namespace="karpenter", pod="a"}': "1x120", 'up{namespace="openclaw", pod="b"}': "0x120" },
    },
};

const groups = alertRuleGroups(monitoringSchema.parse({}));
const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
/** Two days and more, for the alert about a backup of that age. */
const end = (alert: string) => (alert === "PostgresBackupOld" ? "75h" : "2h");

describe("alert rules, by promtool", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(path.join(tmpdir(), "clawstack-alerts-"));
        writeFileSync(path.join(folder, "rules.yml"), stringify({ groups }));
    });
    after(() => rmSync(folder, { recursive: true }));

    async function check(alert: string, series: Series, expected: readonly object[]): Promise<void> {
        const file = path.join(folder, `${alert}.yml`);
        const test = {
            interval: "1m",
            input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
            promql_expr_test: [
                {
                    expr: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
                    eval_time: end(alert),
                    exp_samples: expected,
                },
            ],
        };
        writeFileSync(file, stringify({ rule_files: ["rules.yml"], evaluation_interval: "1m", tests: [test] }));
        try {
            await run("promtool", ["test", "rules", file]);
        } catch (error) {
            throw new Error((error as { stdout?: string }).stdout || String(error), { cause: error });
        }
    }

    it("are valid", async () => {
        const { stdout } = await run("promtool", ["check", "rules", path.join(folder, "rules.yml")]);
        expect(stdout).to.contain(`${alerts.length} rules found`);
    });

    it("each have their cases", () => {
        expect(Object.keys(cases).sort()).to.deep.equal([...alerts].sort());
    });

    for (const [alert, { fires, quiet }] of Object.entries(cases)) {
        it(`${alert} fires`, () => check(alert, fires, [{ labels: "{}", value: 1 }]));
        it(`${alert} does not fire without its reason`, () => check(alert, quiet, []));
    }
});
