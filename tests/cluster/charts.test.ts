import { expect } from "chai";
import { plan } from "../../automation/plan";
import type { PlannedResource } from "../../automation/plan";
import {
    buildAllTools,
    chartDefaults,
    charts,
    ControlPlane,
    FIRST_BUILD_MS,
    installCrds,
    KUBERNETES,
    renderChart,
    unknownKeys,
    withAwsIds,
    type ChartName,
    type KubeObject,
} from "./harness";

interface Release {
    readonly name: string;
    readonly namespace: string;
    readonly version: string;
    readonly values: Record<string, unknown>;
}

/** Helm releases of the plan whose charts can be had here, each with the chart of the very release it pins. */
const rendered: readonly ChartName[] = ["karpenter-crd", "karpenter"];

/*
 * The charts of kube-prometheus-stack, CloudNativePG and Kata are in no registry that a test reaches: their values are
 * checked against their documentation by hand, and by nothing here. The CRDs of the first two are the pinned releases'.
 */
describe("cluster: Helm charts of the plan (Karpenter's; those of monitoring, CloudNativePG and Kata can't be had)", function () {
    this.timeout(120_000);
    let plane: ControlPlane;
    let releases: Release[];
    const release = (name: string): Release => {
        const found = releases.find((each) => each.name === name);
        if (!found) throw new Error(`no release ${name} in the plan: ${releases.map((each) => each.name).join(", ")}`);
        return found;
    };
    const render = ({ name, namespace, values }: Release, chart: ChartName) =>
        renderChart(chart, { release: name, namespace, values, kubeVersion: KUBERNETES });

    before(async function () {
        this.timeout(FIRST_BUILD_MS);
        await buildAllTools();
        const planned = await plan({ stack: "prod" });
        releases = (planned.resources as readonly PlannedResource[])
            .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
            .map(({ inputs }) => ({ values: {}, ...inputs }) as unknown as Release);
        plane = await ControlPlane.start();
        await installCrds(plane.admin);
        for (const manifest of withAwsIds(planned.manifests).filter(({ kind }) => kind === "Namespace")) {
            await plane.admin.apply(manifest);
        }
    });

    after(async () => plane?.stop());

    for (const chart of rendered) {
        it(`${chart}: the plan pins the chart that is rendered here, and sets no key that it does not have`, async () => {
            const { version, values } = release(chart);
            expect(`v${version}`).to.equal(charts[chart].version);
            expect(unknownKeys(values, await chartDefaults(chart))).to.deep.equal([]);
        });

        it(`${chart}: what it makes of the plan's values is accepted by the API server, field for field`, async () => {
            const { namespace } = release(chart);
            const objects = await render(release(chart), chart);
            expect(objects).to.have.length.above(2);
            for (const object of objects) {
                const ref = { apiVersion: object.apiVersion, kind: object.kind };
                if (!object.metadata.namespace && (await plane.admin.isNamespaced(ref))) {
                    object.metadata.namespace = namespace;
                }
                await plane.admin.apply(object);
            }
        });
    }

    it("karpenter: its pods pass Pod Security `restricted` of their namespace, under the role's service account", async () => {
        const { namespace, values } = release("karpenter");
        const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "karpenter" };
        await plane.admin.waitFor(deployment, "rolled out to pods", (object) => {
            const { replicas } = (object?.status ?? {}) as { replicas?: number };
            return replicas === values["replicas"];
        });
        const pods = await plane.admin.list<KubeObject & { spec: Record<string, unknown> }>({
            apiVersion: "v1",
            kind: "Pod",
            namespace,
        });
        expect(pods).to.have.length(2);
        for (const { spec } of pods) {
            expect(spec).to.have.property("serviceAccountName", "karpenter");
            expect(JSON.stringify(spec)).to.contain(`"CLUSTER_NAME","value":"clawstack-prod"`);
        }
    });

    it("karpenter: the CRDs of its chart are those that pools are tested against", async () => {
        const fromChart = (await render(release("karpenter-crd"), "karpenter-crd")).map(
            ({ metadata }) => metadata.name,
        );
        expect(fromChart).to.include.members(["nodepools.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"]);
    });

    it("finds a key that a chart does not have", async () => {
        const values = { settings: { clusterNam: "a" }, replica: 2, podLabels: { anything: "goes" } };
        const unknown = unknownKeys(values, await chartDefaults("karpenter"));
        expect(unknown).to.deep.equal(["settings.clusterNam", "replica"]);
    });
});
