import type { MonitoringConfig } from "../config";
import { grafana as grafanaVersion } from "../config/versions";
import { restrictedContainer } from "./pod-security";

export const GRAFANA_SERVICE = "kube-prometheus-stack-grafana";
export const GRAFANA_SECRET = "grafana-admin";
export const ALERTS_SECRET = "alertmanager-slack";

function volume(sizeGi: number, storageClassName: string) {
    return {
        volumeClaimTemplate: {
            spec: {
                storageClassName,
                accessModes: ["ReadWriteOnce"],
                resources: { requests: { storage: `${sizeGi}Gi` } },
            },
        },
    };
}

/** Alerts go to Slack where a channel is configured; the webhook is a file, mounted from a Secret. */
function alertmanagerConfig(slackChannel: string | undefined) {
    // Helm merges this with the chart's own config, whose routes name a receiver `null`: each key that it has is here.
    const watchdog = { receiver: "null", matchers: ['alertname = "Watchdog"'] };
    if (!slackChannel) return { route: { receiver: "null", routes: [watchdog] }, receivers: [{ name: "null" }] };
    return {
        route: {
            receiver: "slack",
            group_by: ["alertname", "namespace"],
            group_wait: "30s",
            group_interval: "5m",
            repeat_interval: "12h",
            routes: [watchdog],
        },
        receivers: [
            { name: "null" },
            {
                name: "slack",
                slack_configs: [
                    {
                        api_url_file: `/etc/alertmanager/secrets/${ALERTS_SECRET}/url`,
                        channel: slackChannel,
                        send_resolved: true,
                        title: "{{ .Status | toUpper }}: {{ .CommonLabels.alertname }}",
                        text: "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n{{ end }}",
                    },
                ],
            },
        ],
    };
}

/**
 * Grafana takes its password from the environment when it makes its database, and never again: each later start sets it
 * before the server runs.
 */
const setGrafanaPassword = [
    'if [ -f "$GF_PATHS_DATA/grafana.db" ]; then',
    '  printf %s "$GF_SECURITY_ADMIN_PASSWORD" | grafana cli --homepath "$GF_PATHS_HOME" admin reset-admin-password --password-from-stdin',
    "fi",
].join("\n");

function grafanaPasswordContainer() {
    return {
        name: "set-admin-password",
        image: `docker.io/grafana/grafana:${grafanaVersion}`,
        command: ["sh", "-ec", setGrafanaPassword],
        env: [
            {
                name: "GF_SECURITY_ADMIN_PASSWORD",
                valueFrom: { secretKeyRef: { name: GRAFANA_SECRET, key: "admin-password" } },
            },
        ],
        securityContext: restrictedContainer,
        resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
        volumeMounts: [{ name: "storage", mountPath: "/var/lib/grafana" }],
    };
}

export interface MonitoringValuesInput {
    readonly config: MonitoringConfig;
    readonly storageClass: string;
    /** kube-state-metrics' configuration for Sandbox objects. */
    readonly sandboxMetrics: object;
}

/** Values of the kube-prometheus-stack chart. */
export function monitoringValues({ config, storageClass, sandboxMetrics }: MonitoringValuesInput) {
    const { prometheus, grafana, alerts } = config;
    return {
        // EKS runs these itself; there is nothing to scrape.
        kubeControllerManager: { enabled: false },
        kubeScheduler: { enabled: false },
        kubeEtcd: { enabled: false },
        kubeProxy: { enabled: false },
        // Helm installs CRDs once and never upgrades them; this Job does, before each upgrade of the chart.
        crds: { upgradeJob: { enabled: true, forceConflicts: true } },
        prometheus: {
            prometheusSpec: {
                retention: `${prometheus.retentionDays}d`,
                // Room for the write-ahead log and compaction.
                retentionSize: `${Math.floor(prometheus.storageGi * 0.85)}GiB`,
                storageSpec: volume(prometheus.storageGi, storageClass),
                serviceMonitorSelectorNilUsesHelmValues: false,
                podMonitorSelectorNilUsesHelmValues: false,
                ruleSelectorNilUsesHelmValues: false,
                resources: { requests: { cpu: "200m", memory: "1Gi" }, limits: { memory: "2Gi" } },
            },
        },
        alertmanager: {
            enabled: alerts.enabled,
            config: alertmanagerConfig(alerts.slackChannel),
            alertmanagerSpec: {
                storage: volume(1, storageClass),
                secrets: alerts.slackChannel ? [ALERTS_SECRET] : [],
                resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "128Mi" } },
            },
        },
        grafana: {
            admin: { existingSecret: GRAFANA_SECRET, userKey: "admin-user", passwordKey: "admin-password" },
            image: { tag: grafanaVersion },
            // A new password takes a new pod.
            podAnnotations: { "clawstack.dev/password-rotation": String(grafana.passwordRotation) },
            extraInitContainers: [grafanaPasswordContainer()],
            service: { type: "ClusterIP" },
            persistence: { enabled: true, storageClassName: storageClass, size: `${grafana.storageGi}Gi` },
            // One volume: two pods can't have it at once.
            deploymentStrategy: { type: "Recreate" },
            sidecar: {
                dashboards: {
                    enabled: true,
                    label: "grafana_dashboard",
                    labelValue: "1",
                    searchNamespace: "monitoring",
                },
            },
            "grafana.ini": { analytics: { reporting_enabled: false, check_for_updates: false } },
            resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
        },
        "kube-state-metrics": {
            customResourceState: { enabled: true, config: sandboxMetrics },
            rbac: {
                extraRules: [
                    {
                        apiGroups: ["agents.x-k8s.io", "extensions.agents.x-k8s.io"],
                        resources: ["sandboxes", "sandboxwarmpools", "sandboxclaims"],
                        verbs: ["list", "watch"],
                    },
                ],
            },
        },
    };
}
