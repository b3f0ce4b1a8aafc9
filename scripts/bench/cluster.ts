import { performance } from "node:perf_hooks";
import { buildAllTools, startCluster, type ControlPlane, type KubeObject } from "../../tests/cluster/harness";

/*
 * How fast the agent-sandbox controller, the API server and the scheduler work; kwok plays the nodes, so no image is
 * pulled and no VM boots. Run: npx tsx scripts/bench/cluster.ts
 */

const NAMESPACE = "bench";
const core = { apiVersion: "agents.x-k8s.io/v1beta1" };
const extensions = { apiVersion: "extensions.agents.x-k8s.io/v1beta1" };
const podTemplate = {
    spec: {
        nodeSelector: { "katacontainers.io/kata-runtime": "true" },
        tolerations: [{ key: "kata", operator: "Equal", value: "true", effect: "NoSchedule" }],
        containers: [{ name: "agent", image: "example.com/agent:1", resources: { requests: { cpu: "1m" } } }],
    },
};

interface Conditioned extends KubeObject {
    status?: { conditions?: { type: string; status: string }[] };
}

/** Times at which objects of a kind became Ready, by name, until `stop` is called. */
async function readyTimes(plane: ControlPlane, apiVersion: string, kind: string) {
    const times = new Map<string, number>();
    const stop = await plane.admin.watch<Conditioned>({ apiVersion, kind }, ({ object }) => {
        const ready = object.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
        if (ready && !times.has(object.metadata.name)) times.set(object.metadata.name, performance.now());
    });
    return { times, stop };
}

async function until(done: () => boolean, what: string, timeoutMs = 900_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!done()) {
        if (Date.now() > deadline) throw new Error(`not in ${timeoutMs / 1000} s: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

function quantiles(values: readonly number[]): { p50: number; p95: number } {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
    return { p50: Math.round(at(0.5)), p95: Math.round(at(0.95)) };
}

/** Seconds until all are Ready, and milliseconds from each one's request to its readiness. */
async function sandboxes(plane: ControlPlane, count: number): Promise<{ seconds: number; p50: number; p95: number }> {
    const { times: ready, stop } = await readyTimes(plane, core.apiVersion, "Sandbox");
    const names = Array.from({ length: count }, (_, index) => `s${count}-${index}`);
    const asked = new Map<string, number>();
    const started = performance.now();
    await Promise.all(
        names.map(async (name) => {
            asked.set(name, performance.now());
            await plane.admin.apply({
                ...core,
                kind: "Sandbox",
                metadata: { name, namespace: NAMESPACE },
                spec: { podTemplate },
            });
        }),
    );
    await until(() => names.every((name) => ready.has(name)), `${count} sandboxes Ready`);
    stop();
    const latencies = names.map((name) => (ready.get(name) ?? NaN) - (asked.get(name) ?? NaN));
    return { seconds: Math.round((performance.now() - started) / 100) / 10, ...quantiles(latencies) };
}

/** Milliseconds from a claim's request to its readiness; `replicas` 0 makes every claim a cold start. */
async function claims(plane: ControlPlane, pool: string, replicas: number, rounds: number) {
    const metadata = { name: pool, namespace: NAMESPACE };
    const spec = { networkPolicyManagement: "Unmanaged", podTemplate };
    await plane.admin.apply({ ...extensions, kind: "SandboxTemplate", metadata, spec });
    await plane.admin.apply({
        ...extensions,
        kind: "SandboxWarmPool",
        metadata,
        spec: { replicas, sandboxTemplateRef: { name: pool } },
    });
    const ref = { ...extensions, kind: "SandboxWarmPool", namespace: NAMESPACE, name: pool };
    const full = (object: KubeObject | undefined) =>
        ((object?.status as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0) === replicas;
    const { times: ready, stop } = await readyTimes(plane, extensions.apiVersion, "SandboxClaim");
    const latencies: number[] = [];
    for (let round = 0; round < rounds; round++) {
        await plane.admin.waitFor(ref, "full", full, 60_000);
        const name = `${pool}-claim-${round}`;
        const asked = performance.now();
        await plane.admin.create({
            ...extensions,
            kind: "SandboxClaim",
            metadata: { name, namespace: NAMESPACE },
            spec: { warmPoolRef: { name: pool } },
        });
        await until(() => ready.has(name), `claim ${name} Ready`, 30_000);
        latencies.push((ready.get(name) ?? NaN) - asked);
    }
    stop();
    return quantiles(latencies);
}

async function main(): Promise<void> {
    await buildAllTools();
    const { plane } = await startCluster();
    try {
        await plane.admin.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
        const account = { apiVersion: "v1", kind: "ServiceAccount", namespace: NAMESPACE, name: "default" };
        await plane.admin.waitFor(account, "made", (object) => object !== undefined);
        const report = (what: string, figures: object) => console.log(what, JSON.stringify(figures));
        report("claim, warm pool of 10 (ms)", await claims(plane, "warm", 10, 40));
        report("claim, cold (ms)", await claims(plane, "cold", 0, 40));
        for (const count of [100, 1000]) report(`${count} sandboxes (ms each)`, await sandboxes(plane, count));
    } finally {
        await plane.stop();
    }
}

void main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
