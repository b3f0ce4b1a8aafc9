import { stringify } from "yaml";
import type { GatewayConfig, ModelConfig } from "../../config";
import { revisionOf } from "../revision";

/** Environment variable that holds the API key of an OpenAI-compatible model; `qwen-2.5` and `qwen_2-5` get two. */
export function modelKeyEnv(model: string): string {
    return `MODEL_KEY_${model.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_${revisionOf(model).slice(0, 6).toUpperCase()}`;
}

function litellmParams(model: ModelConfig, region: string): Record<string, string> {
    if (model.provider === "bedrock") {
        return { model: `bedrock/converse/${model.modelId}`, aws_region_name: model.region ?? region };
    }
    return {
        model: `openai/${model.providerModel ?? model.name}`,
        api_base: model.baseUrl,
        api_key: `os.environ/${modelKeyEnv(model.name)}`,
    };
}

/** Models as LiteLLM lists them, and which one answers when another can't. */
export function modelSettings(models: readonly ModelConfig[], region: string) {
    return {
        modelList: models.map((model) => ({
            model_name: model.name,
            litellm_params: litellmParams(model, region),
            model_info: { max_input_tokens: model.contextWindow, max_output_tokens: model.maxTokens },
        })),
        fallbacks: models
            .filter((model) => model.fallbacks.length > 0)
            .map((model) => ({ [model.name]: model.fallbacks })),
    };
}

/**
 * LiteLLM's config.yaml. Secrets are named (`os.environ/...`), never written.
 *
 * @param region Region of Bedrock for models that name none.
 */
export function proxyConfig(config: GatewayConfig, region: string): string {
    const { modelList, fallbacks } = modelSettings(config.models, region);
    return stringify({
        model_list: modelList,
        litellm_settings: {
            callbacks: ["prometheus"],
            // Agents send parameters that not every model knows.
            drop_params: true,
            request_timeout: 600,
            // What people write to agents stays out of the logs.
            turn_off_message_logging: true,
        },
        router_settings: {
            num_retries: 2,
            // Each name is one model: to let it rest after errors would turn the error of one agent into a refusal for all.
            disable_cooldowns: true,
            routing_strategy: "simple-shuffle",
            ...(fallbacks.length > 0 ? { fallbacks } : {}),
        },
        general_settings: {
            master_key: "os.environ/LITELLM_MASTER_KEY",
            database_url: "os.environ/DATABASE_URL",
            store_model_in_db: true,
            // Spend is written every ten seconds or so, not with each answer.
            proxy_batch_write_at: 10,
            database_connection_pool_limit: 10,
            // Without the database a key that a replica has read in the last minute goes on, and any other gets a 503.
            allow_requests_on_db_unavailable: false,
            disable_error_logs: true,
        },
    });
}
