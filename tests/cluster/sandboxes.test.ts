import { expect } from "chai";
import { FIRST_BUILD_MS, type ControlPlane, type KubeObject } from "./harness";
import { sharedEverything } from "./harness/everything";

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

const EXTENSIONS = { apiVersion: "extensions.agents.x-k8s.io/v1beta1" };
const isFull = (count: number) => (pool: WarmPool | undefined) => pool?.status?.readyReplicas === count;
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
    const cluster = sharedEverything();
    let plane: ControlPlane;
    let sandboxes: Sandbox[];
    let pod: { apiVersion: string; kind: string; namespace?: string; name: string };

    const claimFrom = async (pool: string, name: string): Promise<Claim> => {
        const ref = { ...EXTENSIONS, kind: "SandboxClaim", namespace: "openclaw", name };
        const metadata = { name, namespace: "openclaw" };
        await plane.admin.create({
            ...EXTENSIONS,
            kind: "SandboxClaim",
            metadata,
            spec: { warmPoolRef: { name: pool } },
        });
        return plane.admin.waitFor<Claim>(ref, "Ready", (object) => isTrue(object, "Ready"), 60_000);
    };
    const sandboxRef = () => ({ ...pod, apiVersion: "agents.x-k8s.io/v1beta1", kind: "Sandbox" });

    before(async function () {
        this.timeout(FIRST_BUILD_MS);
        const everything = await cluster.start();
        ({ plane } = everything);
        const { manifests } = everything;
        sandboxes = manifests.filter(({ kind }) => kind === "Sandbox") as Sandbox[];
        pod = { apiVersion: "v1", kind: "Pod", namespace: "openclaw", name: "fourth" };
    });

    after(() => cluster.stop());

    it("makes a pod of each, which becomes Ready with its volume bound; of a suspended one it makes none", async () => {
        expect(sandboxes).to.have.length(4);
        for (const { metadata, spec } of sandboxes) {
            const { name, namespace } = metadata;
            const ref = { ...sandboxRef(), namespace, name };
            if (spec.operatingMode === "Suspended") {
                await plane.admin.waitFor(ref, "suspended", (object) => isTrue(object, "Suspended"), 60_000);
                expect(await plane.admin.find({ ...pod, namespace, name })).to.equal(undefined);
                continue;
            }
            await plane.admin.waitFor(ref, "Ready", (object) => isTrue(object, "Ready"), 60_000);
            const made = await plane.admin.get<Pod>({ ...pod, namespace, name });
            expect(made.spec.runtimeClassName).to.equal("kata-qemu");
            expect(made.spec.overhead, "overhead of the RuntimeClass").to.exist;
            const volume = made.spec.volumes?.find(({ persistentVolumeClaim }) => persistentVolumeClaim);
            const claim = await plane.admin.get({
                apiVersion: "v1",
                kind: "PersistentVolumeClaim",
                namespace,
                name: volume?.persistentVolumeClaim?.claimName ?? "",
            });
            expect(claim.status, name).to.have.property("phase", "Bound");
        }
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

    it("runs those that ask for spot or on-demand nodes there", async () => {
        const pool = { ...EXTENSIONS, kind: "SandboxWarmPool", namespace: "openclaw", name: "full-pool" };
        await plane.admin.waitFor<WarmPool>(pool, "full", isFull(10), 60_000);
        const pods = await plane.admin.list<Pod>({ apiVersion: "v1", kind: "Pod" });
        const nodesOf = (label: string, value: string) =>
            pods.filter(({ metadata }) => metadata.labels?.[label] === value).map(({ spec }) => spec.nodeName);
        expect(nodesOf("clawstack.dev/sandbox", "third")).to.deep.equal(["metal-1"]);
        const ofPool = nodesOf("clawstack.dev/warm-pool", "full-pool");
        expect(ofPool).to.have.length(10);
        expect(new Set(ofPool)).to.deep.equal(new Set(["nested-1"]));
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

    it("keeps no sandbox in a pool of none, and starts one for its claim", async () => {
        const claim = await claimFrom("empty-pool", "patient");
        expect(claim.status?.sandbox?.name).to.be.a("string");
    });

    it("gives a claim a warm sandbox of the plan's pool, and fills the pool again", async () => {
        const pool = { ...EXTENSIONS, kind: "SandboxWarmPool", namespace: "openclaw", name: "full-pool" };
        const all = { apiVersion: "agents.x-k8s.io/v1beta1", kind: "Sandbox", namespace: "openclaw" };
        const ofPool = async () =>
            (await plane.admin.list(all))
                .map(({ metadata }) => metadata.name)
                .filter((name) => name.startsWith("full-pool"));
        await plane.admin.waitFor<WarmPool>(pool, "full", isFull(10), 60_000);
        const warm = await ofPool();
        const claim = await claimFrom("full-pool", "visitor");
        expect(warm).to.include(claim.status?.sandbox?.name);
        await plane.admin.waitFor<WarmPool>(pool, "full again", isFull(10), 60_000);
        await plane.admin.waitFor(
            { ...all, name: claim.status?.sandbox?.name ?? "" },
            "kept by its claim",
            (object) => object?.metadata.ownerReferences?.some(({ kind }) => kind === "SandboxClaim") ?? false,
        );
        expect(await ofPool()).to.have.length(11);
    });
});
