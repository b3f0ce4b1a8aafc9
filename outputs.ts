import * as pulumi from "@pulumi/pulumi";
import type { EksCluster } from "./infra";
import type { SandboxAccess, Sandboxes } from "./sandboxes";
import type { Database, LiteLlm, Monitoring } from "./workloads";

export interface ClusterOutputsInput {
    readonly region: string;
    readonly cluster: EksCluster;
    readonly kataNamespace: pulumi.Output<string>;
    readonly database: Database;
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
    const { region, cluster, database, gateway, monitoring, sandboxes } = input;
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
        litellm_db_password: pulumi.secret(database.password),
        litellm_master_key: pulumi.secret(gateway.masterKey),
        litellm_url: gateway.url,
        openclaw_namespace: "openclaw",
        sandboxes: sandboxes.access,
    };
}
