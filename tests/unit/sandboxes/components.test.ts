import * as pulumi from "@pulumi/pulumi";
import { specialSecretSig, specialSigKey, type MockResourceArgs } from "@pulumi/pulumi/runtime";
import { expect } from "chai";
import type { ModelConfig, SandboxConfig, WarmPoolConfig } from "../../../config";
import { sandboxesSchema, warmPoolsSchema } from "../../../config/schema/sandboxes";
import { agentKinds, modelsOf, proxiedAgents, Sandboxes, type SandboxesArgs } from "../../../sandboxes";
import { secretRevision } from "../../../workloads/revision";
import { proxies } from "./proxies";

type Inputs = Record<string, unknown>;

const models: ModelConfig[] = ["claude-opus-4-6", "claude-sonnet-4-6"].map((name, index) => ({
    name,
    provider: "bedrock",
    modelId: `us.anthropic.${name}`,
    contextWindow: 200_000,
    maxTokens: 8192,
    reasoning: true,
    input: ["text"],
    fallbacks: index === 0 ? ["claude-sonnet-4-6"] : [],
}));
const sandboxes = sandboxesSchema(agentKinds).parse([
    { name: "support", agent: "openclaw-slack", model: "claude-opus-4-6" },
    {
        name: "paused",
        agent: "hermes-feishu",
        model: "claude-opus-4-6",
        settings: { allowedUsers: ["ou_a1"] },
        suspended: true,
        storage: { sizeGi: 12, onRemove: "delete" },
    },
]) as SandboxConfig[];
const warmPools = warmPoolsSchema(agentKinds).parse([
    { name: "on-demand", agent: "openclaw-api", model: "claude-sonnet-4-6", replicas: 3 },
]) as WarmPoolConfig[];
const secretValues: Record<string, Record<string, string>> = {
    support: { slackBotToken: "xoxb-hidden", slackAppToken: "xapp-hidden" },
    paused: { feishuAppId: "cli_hidden", feishuAppSecret: "hidden-secret" },
};

