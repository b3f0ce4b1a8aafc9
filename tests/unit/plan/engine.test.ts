import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { runProgram, type EngineResult } from "../../../automation/plan/engine/run";
import { planFiles } from "../../../automation/plan/files";
import { resourceCounts, resourceTree } from "../../../automation/plan/tree";
import { program } from "./program";

const options = { project: "demo", stack: "test", region: "eu-central-1", values: {}, secretKeys: [] };

describe("plan: embedded engine", () => {
    let result: EngineResult;
    before(async () => {
        result = await runProgram(program(2), options);
    });
    const resource = (type: string) => result.resources.find((each) => each.type === type);

    it("names resources by all their ancestors, as the engine does", () => {
        const urns = result.resources.map(({ urn }) => urn);
        expect(urns).to.include("urn:pulumi:test::demo::clawstack:test:Agent$kubernetes:core/v1:Secret::agent-1");
        expect(urns).to.include("urn:pulumi:test::demo::aws:iam/role:Role::gateway");
    });

    it("hands the outputs of remote components to whoever reads them", () => {
        expect(resource("aws:iam/role:Role")?.inputs["name"]).to.equal("demo-gateway");
        const values = resource("kubernetes:helm.sh/v3:Release")?.inputs["values"];
        expect(values).to.include({
            role: "arn:aws:iam::123456789012:role/demo-gateway",
            endpoint: "https://<demo>.gr7.eu-central-1.eks.amazonaws.com",
        });
        expect(resource("eks:index:Cluster")?.inputs["subnetIds"]).to.have.length(2);
    });

    it("masks secrets of the program, of providers and of outputs, and says what is unknown", () => {
        expect(JSON.stringify(result)).not.to.contain("xoxb");
        expect(resource("kubernetes:core/v1:Secret")?.inputs["stringData"]).to.deep.equal({ token: "[secret]" });
        expect(resource("kubernetes:helm.sh/v3:Release")?.inputs["values"]).to.include({ password: "[secret]" });
        expect(result.outputs).to.include({ kubeconfig: "[secret]", unknown: "<known after apply>" });
    });

    it("keeps the options that a deletion goes by, and what a resource waits for", () => {
        const configMap = resource("kubernetes:core/v1:ConfigMap");
        expect(configMap).to.include({ retainOnDelete: true, protect: false, custom: true });
        expect(resource("clawstack:test:Agent")?.dependencies).to.include(
            "urn:pulumi:test::demo::kubernetes:core/v1:Namespace::agents",
        );
    });

    it("writes manifests by namespace, Helm values with their chart, and the config files of agents", () => {
        const files = new Map(planFiles(result.resources).map(({ path, content }) => [path, content]));
        expect([...files.keys()]).to.include.members([
            "manifests/_cluster/namespace-agents.yaml",
            "manifests/agents/secret-agent-0.yaml",
            "agents/agent-0/openclaw.json",
        ]);
        expect(files.get("helm/monitoring.yaml")).to.match(/# chart: kube-prometheus-stack\n# version: 1\.2\.3/);
    });

    it("draws the tree with what each component holds, and counts what it leaves out", async () => {
        const many = await runProgram(program(20), options);
        const lines = resourceTree(many.resources);
        expect(lines.join("\n")).to.contain("agent-0  clawstack:test:Agent 2");
        expect(lines.join("\n")).to.contain("and 14 more like these (42 resources)");
        expect(resourceCounts(many.resources)).to.match(/^\d+ resources: .*42? ?kubernetes/);
    });

    it("runs two programs one after the other, each with its own resources", async () => {
        const [one, three] = await Promise.all([runProgram(program(1), options), runProgram(program(3), options)]);
        expect(three.resources.length - one.resources.length).to.equal(6);
    });

    it("fails with the program's own error, and where it came from", async () => {
        const broken = () => {
            throw new Error("no such zone");
        };
        const error = await runProgram(broken, options).catch((reason: unknown) => reason as Error);
        expect(error).to.be.instanceOf(Error).with.property("message", "no such zone");
        expect((error as Error).stack).to.contain("engine.test.ts");
    });

    it("refuses two resources of one name and type", async () => {
        const twice = () => {
            new pulumi.ComponentResource("demo:index:Thing", "same");
            new pulumi.ComponentResource("demo:index:Thing", "same");
            return {};
        };
        const error = await runProgram(twice, options).catch((reason: unknown) => reason as Error);
        expect((error as Error).message).to.contain("Duplicate resource URN");
    });

    it("leaves no listener behind", async () => {
        const before = process.listeners("unhandledRejection");
        await runProgram(program(1), options);
        expect(process.listeners("unhandledRejection")).to.deep.equal(before);
    });
});
