import { expect } from "chai";
import { handedIn, sectionsOf, TestStack } from "./harness/stack";

const changes = (summary: Record<string, number | undefined> | undefined) =>
    Object.fromEntries(Object.entries(summary ?? {}).filter(([kind, count]) => kind !== "same" && count));

interface Sections {
    host: Record<string, unknown>;
    sandboxes: Record<string, unknown>[];
    gateway: { models: Record<string, unknown>[] };
}

describe("engine: the host stack (real Pulumi engine; providers are stand-ins, nothing reaches AWS)", function () {
    this.timeout(15 * 60_000);
    let test: TestStack;
    const sections = sectionsOf("host") as unknown as Sections & Record<string, unknown>;
    const volume = "host-data aws:ebs/volume:Volume";
    before(async () => {
        test = await TestStack.create("host");
        // With a channel, whose tokens must not be seen anywhere.
        sections.sandboxes = [{ ...sections.sandboxes[0], agent: "openclaw-slack" }];
        await test.configure(sections);
    });
    after(() => test?.dispose());

    const apply = async (change: (to: Sections) => void) => {
        change(sections);
        await test.configure(sections);
        test.takeCalls();
        await test.stack.up();
        return test.takeCalls();
    };

    it("previews, and changes nothing", async () => {
        const { changeSummary } = await test.stack.preview();
        expect(changes(changeSummary)).to.have.keys(["create"]);
        expect(test.cloud.calls).to.deep.equal([]);
    });

    it("comes up, and waits for the host after its volume is attached", async () => {
        const { summary } = await test.stack.up();
        expect(summary.result).to.equal("succeeded");
        const calls = test.takeCalls();
        const at = (type: string) => calls.findIndex((call) => call.endsWith(type));
        expect(at("aws:ec2/volumeAttachment:VolumeAttachment")).to.be.greaterThan(at("aws:ec2/instance:Instance"));
        expect(at("aws:ssm/association:Association")).to.be.greaterThan(
            at("aws:ec2/volumeAttachment:VolumeAttachment"),
        );
    });

    it("has nothing to do a second time", async () => {
        expect(changes((await test.stack.preview()).changeSummary)).to.deep.equal({});
    });

    it("gives the port forward, the dashboard with its token as a secret, and the logs", async () => {
        const outputs = await test.stack.outputs();
        expect(outputs["dashboard_port_forward"]?.value).to.match(
            /^aws ssm start-session --region us-west-2 --target \S+ --document-name AWS-StartPortForwardingSession --parameters '\{"portNumber":\["18789"\]/,
        );
        expect(outputs["dashboard_url"]?.secret).to.equal(true);
        // Seed: `?token=` was lost in a redirect.
        expect(outputs["dashboard_url"]?.value).to.match(/^http:\/\/localhost:18789\/#token=\w{40}$/);
        for (const log of ["setup_log", "agent_log", "litellm_log"]) {
            expect(outputs[log]?.value, log).to.include("AWS-StartInteractiveCommand");
        }
    });

    it("keeps no secret in clear in its state, its user data included", async () => {
        const state = test.stateFile();
        const { dashboard_url: url } = await test.stack.outputs();
        const token = String(url?.value).split("#token=")[1] ?? "none";
        for (const secret of [handedIn.slackBotToken, handedIn.slackAppToken, token]) {
            expect(state.includes(secret), secret.slice(0, 10)).to.equal(false);
        }
    });

    it("a new model replaces the instance and keeps the data volume", async () => {
        const calls = await apply(({ gateway }) => {
            gateway.models = [{ ...gateway.models[0], modelId: "us.anthropic.claude-sonnet-4-6" }];
        });
        expect(calls).to.include("delete host aws:ec2/instance:Instance");
        expect(calls).to.include("create host aws:ec2/instance:Instance");
        expect(calls.filter((call) => call.endsWith(volume))).to.deep.equal([]);
        // One place: the old machine lets go of the volume before the new one takes it.
        expect(calls.indexOf("delete host aws:ec2/instance:Instance")).to.be.lessThan(
            calls.indexOf("create host aws:ec2/instance:Instance"),
        );
        expect(calls).to.include("create host-ready aws:ssm/association:Association");
    });

    it("another instance type leaves the data volume as it is", async () => {
        const calls = await apply(({ host }) => (host["instanceType"] = "m7i.xlarge"));
        expect(calls.some((call) => call.endsWith("host aws:ec2/instance:Instance"))).to.equal(true);
        expect(calls.filter((call) => call.endsWith(volume))).to.deep.equal([]);
    });

    it("a rotated key changes its parameter, and no instance (that AWS counts its version up is not shown here)", async () => {
        const calls = await apply(({ sandboxes }) => {
            sandboxes[0] = { ...sandboxes[0], key: { budgetUsd: 50, rotation: 2 } };
        });
        expect(calls.filter((call) => call.endsWith("aws:ec2/instance:Instance"))).to.deep.equal([]);
        expect(calls.some((call) => call === "update host-LITELLM_MASTER_KEY aws:ssm/parameter:Parameter")).to.equal(
            true,
        );
    });

    it("goes, and leaves the data volume to its owner", async () => {
        test.takeCalls();
        await test.stack.destroy();
        const calls = test.takeCalls();
        expect(calls).to.include("delete host aws:ec2/instance:Instance");
        expect(calls.filter((call) => call.endsWith(volume))).to.deep.equal([]);
        expect((await test.stack.exportStack()).deployment.resources ?? []).to.deep.equal([]);
    });
});
