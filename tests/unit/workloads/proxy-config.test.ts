import { expect } from "chai";
import { parse } from "yaml";
import { gatewaySchema } from "../../../config/schema/gateway";
import { modelKeyEnv, proxyConfig } from "../../../workloads/litellm/proxy-config";

const config = gatewaySchema.parse({
    models: [
        { provider: "bedrock", name: "opus", modelId: "us.anthropic.claude-opus-4-6-v1", fallbacks: ["qwen"] },
        { provider: "bedrock", name: "eu", modelId: "eu.anthropic.claude-sonnet-4-6", region: "eu-central-1" },
        {
            provider: "openai",
            name: "qwen",
            baseUrl: "https://api.siliconflow.cn/v1",
            providerModel: "Qwen/Qwen2.5-72B-Instruct",
            contextWindow: 32_768,
        },
    ],
});

interface Parsed {
    model_list: { model_name: string; litellm_params: Record<string, string>; model_info: Record<string, number> }[];
    router_settings: { fallbacks?: Record<string, string[]>[] };
    general_settings: Record<string, unknown>;
    litellm_settings: Record<string, unknown>;
}

const parsed = parse(proxyConfig(config, "us-west-2")) as Parsed;
const paramsOf = (name: string) => parsed.model_list.find((model) => model.model_name === name)?.litellm_params;

describe("LiteLLM's config.yaml", () => {
    it("calls Bedrock in the region of the model, else of the stack", () => {
        expect(paramsOf("opus")).to.deep.equal({
            model: "bedrock/converse/us.anthropic.claude-opus-4-6-v1",
            aws_region_name: "us-west-2",
        });
        expect(paramsOf("eu")).to.include({ aws_region_name: "eu-central-1" });
    });

    it("calls an OpenAI-compatible provider by its own name of the model, with a key from the environment", () => {
        expect(paramsOf("qwen")).to.deep.equal({
            model: "openai/Qwen/Qwen2.5-72B-Instruct",
            api_base: "https://api.siliconflow.cn/v1",
            api_key: `os.environ/${modelKeyEnv("qwen")}`,
        });
    });

    it("knows each model's limits", () => {
        expect(parsed.model_list[2]?.model_info).to.deep.equal({ max_input_tokens: 32_768, max_output_tokens: 8192 });
    });

    it("falls back as the config says, and has no empty list of fallbacks", () => {
        expect(parsed.router_settings.fallbacks).to.deep.equal([{ opus: ["qwen"] }]);
        const none = parse(proxyConfig(gatewaySchema.parse({}), "us-west-2")) as Parsed;
        expect(none.router_settings).not.to.have.property("fallbacks");
    });

    it("names secrets of the environment and holds none", () => {
        expect(parsed.general_settings).to.include({
            master_key: "os.environ/LITELLM_MASTER_KEY",
            database_url: "os.environ/DATABASE_URL",
        });
    });

    it("serves metrics, behind a key (LiteLLM's default), and logs no message", () => {
        expect(parsed.litellm_settings).to.deep.include({ callbacks: ["prometheus"], turn_off_message_logging: true });
        expect(parsed.litellm_settings).not.to.have.property("require_auth_for_metrics_endpoint");
    });

    it("gives models whose names differ in punctuation alone variables of their own", () => {
        expect(modelKeyEnv("qwen-2.5")).to.match(/^MODEL_KEY_QWEN_2_5_[0-9A-F]{6}$/);
        expect(modelKeyEnv("qwen-2.5")).not.to.equal(modelKeyEnv("qwen_2-5"));
    });
});
