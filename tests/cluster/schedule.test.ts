import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { FIRST_BUILD_MS, tool, type ControlPlane, type KubeObject } from "./harness";
import { sharedEverything } from "./harness/everything";

const run = promisify(execFile);

interface CronJob extends KubeObject {
    spec: {
        schedule: string;
        timeZone: string;
        jobTemplate: { spec: { template: { spec: { containers: { command: string[] }[] } } } };
    };
}

const isTrue = (object: KubeObject | undefined, condition: string) =>
    ((object?.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? []).some(
        ({ type, status }) => type === condition && status === "True",
    );

/*
 * Real: the commands of the plan's CronJobs, run by kubectl as their service account, RBAC, the admission policy, the
 * agent-sandbox controller. Not real: the container that runs them (kwok plays it), and the passing of a day.
 */
describe("cluster: the hours of a sandbox (commands run here, not in a container)", function () {
    this.timeout(120_000);
    const cluster = sharedEverything();
    let plane: ControlPlane;
    let manifests: readonly KubeObject[];
    let kubeconfig: string;
    const sandbox = { apiVersion: "agents.x-k8s.io/v1beta1", kind: "Sandbox", namespace: "openclaw", name: "second" };
    const cronJob = (name: string) => {
        const found = manifests.find(({ kind, metadata }) => kind === "CronJob" && metadata.name === name);
        if (!found) throw new Error(`no CronJob ${name} in the plan`);
        return found as CronJob;
    };
    const kubectl = async (args: readonly string[]) =>
        run(await tool("kubectl"), [...args], { env: { KUBECONFIG: kubeconfig, HOME: plane.folder } });
    const runCommand = (name: string) => {
        const [program, ...args] = cronJob(name).spec.jobTemplate.spec.template.spec.containers[0]?.command ?? [];
        expect(program).to.equal("kubectl");
        return kubectl(args);
    };
    /** What the API server says to a command of the schedule's account; fails when it does as it was told. */
    const refusal = async (...args: string[]): Promise<string> => {
        try {
            await kubectl(args);
        } catch (error) {
            return (error as { stderr: string }).stderr;
        }
        throw new Error(`allowed: kubectl ${args.join(" ")}`);
    };
    const patch = (name: string, spec: object) => [
        ...["patch", "sandboxes.agents.x-k8s.io", name, "--namespace=openclaw", "--type=merge"],
        `--patch=${JSON.stringify(spec)}`,
    ];

    before(async function () {
        this.timeout(FIRST_BUILD_MS);
        ({ plane, manifests } = await cluster.start());
        const token = await plane.admin.serviceAccountToken("sandbox-schedule", "sandbox-schedule");
        kubeconfig = await plane.kubeconfig("schedule", token);
        await plane.admin.waitFor(sandbox, "Ready", (object) => isTrue(object, "Ready"), 60_000);
    });

    after(() => cluster.stop());

    it("suspend it when they end: its pod goes, its volume stays", async () => {
        const pod = { apiVersion: "v1", kind: "Pod", namespace: "openclaw", name: "second" };
        const claim = (await plane.admin.get<KubeObject>(pod)).spec as {
            volumes: { persistentVolumeClaim?: { claimName: string } }[];
        };
        const volume = claim.volumes.find(({ persistentVolumeClaim }) => persistentVolumeClaim)?.persistentVolumeClaim;
        await runCommand("second-suspend");
        await plane.admin.waitFor(sandbox, "suspended", (object) => isTrue(object, "Suspended"), 60_000);
        expect(await plane.admin.find(pod)).to.equal(undefined);
        const kept = await plane.admin.get({
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            namespace: "openclaw",
            name: volume?.claimName ?? "",
        });
        expect(kept.status).to.have.property("phase", "Bound");
    });

    it("stay in force over a deployment: what the plan declares does not resume it", async () => {
        const declared = manifests.find(({ kind, metadata }) => kind === "Sandbox" && metadata.name === "second");
        expect(declared?.spec).not.to.have.property("operatingMode");
        const applied = await plane.admin.apply(declared as KubeObject);
        expect(applied.spec).to.have.property("operatingMode", "Suspended");
    });

    it("resume it when they start", async () => {
        await runCommand("second-resume");
        await plane.admin.waitFor(sandbox, "Ready", (object) => isTrue(object, "Ready"), 60_000);
    });

    it("let their account change nothing else: no other sandbox, no field but the one, no secret", async () => {
        const suspend = { spec: { operatingMode: "Suspended" } };
        expect(await refusal(...patch("fourth", suspend))).to.match(/Forbidden/);
        const image = { spec: { podTemplate: { spec: { containers: [{ name: "agent", image: "evil:1" }] } } } };
        expect(await refusal(...patch("second", image))).to.match(/changes spec.operatingMode and nothing else/);
        const label = { metadata: { labels: { "clawstack.dev/sandbox": "fourth" } } };
        expect(await refusal(...patch("second", label))).to.match(/changes spec.operatingMode and nothing else/);
        expect(await refusal("get", "secrets", "--namespace=openclaw")).to.match(/Forbidden/);
        expect(await refusal("delete", "sandboxes.agents.x-k8s.io", "second", "--namespace=openclaw")).to.match(
            /Forbidden/,
        );
    });

    it("are kept by Jobs whose pods their namespace admits, on core nodes", async () => {
        const { jobTemplate, timeZone } = cronJob("second-suspend").spec;
        expect(timeZone).to.equal("Europe/Berlin");
        const job = { apiVersion: "batch/v1", kind: "Job", namespace: "sandbox-schedule", name: "by-hand" };
        const metadata = { name: job.name, namespace: job.namespace };
        await plane.admin.create({ apiVersion: "batch/v1", kind: "Job", metadata, spec: jobTemplate.spec });
        await plane.admin.waitFor(job, "done", (object) => isTrue(object, "Complete"), 60_000);
        const pods = await plane.admin.list<KubeObject & { spec: { nodeName?: string } }>(
            { apiVersion: "v1", kind: "Pod", namespace: job.namespace },
            "job-name=by-hand",
        );
        expect(pods.map(({ spec }) => spec.nodeName)).to.deep.equal(["core-1"]);
    });
});
