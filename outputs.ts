import * as pulumi from "@pulumi/pulumi";
import { DASHBOARD_PORT, paths } from "./bootstrap";
import type { EksCluster, Host } from "./infra";
import type { SandboxAccess, Sandboxes } from "./sandboxes";
import type { Database, DatabaseLogin, LiteLlm, Monitoring } from "./workloads";

export interface ClusterOutputsInput {
    readonly region: string;
    readonly cluster: EksCluster;
    readonly kataNamespace: pulumi.Output<string>;
    readonly database: Database;
    readonly login: DatabaseLogin;
    readonly gateway: LiteLlm;
    readonly monitoring: Monitoring;
    readonly sandboxes: Sandboxes;
}

/** Outputs of a stack on EKS. `pulumi stack output --show-secrets NAME` shows a secret one. */
export interface Outputs {
    readonly cluster_endpoint: pulumi.Output<string>;
    readonly cluster_name: pulumi.Output<string>;
    /** Command that makes kubectl speak to the cluster. */
    readonly configure_kubectl: pulumi.Output<string>;
    /** Secret. */
    readonly kubeconfig: pulumi.Output<string>;
    /** Command that opens Grafana at http://localhost:3000, as `admin`. */
    readonly grafana_access: pulumi.Output<string>;
    /** Secret. */
    readonly grafana_admin_password: pulumi.Output<string>;
    readonly grafana_service_name: string;
    readonly kata_namespace: pulumi.Output<string>;
    /** Secret. */
    readonly litellm_db_admin_password: pulumi.Output<string>;
    /** Secret. */
    readonly litellm_db_password: pulumi.Output<string>;
    /** Secret. */
    readonly litellm_master_key: pulumi.Output<string>;
    /** URL of LiteLLM inside of the cluster. */
    readonly litellm_url: string;
    readonly openclaw_namespace: string;
    /** By sandbox: where it runs, and the commands that reach it. */
    readonly sandboxes: Readonly<Record<string, SandboxAccess>>;
}

export function clusterOutputs(input: ClusterOutputsInput): Outputs {
    const { region, cluster, database, login, gateway, monitoring, sandboxes } = input;
    return {
        cluster_endpoint: cluster.endpoint,
        cluster_name: cluster.name,
        configure_kubectl: pulumi.interpolate`aws eks --region ${region} update-kubeconfig --name ${cluster.name}`,
        kubeconfig: pulumi.secret(cluster.kubeconfig),
        grafana_access: pulumi.interpolate`kubectl port-forward -n ${monitoring.namespace} svc/${monitoring.grafanaServiceName} 3000:80`,
        grafana_admin_password: pulumi.secret(monitoring.grafanaAdminPassword),
        grafana_service_name: monitoring.grafanaServiceName,
        kata_namespace: input.kataNamespace,
        litellm_db_admin_password: pulumi.secret(database.adminPassword),
        litellm_db_password: pulumi.secret(login.password),
        litellm_master_key: pulumi.secret(gateway.masterKey),
        litellm_url: gateway.url,
        openclaw_namespace: "openclaw",
        sandboxes: sandboxes.access,
    };
}

export interface HostOutputsInput {
    readonly region: string;
    readonly host: Host;
    readonly dashboardToken: pulumi.Output<string>;
    readonly sandbox: boolean;
}

/** Outputs of a stack with one host. Each command needs the AWS CLI with its Session Manager plugin. */
export interface HostOutputs {
    readonly host_instance_id: pulumi.Output<string>;
    /** `ready`, once the host has set itself up. */
    readonly host_state: pulumi.Output<string>;
    readonly data_volume_id: pulumi.Output<string>;
    /** Command that brings the dashboard to this computer's port 18789. */
    readonly dashboard_port_forward: pulumi.Output<string>;
    /** Secret. The dashboard, while the port is forwarded. */
    readonly dashboard_url: pulumi.Output<string>;
    /** Command that opens a shell on the host. */
    readonly host_shell: pulumi.Output<string>;
    /** Command that shows the log of the set-up. */
    readonly setup_log: pulumi.Output<string>;
    /** Command that follows the agent's log. */
    readonly agent_log: pulumi.Output<string>;
    /** Command that follows LiteLLM's log. */
    readonly litellm_log: pulumi.Output<string>;
}

export function hostOutputs({ region, host, dashboardToken, sandbox }: HostOutputsInput): HostOutputs {
    const session = pulumi.interpolate`aws ssm start-session --region ${region} --target ${host.instanceId}`;
    const command = (text: string) =>
        pulumi.interpolate`${session} --document-name AWS-StartInteractiveCommand --parameters ${`'${JSON.stringify({ command: [text] })}'`}`;
    const forward = `'${JSON.stringify({ portNumber: [String(DASHBOARD_PORT)], localPortNumber: [String(DASHBOARD_PORT)] })}'`;
    return {
        host_instance_id: host.instanceId,
        host_state: host.state,
        data_volume_id: host.dataVolumeId,
        dashboard_port_forward: pulumi.interpolate`${session} --document-name AWS-StartPortForwardingSession --parameters ${forward}`,
        // A fragment: a query would be lost in the dashboard's redirect, and would stand in logs on the way.
        dashboard_url: pulumi.secret(pulumi.interpolate`http://localhost:${DASHBOARD_PORT}/#token=${dashboardToken}`),
        host_shell: session,
        setup_log: command(`sudo less +G ${paths.log}`),
        agent_log: command(
            sandbox
                ? "sudo -u openshell HOME=/home/openshell openshell logs openclaw --tail"
                : "sudo journalctl -f -u openclaw",
        ),
        litellm_log: command("sudo journalctl -f -u litellm"),
    };
}
