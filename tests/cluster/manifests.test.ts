import { join } from "node:path";
import { expect } from "chai";
import { plan } from "../../automation/plan";
import { clusterSchema } from "../../config/schema/cluster";
import {
    buildAllTools,
    ControlPlane,
    FIRST_BUILD_MS,
    installCrds,
    KUBERNETES,
    KubeError,
    refOf,
    withAwsIds,
    type KubeObject,
} from "./harness";

/** What a refusal says; fails when there is none. */
async function refusal(work: Promise<unknown>): Promise<KubeError> {
    try {
        await work;
    } catch (error) {
        if (error instanceof KubeError) return error;
        throw error;
    }
    throw new Error("the API server accepted it");
}

function pod(namespace: string, securityContext: Record<string, unknown>): KubeObject {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "intruder", namespace },
        spec: { containers: [{ name: "a", image: "example.com/a:1", securityContext }] },
    };
}

/**
 * What an object is, without the server's own bookkeeping of writes. (An empty list of rules in a NetworkPolicy is stored
 * as no list, which counts as a new generation and means the same.) Controllers write status meanwhile.
 */
function lasting({ metadata, ...object }: KubeObject): unknown {
    const { name, namespace, uid, labels } = metadata;
    return { ...object, status: undefined, metadata: { name, namespace, uid, labels } };
}

/** The stacks that ship, and one that turns every option on. */
const stacks = [{ stack: "dev" }, { stack: "prod" }, { configFile: join(__dirname, "Pulumi.everything.yaml") }];

describe("cluster: the API server of these tests", () => {
    it("is of the Kubernetes minor that a stack gets", () => {
        expect(KUBERNETES).to.match(new RegExp(`^${clusterSchema.parse({}).kubernetesVersion.replace(".", "\\.")}\\.`));
    });
});

for (const options of stacks) {
    const stack = options.stack ?? "everything";
    describe(`cluster: the manifests of stack ${stack}`, function () {
        this.timeout(120_000);
        let plane: ControlPlane;
        let manifests: KubeObject[];

        before(async function () {
            this.timeout(FIRST_BUILD_MS);
            await buildAllTools();
            plane = await ControlPlane.start();
            await installCrds(plane.admin);
            manifests = withAwsIds((await plan(options)).manifests);
            expect(manifests).to.have.length.above(30);
        });

        after(async () => plane?.stop());

        it("are accepted by the API server, field for field", async () => {
            const refused: string[] = [];
            for (const manifest of manifests) {
                await plane.admin.apply(manifest).catch((error: unknown) => {
                    refused.push(`${manifest.kind} ${manifest.metadata.name}: ${String(error)}`);
                });
            }
            expect(refused).to.deep.equal([]);
        });

        it("are read back, and change nothing when applied again", async () => {
            for (const manifest of manifests) {
                const first = await plane.admin.get(refOf(manifest));
                const second = await plane.admin.apply(manifest);
                expect(lasting(second), `${manifest.kind} ${manifest.metadata.name}`).to.deep.equal(lasting(first));
            }
        });

        it("refuses a field that the schema does not know", async () => {
            const sandbox = manifests.find(({ kind }) => kind === "Sandbox");
            expect(sandbox, "a Sandbox in the plan").to.exist;
            const typo = structuredClone(sandbox) as KubeObject & { spec: Record<string, unknown> };
            typo.spec.runtimeClas = "kata-qemu";
            const error = await refusal(plane.admin.apply(typo, { dryRun: true }));
            expect(error.message).to.match(/runtimeClas/);
        });

        it("refuses a privileged pod, and one that may run as root, where sandboxes run", async () => {
            const namespaces = new Set(
                manifests.filter(({ kind }) => kind === "Sandbox").map(({ metadata }) => metadata.namespace ?? ""),
            );
            expect(namespaces).to.have.length.above(0);
            for (const namespace of namespaces) {
                for (const context of [{ privileged: true }, { runAsUser: 0 }]) {
                    const error = await refusal(plane.admin.create(pod(namespace, context)));
                    expect(error.code).to.equal(403);
                    expect(error.message).to.match(/violates PodSecurity "restricted/);
                }
            }
        });
    });
}