/** What the components declare; no engine and no provider runs. */
describe("sandboxes: components (against mocks: no engine, no cluster)", () => {
    const made: MockResourceArgs[] = [];
    const options = new Map<string, pulumi.CustomResourceOptions>();
    let access: Sandboxes["access"];
    const find = (type: string, name: string) => {
        const found = made.filter((each) => each.type === type && each.name === name);
        expect(found, `${type} ${name}`).to.have.length(1);
        return found[0] as MockResourceArgs;
    };
    const spec = (type: string, name: string) => find(type, name).inputs["spec"] as Inputs;
    const sandbox = (name: string) => find("kubernetes:agents.x-k8s.io/v1beta1:Sandbox", `sandbox-${name}`);
    const podSpec = (name: string) =>
        (sandbox(name).inputs["spec"] as { podTemplate: { spec: { containers: Inputs[]; volumes: Inputs[] } } })
            .podTemplate.spec;

    before(async function () {
        this.timeout(60_000); // Loads the SDK of Kubernetes, on first use.
        await pulumi.runtime.setMocks({
            newResource(args) {
                made.push(args);
                return { id: `${args.name}-id`, state: { ...args.inputs, result: "generated" } };
            },
            call: () => ({}),
        });
        const args: SandboxesArgs = {
            config: { sandboxes, warmPools, gateway: { models } as never },
            agents: proxiedAgents({ sandboxes, warmPools }),
            proxies,
            runtimeClassName: "kata-qemu",
            storageClass: "gp3",
            apiCidrs: ["172.20.0.0/16", "10.1.0.0/16"],
            secretsOf: (name) =>
                Object.fromEntries(
                    Object.entries(secretValues[name] ?? {}).map(([key, value]) => [key, pulumi.secret(value)]),
                ),
        };
        const note: pulumi.ResourceTransformation = ({ type, name, opts }) => {
            options.set(`${type} ${name}`, opts);
            return undefined;
        };
        access = new Sandboxes("sandboxes", args, { transformations: [note] }).access;
        const last = "warm-pool-on-demand";
        const isLast = ({ type, name }: MockResourceArgs) => type.endsWith(":SandboxWarmPool") && name === last;
        // Registration goes on in the background.
        while (!made.some(isLast)) await new Promise((resolve) => setTimeout(resolve, 10));
    });

    it("makes each namespace once: restricted, and closed until a policy opens something", () => {
        const namespaces = made.filter(({ type }) => type === "kubernetes:core/v1:Namespace");
        expect(namespaces.map(({ name }) => name)).to.have.members(["namespace-openclaw", "namespace-hermes"]);
        for (const { inputs } of namespaces) {
            expect((inputs["metadata"] as { labels: Inputs }).labels).to.deep.include({
                "pod-security.kubernetes.io/enforce": "restricted",
            });
        }
        for (const { name } of namespaces) {
            expect(spec("kubernetes:networking.k8s.io/v1:NetworkPolicy", `${name}-default-deny`)).to.deep.equal({
                podSelector: {},
                policyTypes: ["Ingress", "Egress"],
            });
        }
    });

    it("keeps a namespace whose volumes are kept", () => {
        const kept = (name: string) => options.get(`kubernetes:core/v1:Namespace ${name}`)?.retainOnDelete;
        expect(kept("namespace-openclaw")).to.equal(true);
        expect(kept("namespace-hermes")).to.equal(false);
    });

    it("puts each secret under the name that the agent reads it by, as a secret", () => {
        const { inputs } = find("kubernetes:core/v1:Secret", "sandbox-support");
        const { [specialSigKey]: mark, value } = inputs["stringData"] as Inputs;
        expect(mark).to.equal(specialSecretSig);
        expect(value).to.deep.equal({
            OPENCLAW_GATEWAY_TOKEN: "generated",
            SLACK_APP_TOKEN: "xapp-hidden",
            SLACK_BOT_TOKEN: "xoxb-hidden",
        });
    });

    it("shows no secret outside of Secrets", () => {
        for (const { type, name, inputs } of made.filter(({ type }) => type !== "kubernetes:core/v1:Secret")) {
            expect(JSON.stringify(inputs), `${type} ${name}`).not.to.match(/hidden|generated/);
        }
    });

    it("gives each agent a volume of its own, kept or not as the config says", () => {
        const type = "kubernetes:core/v1:PersistentVolumeClaim";
        expect(spec(type, "sandbox-paused")).to.deep.include({
            storageClassName: "gp3",
            resources: { requests: { storage: "12Gi" } },
        });
        const kept = (name: string) => options.get(`${type} ${name}`)?.retainOnDelete;
        expect(kept("sandbox-support")).to.equal(true);
        expect(kept("sandbox-paused")).to.equal(false);
        expect(podSpec("support").volumes[0]).to.deep.equal({
            name: "workspace",
            persistentVolumeClaim: { claimName: "support" },
        });
    });

    it("takes a new Sandbox for a new pod template, the old one first: its volume has one user", () => {
        expect(options.get("kubernetes:agents.x-k8s.io/v1beta1:Sandbox sandbox-support")).to.deep.include({
            replaceOnChanges: ["spec.podTemplate"],
            deleteBeforeReplace: true,
        });
    });

    it("suspends a sandbox without a new template", () => {
        expect(sandbox("paused").inputs["spec"]).to.deep.include({ operatingMode: "Suspended" });
        expect(sandbox("support").inputs["spec"]).to.deep.include({ operatingMode: "Running" });
    });

    it("has a warm pool draw on its template, which brings its volumes and no policy of the controller", () => {
        const pool = find("kubernetes:extensions.agents.x-k8s.io/v1beta1:SandboxWarmPool", "warm-pool-on-demand");
        expect(pool.inputs["spec"]).to.deep.equal({
            replicas: 3,
            sandboxTemplateRef: { name: "on-demand" },
            updateStrategy: { type: "Recreate" },
        });
        const template = spec(
            "kubernetes:extensions.agents.x-k8s.io/v1beta1:SandboxTemplate",
            "warm-pool-on-demand-template",
        );
        expect(template).to.deep.include({ networkPolicyManagement: "Unmanaged", service: true });
        expect(template["volumeClaimTemplates"]).to.have.length(1);
        expect(
            spec("kubernetes:networking.k8s.io/v1:NetworkPolicy", "warm-pool-on-demand")["podSelector"],
        ).to.deep.equal({ matchLabels: { "clawstack.dev/warm-pool": "on-demand" } });
    });

    it("says how to reach each sandbox", () => {
        expect(access["paused"]).to.deep.equal({
            name: "paused",
            namespace: "hermes",
            agent: "hermes-feishu",
            logs: "kubectl logs -n hermes paused -c agent -f",
            shell: "kubectl exec -n hermes paused -c agent -it -- sh",
        });
    });

    it("opens an agent's model and what it falls back to", () => {
        expect(modelsOf("claude-opus-4-6", models)).to.deep.equal(["claude-opus-4-6", "claude-sonnet-4-6"]);
        expect(modelsOf("claude-sonnet-4-6", models)).to.deep.equal(["claude-sonnet-4-6"]);
    });

    describe("revision of an agent's secrets", () => {
        const revision = (environment: Record<string, string>) =>
            new Promise<string>((resolve) =>
                secretRevision(
                    Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, pulumi.secret(value)])),
                    pulumi.secret("key of the stack"),
                ).apply(resolve),
            );

        it("changes with each secret, and with nothing else", async () => {
            const base = await revision({ KEY: "sk-1", SLACK_BOT_TOKEN: "xoxb-1" });
            expect(await revision({ SLACK_BOT_TOKEN: "xoxb-1", KEY: "sk-1" })).to.equal(base);
            expect(await revision({ KEY: "sk-1", SLACK_BOT_TOKEN: "xoxb-2" })).not.to.equal(base);
            expect(await revision({ KEY: "sk-2", SLACK_BOT_TOKEN: "xoxb-1" })).not.to.equal(base);
        });

        it("is no secret itself: it stands in an annotation", async () => {
            const output = secretRevision({ KEY: pulumi.secret("sk-1") }, pulumi.secret("key of the stack"));
            expect(await pulumi.isSecret(output)).to.equal(false);
        });
    });
});
