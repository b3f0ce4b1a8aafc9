import * as path from "node:path";
import { expect } from "chai";
import { plan } from "../../../automation/plan";
import type { Plan } from "../../../automation/plan/model";

const root = path.resolve(__dirname, "../../..");

/** The outputs of the blueprint that the platform comes from, and the kubeconfig. */
const outputs = [
    "cluster_endpoint",
    "cluster_name",
    "configure_kubectl",
    "grafana_access",
    "grafana_admin_password",
    "grafana_service_name",
    "kata_namespace",
    "kubeconfig",
    "litellm_db_admin_password",
    "litellm_db_password",
    "litellm_master_key",
    "openclaw_namespace",
];

for (const stack of ["dev", "prod"]) {
    describe(`plan: the ${stack} stack, whole (embedded engine; nothing of AWS)`, () => {
        let planned: Plan;
        before(async () => {
            planned = await plan({ stack, projectFolder: root });
        });
        const types = () => planned.resources.map(({ type }) => type);
        const manifest = (kind: string, name: string) =>
            planned.manifests.find((each) => each.kind === kind && each.metadata.name === name);

        it("has every room of the platform", () => {
            for (const component of [
                "infra:Network",
                "infra:EksCluster",
                "infra:Karpenter",
                "workloads:Kata",
                "workloads:LiteLlm",
                "workloads:Monitoring",
                "workloads:VirtualKeys",
                "sandboxes:Sandboxes",
            ]) {
                expect(types()).to.include(`clawstack:${component}`);
            }
        });

        it("gives every output that the blueprint has", () => {
            expect(planned.outputs).to.include.members(outputs);
        });

        it("breaks no policy", () => {
            expect(planned.findings.filter(({ severity }) => severity === "error")).to.deep.equal([]);
        });

        it("runs each agent in a Kata VM, with a Secret, a volume and a network policy of its own", () => {
            const sandboxes = planned.manifests.filter(({ kind }) => kind === "Sandbox");
            expect(sandboxes).not.to.be.empty;
            for (const { apiVersion, metadata, ...rest } of sandboxes) {
                expect(apiVersion).to.equal("agents.x-k8s.io/v1beta1");
                expect(JSON.stringify(rest)).to.contain('"runtimeClassName":"kata-qemu"');
                for (const kind of ["Secret", "PersistentVolumeClaim", "NetworkPolicy", "ConfigMap"]) {
                    expect(manifest(kind, metadata.name), `${kind} of ${metadata.name}`).to.exist;
                }
            }
        });

        it("shows no secret, in manifests, files or resources", () => {
            const shown = JSON.stringify([planned.resources, planned.manifests, planned.files]);
            expect(shown).to.contain("[secret]");
            expect(shown).not.to.match(/xox[bp]-\w|xapp-\w|sk-[A-Za-z0-9]{20}/);
            for (const { kind, ...rest } of planned.manifests.filter((each) => each.kind === "Secret")) {
                const values = Object.values((rest as { stringData?: Record<string, string> }).stringData ?? {});
                expect(values, kind).not.to.be.empty;
                expect(new Set(values)).to.deep.equal(new Set(["[secret]"]));
            }
        });

        it("names each missing secret with its command", () => {
            expect(planned.missing).not.to.be.empty;
            for (const { command } of planned.missing)
                expect(command).to.match(/^pulumi config set --stack \w+ --secret --path/);
        });

        it("adds the cost up from its parts", () => {
            const sum = planned.cost.items.reduce((total, { monthly }) => total + monthly, 0);
            expect(planned.cost.monthly).to.be.closeTo(sum, 0.05);
            expect(planned.cost.prices.date).to.match(/^\d{4}-\d{2}-\d{2}$/);
        });

        it("pins every Helm release to a version", () => {
            const releases = planned.resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
            expect(releases.length).to.be.greaterThan(3);
            for (const { inputs } of releases) expect(inputs["version"]).to.match(/^\d+\.\d+\.\d+$/);
        });
    });
}
