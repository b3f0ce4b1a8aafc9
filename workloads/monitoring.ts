import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { ConfigMap, Namespace, Secret } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { MonitoringConfig } from "../config";
import { kubePrometheusStack } from "../config/versions";
import { ALERTS_SECRET, GRAFANA_SECRET, GRAFANA_SERVICE, monitoringValues } from "./monitoring-values";
import { labels } from "./pod-security";
import { scrapeTargets } from "./scrape-targets";

export const MONITORING_NAMESPACE = "monitoring";

export interface MonitoringArgs {
    readonly config: MonitoringConfig;
    readonly storageClass: string;
    /** kube-state-metrics' configuration for Sandbox objects. */
    readonly sandboxMetrics: object;
    /** Incoming webhook of the alerts' Slack channel. */
    readonly slackWebhookUrl?: pulumi.Output<string>;
}

export interface DashboardsArgs {
    /** Dashboards by file name, as JSON. */
    readonly dashboards: Readonly<Record<string, string>>;
    /** Groups of a PrometheusRule. */
    readonly ruleGroups: readonly object[];
}

/** Prometheus, Alertmanager and Grafana. */
export class Monitoring extends pulumi.ComponentResource {
    readonly namespace: pulumi.Output<string>;
    readonly grafanaServiceName = GRAFANA_SERVICE;
    /** Password of Grafana's `admin`; a secret. */
    readonly grafanaAdminPassword: pulumi.Output<string>;
    /** The release, with the CRDs of ServiceMonitor and PrometheusRule. */
    readonly ready: pulumi.Resource;

    constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:Monitoring", name, {}, opts);
        const { config } = args;
        const inside = { parent: this };

        const namespace = new Namespace(
            `${name}-namespace`,
            {
                metadata: {
                    name: MONITORING_NAMESPACE,
                    labels: { ...labels("monitoring"), "pod-security.kubernetes.io/enforce": "privileged" },
                    annotations: {
                        "policy.clawstack.dev/restricted-pods":
                            "the node exporter reads the /proc, /sys and root folder of its node",
                    },
                },
            },
            inside,
        );
        this.namespace = namespace.metadata.name;
        this.isolate(name);

        const password = new RandomPassword(
            `${name}-grafana`,
            { length: 24, special: false, keepers: { rotation: String(config.grafana.passwordRotation) } },
            inside,
        );
        this.grafanaAdminPassword = password.result;
        const secrets = [
            new Secret(
                `${name}-grafana-admin`,
                {
                    metadata: { name: GRAFANA_SECRET, namespace: this.namespace, labels: labels("grafana") },
                    stringData: { "admin-user": "admin", "admin-password": password.result },
                },
                inside,
            ),
        ];
        if (args.slackWebhookUrl) {
            secrets.push(
                new Secret(
                    `${name}-alerts-slack`,
                    {
                        metadata: { name: ALERTS_SECRET, namespace: this.namespace, labels: labels("alertmanager") },
                        stringData: { url: args.slackWebhookUrl },
                    },
                    inside,
                ),
            );
        }
        this.ready = new Release(
            `${name}-stack`,
            {
                name: "kube-prometheus-stack",
                namespace: this.namespace,
                chart: kubePrometheusStack.chart,
                version: kubePrometheusStack.version,
                repositoryOpts: { repo: kubePrometheusStack.repository },
                timeout: 900,
                values: monitoringValues({
                    config,
                    storageClass: args.storageClass,
                    sandboxMetrics: args.sandboxMetrics,
                }),
            },
            { ...inside, dependsOn: secrets },
        );
        this.registerOutputs({ namespace: this.namespace });
    }

    /** Dashboards for Grafana's sidecar, and scrape targets and alert rules for the operator. */
    publish(name: string, { dashboards, ruleGroups }: DashboardsArgs): void {
        const inside = { parent: this, dependsOn: this.ready };
        for (const [file, json] of Object.entries(dashboards)) {
            const dashboard = file.replace(/\.json$/, "");
            new ConfigMap(
                `${name}-${dashboard}`,
                {
                    metadata: {
                        name: `dashboard-${dashboard}`,
                        namespace: this.namespace,
                        labels: { ...labels("grafana"), grafana_dashboard: "1" },
                    },
                    data: { [file]: json },
                },
                inside,
            );
        }
        for (const { kind, name: target, spec } of scrapeTargets()) {
            new CustomResource(
                `${name}-${target}`,
                {
                    apiVersion: "monitoring.coreos.com/v1",
                    kind,
                    metadata: { name: target, namespace: this.namespace, labels: labels("monitoring") },
                    spec,
                },
                inside,
            );
        }
        new CustomResource(
            `${name}-alerts`,
            {
                apiVersion: "monitoring.coreos.com/v1",
                kind: "PrometheusRule",
                metadata: { name: "clawstack", namespace: this.namespace, labels: labels("clawstack") },
                spec: { groups: [...ruleGroups] },
            },
            inside,
        );
    }

    /** People come by `kubectl port-forward`, which needs no way in; Prometheus and Grafana need ways out. */
    private isolate(name: string): void {
        const policies = {
            "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
            "within-namespace": {
                podSelector: {},
                policyTypes: ["Ingress", "Egress"],
                // The API server calls the operator's webhook from outside of any pod.
                ingress: [{ from: [{ podSelector: {} }] }, { ports: [{ protocol: "TCP", port: 10250 }] }],
                egress: [{}],
            },
        };
        for (const [policy, spec] of Object.entries(policies)) {
            new NetworkPolicy(
                `${name}-${policy}`,
                { metadata: { name: policy, namespace: this.namespace, labels: labels("monitoring") }, spec },
                { parent: this },
            );
        }
    }
}
