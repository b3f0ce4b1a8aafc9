import { expect } from "chai";
import { parse } from "yaml";
import type { ModelConfig } from "../../../config";
import { agentKinds } from "../../../sandboxes/agents";

const model: ModelConfig = {
    name: "claude-opus-4-6",
    displayName: "Claude Opus 4.6",
    provider: "bedrock",
    modelId: "us.anthropic.claude-opus-4-6-v1",
    contextWindow: 200_000,
    maxTokens: 8192,
    reasoning: true,
    input: ["text", "image"],
    fallbacks: [],
};

function build(agent: string, settings: unknown = {}) {
    const kind = agentKinds[agent];
    if (!kind) throw new Error(`no kind ${agent}`);
    return kind.build({
        name: "a",
        settings: kind.settings.parse(settings),
        model,
        gatewayUrl: "http://litellm.litellm.svc.cluster.local:4000",
    });
}
const openclaw = (agent: string, settings?: unknown) =>
    JSON.parse(build(agent, settings).files["openclaw.json"] ?? "") as Record<
        string,
        Record<string, Record<string, unknown>>
    >;

describe("sandboxes: agent kinds", () => {
    it("offers OpenClaw on Slack and Feishu, and Hermes on Feishu", () => {
        expect(Object.keys(agentKinds)).to.have.members(["openclaw-slack", "openclaw-feishu", "hermes-feishu"]);
    });

    it("writes no secret into a config file: each is named, and comes by the environment", () => {
        for (const [agent, kind] of Object.entries(agentKinds)) {
            const workload = build(agent, agent === "hermes-feishu" ? { allowAllUsers: true } : {});
            const settings = kind.settings.parse(agent === "hermes-feishu" ? { allowAllUsers: true } : {});
            const given = new Set([
                workload.keyEnv,
                ...(workload.generatedEnv ?? []),
                ...kind.secrets(settings).map(({ env }) => env),
            ]);
            const named = Object.values(workload.files).flatMap((file) =>
                [...file.matchAll(/\$\{(\w+)\}/g)].map(([, env]) => env),
            );
            for (const env of named) expect(given, `${agent} names ${env}`).to.include(env);
            for (const env of given) expect(Object.keys(workload.env)).not.to.include(env);
        }
    });

    it("points OpenClaw at LiteLLM, with the model's own figures", () => {
        const { models, agents } = openclaw("openclaw-slack");
        expect(models?.["providers"]?.["litellm"]).to.deep.equal({
            baseUrl: "http://litellm.litellm.svc.cluster.local:4000/v1",
            apiKey: "${LITELLM_API_KEY}",
            api: "openai-completions",
            models: [
                {
                    id: "claude-opus-4-6",
                    name: "Claude Opus 4.6 (LiteLLM)",
                    reasoning: true,
                    input: ["text", "image"],
                    contextWindow: 200_000,
                    maxTokens: 8192,
                },
            ],
        });
        expect(agents?.["defaults"]?.["model"]).to.deep.equal({ primary: "litellm/claude-opus-4-6" });
    });

    it("runs Slack in Socket Mode, open to all or to a list", () => {
        expect(openclaw("openclaw-slack")["channels"]?.["slack"]).to.deep.equal({
            enabled: true,
            mode: "socket",
            dmPolicy: "open",
            allowFrom: ["*"],
        });
        const listed = openclaw("openclaw-slack", { dmPolicy: "allowlist", allowFrom: ["U0123456789"] });
        expect(listed["channels"]?.["slack"]?.["allowFrom"]).to.deep.equal(["U0123456789"]);
    });

    it("asks for the webhook's secrets, and opens its port, in webhook mode alone", () => {
        const kind = agentKinds["openclaw-feishu"];
        const secrets = (settings: object) => kind?.secrets(kind.settings.parse(settings)).map(({ key }) => key);
        expect(secrets({})).to.deep.equal(["feishuAppId", "feishuAppSecret"]);
        expect(secrets({ connectionMode: "webhook" })).to.include.members([
            "feishuVerificationToken",
            "feishuEncryptKey",
        ]);
        expect(build("openclaw-feishu").webhookPort).to.equal(undefined);
        expect(build("openclaw-feishu", { connectionMode: "webhook" }).webhookPort).to.equal(3000);
    });

    it("gives Hermes its config file and its people", () => {
        const { files, env } = build("hermes-feishu", { allowedUsers: ["ou_a1", "ou_b2"] });
        const config = parse(files["config.yaml"] ?? "") as Record<string, unknown>;
        expect(config["model"]).to.deep.equal({
            default: "claude-opus-4-6",
            provider: "custom",
            base_url: "http://litellm.litellm.svc.cluster.local:4000/v1",
        });
        expect(config["agent"]).to.deep.equal({ max_turns: 60 });
        expect(env).to.deep.include({ GATEWAY_ALLOW_ALL_USERS: "false", FEISHU_ALLOWED_USERS: "ou_a1,ou_b2" });
    });

    it("refuses settings that would leave an agent open by mistake, or closed to all", () => {
        const refused = (agent: string, settings: object) => agentKinds[agent]?.settings.safeParse(settings).success;
        expect(refused("openclaw-slack", { dmPolicy: "allowlist" })).to.equal(false);
        expect(refused("hermes-feishu", {})).to.equal(false);
        expect(refused("hermes-feishu", { allowAllUsers: true })).to.equal(true);
        expect(refused("openclaw-slack", { dmPolcy: "open" })).to.equal(false);
    });
});
