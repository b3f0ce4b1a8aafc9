import { agentSandbox } from "../../../config/versions";
import { AGENT_SANDBOX_NAMESPACE, runAgentSandboxController } from "./agent-sandbox";
import { ControlPlane } from "./control-plane";
import { installCrds } from "./crds";
import { renderChart } from "./helm";
import type { KubeObject } from "./kube-client";
import { addNodes, runKwok, runVolumeProvisioner, type NodeShape } from "./nodes";

export { KubeClient, KubeError, refOf, type KubeObject } from "./kube-client";
export { ControlPlane } from "./control-plane";
export { installCrds } from "./crds";
export { chartDefaults, renderChart, unknownKeys } from "./helm";
export { buildAllTools, charts, KUBERNETES, tool, type ChartName } from "./tools";

/** Minutes for a machine that has none of the tools; seconds for one that has. */
export const FIRST_BUILD_MS = 25 * 60_000;

/** Ids that AWS alone gives are placeholders in a plan; the API server wants the form of the real one. */
export function withAwsIds(manifests: readonly unknown[]): KubeObject[] {
    return JSON.parse(JSON.stringify(manifests).replace(/sg-<[^>]+>/g, "sg-0123456789abcdef0")) as KubeObject[];
}

const kataTaint = { key: "kata", value: "true", effect: "NoSchedule" };

/** One node of each kind that the platform has: core nodes, and those of the two Kata pools. */
export const nodes: readonly NodeShape[] = [
    { name: "core-1", labels: { "clawstack.dev/pool": "core" } },
    ...Object.entries({ "nested-1": "spot", "metal-1": "on-demand" }).map(([name, capacity]) => ({
        name,
        labels: { "katacontainers.io/kata-runtime": "true", "karpenter.sh/capacity-type": capacity },
        taints: [kataTaint],
    })),
];

/** A control plane with the CRDs, nodes, volumes and the agent-sandbox controller, all running. */
export async function startCluster(): Promise<{ plane: ControlPlane; chart: KubeObject[]; metricsPort: number }> {
    const plane = await ControlPlane.start();
    try {
        await installCrds(plane.admin);
        await addNodes(plane, nodes);
        await runKwok(plane);
        await runVolumeProvisioner(plane);
        const chart = await renderChart("agent-sandbox", {
            release: "agent-sandbox",
            namespace: AGENT_SANDBOX_NAMESPACE,
            values: { image: { tag: agentSandbox }, controller: { extensions: true } },
        });
        const metricsPort = await runAgentSandboxController(plane, chart);
        return { plane, chart, metricsPort };
    } catch (error) {
        await plane.stop();
        throw error;
    }
}
