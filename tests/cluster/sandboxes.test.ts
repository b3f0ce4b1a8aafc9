import { expect } from "chai";
import { plan } from "../../automation/plan";
import { buildAllTools, FIRST_BUILD_MS, startCluster, withAwsIds, type ControlPlane, type KubeObject } from "./harness";

interface Condition {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
}

interface Pod extends KubeObject {
    spec: {
        nodeName?: string;
        runtimeClassName?: string;
        overhead?: unknown;
        volumes?: { persistentVolumeClaim?: { claimName: string } }[];
    };
    status: { phase?: string };
}

interface Sandbox extends KubeObject {
    spec: {
        operatingMode?: string;
        podTemplate: { metadata?: { labels?: Record<string, string> }; spec: Record<string, unknown> };
    };
    status?: { conditions?: Condition[] };
}

interface WarmPool extends KubeObject {
    status?: { readyReplicas?: number };
}

interface Claim extends KubeObject {
    status?: { conditions?: Condition[]; sandbox?: { name?: string } };
}

const isTrue = (object: KubeObject | undefined, condition: string) =>
    ((object?.status as { conditions?: Condition[] } | undefined)?.conditions ?? []).some(
        ({ type, status }) => type === condition && status === "True",
    );

/*
 * Real: API server, scheduler, controller manager, Helm's rendering of the controller's chart, and the agent-sandbox
 * controller under the chart's RBAC. Not real: kubelets (kwok plays them: no container runs, no VM starts) and the EBS
 * CSI driver (volumes are made by the harness).
 */
