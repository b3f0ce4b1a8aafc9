import { expect } from "chai";
import type { Call } from "./harness/providers";
import { effects, expectDataKept, leftIn, shortName } from "./harness/expect";
import { TestStack, unprotectedSectionsOf, type Sections } from "./harness/stack";

interface Agent extends Sections {
    name: string;
    model: string;
    key: Record<string, unknown>;
}

/** LiteLLM is told of keys by one Secret and one Job; a Job can't be changed. */
const keysRegistered = ["replace virtual-keys Job", "update virtual-keys Secret"];

/** What is told of each agent that there is: LiteLLM, and the two proxies, which have a port for each. */
const agentsListed = [
    ...keysRegistered,
    "update egress-proxy NetworkPolicy",
    "update egress-proxy Service",
    "update egress-proxy-agents ConfigMap",
    "update inference-proxy NetworkPolicy",
    "update inference-proxy Service",
    "update inference-proxy-agents Secret",
];

/** Whether a resource is a sandbox's own: its name has the sandbox's in it. */
const isOf = (sandbox: string) => (effect: string) => new RegExp(`-${sandbox}[- ]`).test(effect);

describe("engine: a stack that changes (dev; providers are stand-ins)", function () {
    this.timeout(15 * 60_000);
    let test: TestStack;
    const sections = unprotectedSectionsOf("dev") as Sections & {
        cluster: Sections;
        sandboxes: Agent[];
        gateway: { models: Sections[] };
    };
    const [first] = sections.sandboxes as [Agent];

    /** Deploys the sections as they are now; the result is what the providers did. */
    async function deploy(): Promise<Call[]> {
        await test.configure(sections);
        await test.stack.up();
        return test.take();
    }

    before(async () => {
        test = await TestStack.create("dev");
        await deploy();
    });
    after(() => test?.dispose());

    it("adds sandboxes: their own resources, and the lists that LiteLLM and the proxies have of them", async () => {
        const added = (name: string, onRemove: string) => ({ ...structuredClone(first), name, storage: { onRemove } });
        sections.sandboxes.push(added("kept", "retain"), added("gone", "delete"));
        const calls = await deploy();
        const done = effects(calls);
        const own = done.filter((effect) => isOf("kept")(effect) || isOf("gone")(effect));
        expect(done.filter((effect) => !own.includes(effect))).to.have.members(agentsListed);
        expect(
            own.every((effect) => effect.startsWith("create ")),
            own.join(),
        ).to.equal(true);
        for (const type of ["Sandbox", "PersistentVolumeClaim", "NetworkPolicy", "Secret", "ConfigMap"]) {
            expect(own).to.include.members([`create sandbox-kept ${type}`, `create sandbox-gone ${type}`]);
        }
        const { sandboxes } = await test.stack.outputs();
        expect(sandboxes?.value).to.have.keys(first.name, "kept", "gone");
    });

    it("removes sandboxes: what was theirs goes, the volume only where the config says so", async () => {
        const before = leftIn(test.cloud).filter((left) => isOf("kept")(left) || isOf("gone")(left));
        sections.sandboxes = [first];
        const calls = await deploy();
        const done = effects(calls);
        expectDataKept(calls, ["sandbox-gone PersistentVolumeClaim"]);
        expect(done.filter((effect) => !effect.startsWith("delete "))).to.have.members(agentsListed);
        expect(before).to.have.length.greaterThan(10);
        expect(done.filter((effect) => effect.startsWith("delete "))).to.have.members(
            before.filter((left) => left !== "sandbox-kept PersistentVolumeClaim").map((left) => `delete ${left}`),
        );
        // The pod ends before what it reads.
        const order = calls.filter(({ operation }) => operation === "delete").map(({ urn }) => shortName(urn));
        for (const type of ["Secret", "ConfigMap", "PersistentVolumeClaim", "NetworkPolicy"]) {
            const [pod, other] = [order.indexOf("sandbox-gone Sandbox"), order.indexOf(`sandbox-gone ${type}`)];
            expect(other, type).to.be.greaterThan(pod);
        }
        // Left to the cluster, and no longer the stack's.
        expect(leftIn(test.cloud)).to.include("sandbox-kept PersistentVolumeClaim");
        const { resources = [] } = (await test.stack.exportStack()).deployment as { resources?: { urn: string }[] };
        expect(resources.map(({ urn }) => shortName(urn)).filter(isOf("kept"))).to.deep.equal([]);
    });

    it("gives an agent that comes back the volume that it left", async () => {
        sections.sandboxes.push({ ...structuredClone(first), name: "kept", storage: { onRemove: "delete" } });
        const calls = await deploy();
        expect(effects(calls)).to.include("create sandbox-kept PersistentVolumeClaim");
        sections.sandboxes = [first];
        expectDataKept(await deploy(), ["sandbox-kept PersistentVolumeClaim"]);
    });

    it("changes a budget: LiteLLM is told, and no agent restarts", async () => {
        first.key["budgetUsd"] = 77;
        expect(effects(await deploy())).to.deep.equal(keysRegistered);
    });

    it("rotates a key: LiteLLM and the proxy that adds it take the new one, and no agent restarts", async () => {
        first.key["rotation"] = 2;
        expect(effects(await deploy())).to.have.members([
            ...keysRegistered,
            `replace virtual-keys-${first.name} RandomPassword`,
            "update inference-proxy-agents Secret",
        ]);
    });

    it("changes what a model's name stands for: LiteLLM and its rights, and no agent", async () => {
        (sections.gateway.models[0] as Sections)["modelId"] = "us.anthropic.claude-sonnet-4-6";
        expect(effects(await deploy())).to.have.members([
            "update litellm Deployment",
            "update litellm-bedrock-bedrock RolePolicy",
            "update litellm-config ConfigMap",
        ]);
    });

    it("gives an agent another model: LiteLLM, the key, and that agent", async () => {
        sections.gateway.models.push({
            name: "claude-haiku-4-5",
            provider: "bedrock",
            modelId: "anthropic.claude-haiku-4-5",
        });
        first.model = "claude-haiku-4-5";
        const volume = test.cloud.resources.get(urnOf(`sandbox-${first.name} PersistentVolumeClaim`));
        const calls = await deploy();
        expectDataKept(calls);
        expect(effects(calls)).to.have.members([
            ...keysRegistered,
            "update litellm Deployment",
            "update litellm-bedrock-bedrock RolePolicy",
            "update litellm-config ConfigMap",
            `update sandbox-${first.name} ConfigMap`,
            `replace sandbox-${first.name} Sandbox`,
        ]);
        expect(volume).to.be.an("object");
        expect(test.cloud.resources.get(urnOf(`sandbox-${first.name} PersistentVolumeClaim`))).to.equal(volume);
        // One pod at a time writes to the volume.
        const sandbox = calls.filter(({ type }) => type.endsWith(":Sandbox")).map(({ operation }) => operation);
        expect(sandbox).to.deep.equal(["delete", "create"]);
    });

    it("upgrades Kubernetes in place: the control plane, then the core nodes, and no agent", async () => {
        sections.cluster["kubernetesVersion"] = "1.36";
        const calls = await deploy();
        expectDataKept(calls);
        expect(calls.map(({ urn, operation }) => `${operation} ${shortName(urn)}`)).to.deep.equal([
            "update clawstack-dev Cluster",
            "update cluster-core NodeGroup",
        ]);
    });

    /** URN of a resource that the providers hold. */
    function urnOf(name: string): string {
        return [...test.cloud.resources.keys()].find((urn) => shortName(urn) === name) ?? "none";
    }
});
