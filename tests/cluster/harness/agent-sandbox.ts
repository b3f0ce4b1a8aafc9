import { join } from "node:path";
import type { ControlPlane } from "./control-plane";
import type { KubeObject } from "./kube-client";
import { freePorts } from "../../harness/process";
import { tool } from "./tools";

export const AGENT_SANDBOX_NAMESPACE = "agent-sandbox-system";
const NAMESPACE = AGENT_SANDBOX_NAMESPACE;

/**
 * Runs the controller as the service account that its chart makes, with the arguments its chart gives it, so that the
 * chart's RBAC is what holds it. Its conversion webhook is reached through its Service, pointed at this machine. (The
 * webhook server has no switch for its address: it listens on all of them, on a free port.)
 */
export async function runAgentSandboxController(plane: ControlPlane, chart: readonly KubeObject[]): Promise<number> {
    const [metrics, health, webhook] = (await freePorts(3)) as [number, number, number];
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } };
    if (!(await plane.admin.find({ apiVersion: "v1", kind: "Namespace", name: NAMESPACE })))
        await plane.admin.create(namespace);
    for (const object of chart) await plane.admin.apply(object);
    const service = { apiVersion: "v1", kind: "Service", namespace: NAMESPACE, name: "agent-sandbox-webhook-service" };
    await plane.admin.merge(service, {
        spec: { type: "ExternalName", externalName: "localhost", selector: null, clusterIP: null, clusterIPs: null },
    });
    for (const name of [
        "sandboxes.agents",
        "sandboxclaims.extensions.agents",
        "sandboxtemplates.extensions.agents",
        "sandboxwarmpools.extensions.agents",
    ]) {
        await plane.admin.merge(
            {
                apiVersion: "apiextensions.k8s.io/v1",
                kind: "CustomResourceDefinition",
                name: `${name}.x-k8s.io`,
            },
            { spec: { conversion: { webhook: { clientConfig: { service: { port: webhook } } } } } },
        );
    }
    const token = await plane.admin.serviceAccountToken(NAMESPACE, "agent-sandbox-controller");
    await plane.run(
        "agent-sandbox-controller",
        await tool("agent-sandbox-controller"),
        [
            ...controllerArguments(chart),
            `--metrics-bind-address=127.0.0.1:${metrics}`,
            `--health-probe-bind-address=127.0.0.1:${health}`,
            `--webhook-port=${webhook}`,
            `--webhook-cert-dir=${join(plane.folder, "webhook")}`,
            `--leader-election-namespace=${NAMESPACE}`,
        ],
        async () => (await fetch(`http://127.0.0.1:${health}/readyz`)).ok,
        { KUBECONFIG: await plane.kubeconfig("agent-sandbox", token) },
    );
    return metrics;
}

function controllerArguments(chart: readonly KubeObject[]): readonly string[] {
    const deployment = chart.find(({ kind }) => kind === "Deployment")?.spec as
        { template: { spec: { containers: { args: string[] }[] } } } | undefined;
    const args = deployment?.template.spec.containers[0]?.args;
    if (!args) throw new Error("the chart renders no Deployment with arguments");
    return args;
}