describe("cluster: the agent-sandbox controller runs the sandboxes of the plan (no kubelet, no VM)", function () {
    this.timeout(120_000);
    let plane: ControlPlane;
    let sandbox: Sandbox;
    let pod: { apiVersion: string; kind: string; namespace?: string; name: string };

    const sandboxRef = () => ({ ...pod, apiVersion: "agents.x-k8s.io/v1beta1", kind: "Sandbox" });

    before(async function () {
        this.timeout(FIRST_BUILD_MS);
        await buildAllTools();
        ({ plane } = await startCluster());
        for (const manifest of withAwsIds((await plan({ stack: "dev" })).manifests)) {
            await plane.admin.apply(manifest);
            if (manifest.kind === "Sandbox") sandbox = manifest as Sandbox;
        }
        const { name, namespace } = sandbox.metadata;
        pod = { apiVersion: "v1", kind: "Pod", namespace, name };
    });

    after(async () => plane?.stop());

    it("makes a pod, which becomes Ready with its volume bound", async () => {
        await plane.admin.waitFor(sandboxRef(), "Ready", (object) => isTrue(object, "Ready"), 60_000);
        const { spec } = await plane.admin.get<Pod>(pod);
        expect(spec.runtimeClassName).to.equal("kata-qemu");
        expect(spec.overhead, "overhead of the RuntimeClass").to.exist;
        const claim = spec.volumes?.find((volume) => volume.persistentVolumeClaim)?.persistentVolumeClaim?.claimName;
        const pvc = await plane.admin.get({
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            namespace: pod.namespace,
            name: claim ?? "",
        });
        expect(pvc.status).to.have.property("phase", "Bound");
    });

    it("runs sandboxes on Kata nodes only, and everything else elsewhere", async () => {
        await plane.admin.waitFor(
            { apiVersion: "apps/v1", kind: "Deployment", namespace: "litellm", name: "litellm" },
            "available",
            (object) => isTrue(object, "Available"),
            60_000,
        );
        const pods = await plane.admin.list<Pod>({ apiVersion: "v1", kind: "Pod" });
        const daemons = pods.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === "DaemonSet");
        const others = pods.filter((item) => !daemons.includes(item) && item.spec.nodeName);
        expect(others.filter(({ metadata }) => metadata.namespace === "litellm")).to.have.length.above(0);
        for (const { metadata, spec } of others) {
            const expected = spec.runtimeClassName === "kata-qemu" ? /^(nested|metal)-/ : /^core-/;
            expect(spec.nodeName, `${metadata.namespace}/${metadata.name}`).to.match(expected);
        }
    });

    it("leaves a sandbox pending when there is no Kata node for it, rather than run it elsewhere", async () => {
        const cordon = (unschedulable: boolean) =>
            Promise.all(
                ["nested-1", "metal-1"].map((name) =>
                    plane.admin.merge({ apiVersion: "v1", kind: "Node", name }, { spec: { unschedulable } }),
                ),
            );
        await cordon(true);
        const before = await plane.admin.get<Pod>(pod);
        await plane.admin.delete(pod, { gracePeriodSeconds: 0 });
        const pending = await plane.admin.waitFor<Pod>(
            pod,
            "refused by the scheduler",
            (object) =>
                object?.metadata.uid !== before.metadata.uid &&
                ((object?.status as { conditions?: Condition[] } | undefined)?.conditions ?? []).some(
                    ({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable",
                ),
        );
        expect(pending.spec.nodeName).to.equal(undefined);
        await cordon(false);
        await plane.admin.waitFor(sandboxRef(), "Ready", (object) => isTrue(object, "Ready"), 60_000);
    });

    it("keeps the volume over suspend and resume", async () => {
        const claims = async () =>
            (await plane.admin.list({ apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: pod.namespace })).map(
                ({ metadata }) => metadata.uid,
            );
        const before = await claims();
        expect(before).to.have.length.above(0);
        await plane.admin.merge(sandboxRef(), { spec: { operatingMode: "Suspended" } });
        await plane.admin.waitFor(sandboxRef(), "suspended", (object) => isTrue(object, "Suspended"), 60_000);
        expect(await plane.admin.find(pod)).to.equal(undefined);
        expect(await claims()).to.deep.equal(before);
        await plane.admin.merge(sandboxRef(), { spec: { operatingMode: "Running" } });
        await plane.admin.waitFor(sandboxRef(), "Ready", (object) => isTrue(object, "Ready"), 60_000);
        expect(await claims()).to.deep.equal(before);
    });

    it("does not restart a pod for a changed template: that takes a new pod", async () => {
        const before = await plane.admin.get<Pod>(pod);
        await plane.admin.merge(sandboxRef(), {
            spec: {
                podTemplate: {
                    metadata: { annotations: { "clawstack.dev/probe": "changed" } },
                    spec: { terminationGracePeriodSeconds: 61 },
                },
            },
        });
        const live = await plane.admin.waitFor<Pod>(
            pod,
            "annotated",
            (object) => object?.metadata.annotations?.["clawstack.dev/probe"] === "changed",
        );
        expect(live.metadata.uid).to.equal(before.metadata.uid);
        await plane.admin.delete(pod, { gracePeriodSeconds: 0 });
        const renewed = await plane.admin.waitFor<Pod>(
            pod,
            "made anew",
            (object) => object !== undefined && object.metadata.uid !== before.metadata.uid,
        );
        expect(renewed.spec).to.have.property("terminationGracePeriodSeconds", 61);
    });

    it("serves a Sandbox in the old API version through its conversion webhook", async () => {
        const old = await plane.admin.get({ ...sandboxRef(), apiVersion: "agents.x-k8s.io/v1alpha1" });
        expect(old.apiVersion).to.equal("agents.x-k8s.io/v1alpha1");
    });

    it("gives a claim a warm sandbox, and fills the pool again", async () => {
        const namespace = pod.namespace;
        const api = { apiVersion: "extensions.agents.x-k8s.io/v1beta1" };
        const podSpec = { ...sandbox.spec.podTemplate.spec };
        // The plan's volume belongs to one sandbox; a pool's pods get one each from a template.
        podSpec.volumes = (podSpec.volumes as { name: string }[]).filter(({ name }) => name !== "workspace");
        await plane.admin.create({
            ...api,
            kind: "SandboxTemplate",
            metadata: { name: "warm", namespace },
            spec: {
                networkPolicyManagement: "Unmanaged",
                podTemplate: { metadata: sandbox.spec.podTemplate.metadata, spec: podSpec },
                volumeClaimTemplates: [
                    {
                        metadata: { name: "workspace" },
                        spec: {
                            accessModes: ["ReadWriteOnce"],
                            storageClassName: "gp3",
                            resources: { requests: { storage: "2Gi" } },
                        },
                    },
                ],
            },
        });
        await plane.admin.create({
            ...api,
            kind: "SandboxWarmPool",
            metadata: { name: "warm", namespace },
            spec: { replicas: 2, sandboxTemplateRef: { name: "warm" } },
        });
        const pool = { ...api, kind: "SandboxWarmPool", namespace, name: "warm" };
        const full = (object: WarmPool | undefined) => object?.status?.readyReplicas === 2;
        await plane.admin.waitFor<WarmPool>(pool, "full", full, 60_000);
        const sandboxes = { apiVersion: "agents.x-k8s.io/v1beta1", kind: "Sandbox", namespace };
        const warm = (await plane.admin.list(sandboxes)).map(({ metadata }) => metadata.name);
        await plane.admin.create({
            ...api,
            kind: "SandboxClaim",
            metadata: { name: "visitor", namespace },
            spec: { warmPoolRef: { name: "warm" } },
        });
        const claim = await plane.admin.waitFor<Claim>(
            { ...api, kind: "SandboxClaim", namespace, name: "visitor" },
            "Ready",
            (object) => isTrue(object, "Ready"),
        );
        expect(warm).to.include(claim.status?.sandbox?.name);
        await plane.admin.waitFor<WarmPool>(pool, "full again", full, 60_000);
        const now = (await plane.admin.list(sandboxes)).map(({ metadata }) => metadata.name);
        expect(now.filter((name) => name.startsWith("warm-"))).to.have.length(3);
    });
});
