import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { configFrom, planSecrets } from "../../../config";
import { kinds, slackSecrets, stackValues } from "./kinds";

const load = (sections: Record<string, unknown>) => configFrom(stackValues(sections), kinds, "dev", "stack dev");
const valueOf = <T>(output: pulumi.Output<T>) =>
    new Promise<T>((resolve) => {
        output.apply(resolve);
    });

describe("config: a valid stack", () => {
    it("needs nothing but a region", () => {
        const { config } = load({});
        expect(config.target).to.equal("cluster");
        expect(config.region).to.equal("us-west-2");
        expect(config.network).to.deep.equal({
            cidr: "10.1.0.0/16",
            availabilityZones: 3,
            natGateways: "single",
            flowLogsRetentionDays: 30,
        });
        expect(config.gateway.models.map(({ name }) => name)).to.deep.equal(["claude-opus-4-6"]);
        expect(config.nodePools.bareMetal.instanceTypes).to.deep.equal([
            "m5.metal",
            "m5d.metal",
            "c5.metal",
            "c5d.metal",
        ]);
    });

    it("fills a sandbox with its kind's defaults and the first model", () => {
        const { config } = load({
            sandboxes: [{ name: "support", agent: "echo" }],
            secrets: slackSecrets,
        });
        expect(config.sandboxes).to.have.length(1);
        expect(config.sandboxes[0]).to.deep.include({
            name: "support",
            agent: "echo",
            model: "claude-opus-4-6",
            image: "ghcr.io/example/echo:1.0.0",
            settings: { greeting: "hello" },
            storage: { sizeGi: 2, onRemove: "retain" },
            suspended: false,
        });
        expect(config.sandboxes[0]?.key).to.deep.include({ budgetUsd: 50, budgetPeriod: "30d", expiresIn: "30d" });
    });

    it("keeps secrets out of the config value, and makes them Pulumi secrets", async () => {
        const { config, secrets } = load({
            sandboxes: [{ name: "support", agent: "echo" }],
            secrets: slackSecrets,
        });
        expect(JSON.stringify(config)).not.to.contain("xoxb-1");
        const token = secrets.sandboxes["support"]?.["slackBotToken"];
        if (token?.from !== "config") throw new Error("expected a secret from the config");
        expect(await pulumi.isSecret(token.value)).to.equal(true);
        expect(await valueOf(token.value)).to.equal("xoxb-1");
    });

    it("takes a reference to AWS Secrets Manager in the place of a value", () => {
        const reference = { secretsManager: "slack/support", jsonKey: "bot" };
        const { secrets } = load({
            sandboxes: [{ name: "support", agent: "echo" }],
            secrets: { sandboxes: { support: { slackBotToken: reference, slackAppToken: "xapp-1" } } },
        });
        expect(secrets.sandboxes["support"]?.["slackBotToken"]).to.deep.equal({
            from: "secretsManager",
            secretId: "slack/support",
            jsonKey: "bot",
        });
    });
});

describe("config: a plan of a stack whose secrets can't be read", () => {
    const sections = { sandboxes: [{ name: "support", agent: "echo" }] };
    const plan = (more: Record<string, unknown>) =>
        planSecrets(stackValues({ ...sections, ...more }), kinds, "dev", "stack dev");

    it("names each missing secret with the command that sets it", () => {
        expect(plan({}).missing).to.deep.equal([
            {
                key: "clawstack:secrets.sandboxes.support.slackBotToken",
                command: "pulumi config set --stack dev --secret --path 'secrets.sandboxes.support.slackBotToken'",
            },
            {
                key: "clawstack:secrets.sandboxes.support.slackAppToken",
                command: "pulumi config set --stack dev --secret --path 'secrets.sandboxes.support.slackAppToken'",
            },
        ]);
    });

    it("takes an encrypted secret for set", () => {
        const encrypted = { secure: "v1:abc:def" };
        const { missing, values } = plan({
            secrets: { sandboxes: { support: { slackBotToken: encrypted, slackAppToken: encrypted } } },
        });
        expect(missing).to.deep.equal([]);
        expect(values["clawstack:secrets"]).not.to.contain("v1:abc:def");
    });

    it("gives values that a deployment refuses", () => {
        expect(() => configFrom(plan({}).values, kinds, "dev", "stack dev")).to.throw(/can't be deployed/);
    });
});
