import { expect } from "chai";
import { monitoringSchema } from "../../../config/schema/monitoring";
import { monitoringValues } from "../../../workloads/monitoring-values";
import { scrapeTargets } from "../../../workloads/scrape-targets";

const valuesOf = (config: object) =>
    monitoringValues({ config: monitoringSchema.parse(config), storageClass: "gp3", sandboxMetrics: { kind: "x" } });

interface Alertmanager {
    route: { receiver: string; routes: { receiver: string }[] };
    receivers: { name: string; slack_configs?: { api_url_file: string; channel: string }[] }[];
}

/** What Helm makes of the chart's own config and ours: maps are merged, lists replaced. */
function merged(ours: Alertmanager): Alertmanager {
    const chart = { route: { receiver: "null", routes: [{ receiver: "null" }] }, receivers: [{ name: "null" }] };
    return { ...chart, ...ours, route: { ...chart.route, ...ours.route } };
}

describe("values of kube-prometheus-stack", () => {
    for (const [what, config] of Object.entries({
        "without a channel": {},
        "with a Slack channel": { alerts: { slackChannel: "#agents-alerts" } },
    })) {
        it(`alerts ${what}: every route ends at a receiver that exists`, () => {
            const { route, receivers } = merged(valuesOf(config).alertmanager.config as Alertmanager);
            const names = receivers.map(({ name }) => name);
            const used = [route.receiver, ...route.routes.map(({ receiver }) => receiver)];
            expect(used.filter((receiver) => !names.includes(receiver))).to.deep.equal([]);
        });
    }

    it("reads Slack's webhook from a mounted Secret", () => {
        const { config, alertmanagerSpec } = valuesOf({ alerts: { slackChannel: "#agents-alerts" } }).alertmanager;
        const slack = (config as Alertmanager).receivers.flatMap(({ slack_configs = [] }) => slack_configs);
        expect(slack[0]).to.include({
            api_url_file: "/etc/alertmanager/secrets/alertmanager-slack/url",
            channel: "#agents-alerts",
        });
        expect(alertmanagerSpec.secrets).to.deep.equal(["alertmanager-slack"]);
        expect(valuesOf({}).alertmanager.alertmanagerSpec.secrets).to.deep.equal([]);
    });

    it("holds no password, and gives Grafana a new pod when it rotates", () => {
        const { grafana } = valuesOf({ grafana: { passwordRotation: 3 } });
        expect(grafana).not.to.have.property("adminPassword");
        expect(grafana.admin).to.deep.equal({
            existingSecret: "grafana-admin",
            userKey: "admin-user",
            passwordKey: "admin-password",
        });
        expect(grafana.podAnnotations).to.deep.equal({ "clawstack.dev/password-rotation": "3" });
    });

    it("sets the password with the very Grafana that serves it", () => {
        const { grafana } = valuesOf({});
        expect(grafana.extraInitContainers[0]?.image).to.equal(`docker.io/grafana/grafana:${grafana.image.tag}`);
    });

    it("keeps metrics as long as the config says, and never fills the volume", () => {
        const { prometheusSpec } = valuesOf({ prometheus: { storageGi: 100, retentionDays: 30 } }).prometheus;
        expect(prometheusSpec).to.include({ retention: "30d", retentionSize: "85GiB" });
        expect(prometheusSpec.storageSpec.volumeClaimTemplate.spec).to.deep.include({
            storageClassName: "gp3",
            resources: { requests: { storage: "100Gi" } },
        });
    });

    it("finds the monitors and rules of every namespace", () => {
        expect(valuesOf({}).prometheus.prometheusSpec).to.include({
            serviceMonitorSelectorNilUsesHelmValues: false,
            podMonitorSelectorNilUsesHelmValues: false,
            ruleSelectorNilUsesHelmValues: false,
        });
    });

    it("lets kube-state-metrics list the Sandboxes that it reports", () => {
        const { customResourceState, rbac } = valuesOf({})["kube-state-metrics"];
        expect(customResourceState).to.deep.equal({ enabled: true, config: { kind: "x" } });
        expect(rbac.extraRules[0]?.resources).to.include("sandboxes");
    });
});

describe("scrape targets", () => {
    it("are Karpenter, the sandboxes' controller, the proxies and Postgres", () => {
        expect(scrapeTargets().map(({ kind, name }) => `${kind} ${name}`)).to.deep.equal([
            "ServiceMonitor karpenter",
            "ServiceMonitor agent-sandbox",
            "PodMonitor egress-proxy",
            "PodMonitor inference-proxy",
            "PodMonitor litellm-postgres",
        ]);
    });
});
