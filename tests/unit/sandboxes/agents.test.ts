import * as path from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import type { ModelConfig } from "../../../config";
import { agentKinds, CONFIG_DIR, MANAGED_DIR, NO_KEY } from "../../../sandboxes/agents";

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
        gatewayUrl: "http://inference-proxy.litellm.svc.cluster.local:12345",
        apiKey: NO_KEY,
    });
}
/** openclaw.json with its includes in place, as OpenClaw reads it. */
function openclaw(agent: string, settings?: unknown): Record<string, Record<string, Record<string, unknown>>> {
    const { files, managed } = build(agent, settings);
    return JSON.parse(files["openclaw.json"] ?? "", (_key, value: unknown) => {
        const target = (value as { $include?: string } | null)?.$include;
        if (target === undefined) return value;
        expect(path.dirname(target)).to.equal(MANAGED_DIR);
        return JSON.parse(managed[path.basename(target)] ?? "") as unknown;
    }) as Record<string, Record<string, Record<string, unknown>>>;
}
const settingsFor = (agent: string) => (agent === "hermes-feishu" ? { allowAllUsers: true } : {});

describe("sandboxes: agent kinds", () => {
    it("offers OpenClaw on Slack, on Feishu and on its API, and Hermes on Feishu", () => {
        expect(Object.keys(agentKinds)).to.have.members([
            "openclaw-slack",
            "openclaw-feishu",
            "openclaw-api",
            "hermes-feishu",
        ]);
    });

    it("writes no secret into a config file: each is named, and comes by the environment", () => {
        for (const [agent, kind] of Object.entries(agentKinds)) {
            const workload = build(agent, settingsFor(agent));
            const given = new Set([
                ...(workload.generatedEnv ?? []),
                ...kind.secrets(kind.settings.parse(settingsFor(agent))).map(({ env }) => env),
            ]);
            const named = [...Object.values(workload.files), ...Object.values(workload.managed)].flatMap((file) =>
                [...file.matchAll(/\$\{(\w+)\}/g)].map(([, env]) => env),
            );
            for (const env of named) expect(given, `${agent} names ${env}`).to.include(env);
            for (const env of given) expect(Object.keys(workload.env)).not.to.include(env);
        }
    });

    it("leaves model, gateway and people to files that the sandbox can't change", () => {
        for (const agent of Object.keys(agentKinds)) {
            const { files } = build(agent, settingsFor(agent));
            const own = Object.values(files).join();
            for (const decided of ["claude-opus-4-6", "inference-proxy", "dmPolicy", "allowFrom", "allowed"]) {
                expect(own, `${agent} decides ${decided}`).not.to.include(decided);
            }
        }
    });

    it("spends no tokens on an agent that nobody writes to, unless the config says so", () => {
        const heartbeat = (agent: string, settings?: object) =>
            openclaw(agent, settings)["agents"]?.["defaults"]?.["heartbeat"];
        for (const agent of ["openclaw-slack", "openclaw-feishu", "openclaw-api"]) {
            expect(heartbeat(agent), agent).to.deep.equal({ every: "0m" });
            expect(heartbeat(agent, { heartbeatMinutes: 45 }), agent).to.deep.equal({ every: "45m" });
        }
        expect(build("openclaw-slack").files["openclaw.json"]).not.to.include('"every"');
    });

    it("lets OpenClaw include files of the ConfigMap, and trusts the channel's plugin", () => {
        expect(build("openclaw-slack").env["OPENCLAW_INCLUDE_ROOTS"]).to.equal(CONFIG_DIR);
        expect(openclaw("openclaw-slack")["plugins"]).to.deep.equal({ entries: { slack: { enabled: true } } });
        expect(openclaw("openclaw-feishu")["plugins"]).to.deep.equal({ entries: { feishu: { enabled: true } } });
    });

    it("names the registry that a channel's plugin comes from among the hosts", () => {
        const hosts = (agent: string) =>
            agentKinds[agent]?.egressHosts(agentKinds[agent].settings.parse(settingsFor(agent)));
        expect(hosts("openclaw-slack")).to.include("registry.npmjs.org");
        expect(hosts("hermes-feishu")).to.include.members(["*.feishu.cn", "pypi.org", "files.pythonhosted.org"]);
        expect(hosts("openclaw-api")).to.deep.equal([]);
    });

    it("points OpenClaw at LiteLLM, with the model's own figures", () => {
        const { models, agents } = openclaw("openclaw-slack");
        expect(models?.["providers"]?.["litellm"]).to.deep.equal({
            baseUrl: "http://inference-proxy.litellm.svc.cluster.local:12345/v1",
            apiKey: NO_KEY,
            api: "openai-completions",
            request: { allowPrivateNetwork: true },
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
            groupPolicy: "allowlist",
            channels: {},
        });
        const listed = openclaw("openclaw-slack", { dmPolicy: "allowlist", allowFrom: ["U0123456789"] });
        expect(listed["channels"]?.["slack"]?.["allowFrom"]).to.deep.equal(["U0123456789"]);
        const inChannel = openclaw("openclaw-slack", { channels: ["C0123456789"] });
        expect(inChannel["channels"]?.["slack"]?.["channels"]).to.deep.equal({
            C0123456789: { enabled: true, requireMention: true },
        });
    });

    it("asks for the webhook's secrets, and opens its port, in webhook mode alone", () => {
        const kind = agentKinds["openclaw-feishu"];
        const secrets = (settings: object) => kind?.secrets(kind.settings.parse(settings)).map(({ key }) => key);
        expect(secrets({})).to.deep.equal(["feishuAppId", "feishuAppSecret"]);
        expect(secrets({ connectionMode: "webhook" })).to.include.members([
            "feishuVerificationToken",
            "feishuEncryptKey",
        ]);
        expect(build("openclaw-feishu").servicePort).to.equal(undefined);
        expect(build("openclaw-feishu", { connectionMode: "webhook" }).servicePort).to.equal(3000);
    });

    it("gives programs an agent without a channel, with its API and its port", () => {
        const config = openclaw("openclaw-api");
        expect(config["gateway"]?.["http"]).to.deep.equal({ endpoints: { chatCompletions: { enabled: true } } });
        expect(config).not.to.have.any.keys("channels", "plugins");
        expect(build("openclaw-api").servicePort).to.equal(18789);
        expect(openclaw("openclaw-slack")["gateway"]).not.to.have.property("http");
    });

    it("gives Hermes its model and key, its config file and its people", () => {
        const { files, managed, env } = build("hermes-feishu", { allowedUsers: ["ou_a1", "ou_b2"] });
        expect(parse(managed["config.yaml"] ?? "")).to.deep.equal({
            model: {
                default: "claude-opus-4-6",
                provider: "custom",
                base_url: "http://inference-proxy.litellm.svc.cluster.local:12345/v1",
                api_key: NO_KEY,
                context_length: 200_000,
                max_tokens: 8192,
            },
        });
        expect(parse(files["config.yaml"] ?? "")).to.deep.include({ agent: { max_turns: 60 } });
        expect(env).to.deep.include({
            GATEWAY_ALLOW_ALL_USERS: "false",
            FEISHU_ALLOWED_USERS: "ou_a1,ou_b2",
            HERMES_MANAGED_DIR: MANAGED_DIR,
        });
    });

    it("keeps all that Hermes writes on its volume", () => {
        const { env, mountPath } = build("hermes-feishu", { allowAllUsers: true });
        for (const name of ["HOME", "HERMES_HOME", "HERMES_LAZY_INSTALL_TARGET", "HERMES_WRITE_SAFE_ROOT"]) {
            expect(env[name], name).to.match(new RegExp(`^${mountPath}(/|$)`));
        }
    });

    it("refuses settings that would leave an agent open by mistake, or closed to all", () => {
        const accepted = (agent: string, settings: object) => agentKinds[agent]?.settings.safeParse(settings).success;
        expect(accepted("openclaw-slack", { dmPolicy: "allowlist" })).to.equal(false);
        expect(accepted("hermes-feishu", {})).to.equal(false);
        expect(accepted("hermes-feishu", { allowAllUsers: true })).to.equal(true);
        expect(accepted("openclaw-slack", { dmPolcy: "open" })).to.equal(false);
        expect(accepted("openclaw-slack", { allowFrom: ["U0123456789"] })).to.equal(false);
        expect(accepted("openclaw-feishu", { allowFrom: ["ou_a1"] })).to.equal(false);
        expect(accepted("openclaw-slack", { dmPolicy: "allowlist", allowFrom: ["*"] })).to.equal(false);
    });
});
