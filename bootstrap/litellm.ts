import { stringify } from "yaml";
import type { ModelConfig, VirtualKeyConfig } from "../config";
import { modelSettings } from "../workloads/litellm/proxy-config";

export interface HostProxyInput {
    /** The agent's model and its fallbacks. */
    readonly models: readonly ModelConfig[];
    readonly key: Pick<VirtualKeyConfig, "budgetUsd" | "budgetPeriod">;
    readonly region: string;
}

/**
 * LiteLLM's config on a host: no database, so no virtual keys; the budget is the provider's, counted in Redis, which
 * keeps it over a restart.
 */
export function hostProxyConfig({ models, key, region }: HostProxyInput): string {
    const { modelList, fallbacks } = modelSettings(models, region);
    const budget = { budget_limit: key.budgetUsd, time_period: key.budgetPeriod };
    const providers = [...new Set(models.map(({ provider }) => provider))];
    return stringify({
        model_list: modelList,
        litellm_settings: { drop_params: true, request_timeout: 600, turn_off_message_logging: true },
        router_settings: {
            num_retries: 2,
            ...(fallbacks.length > 0 ? { fallbacks } : {}),
            redis_host: "127.0.0.1",
            redis_port: 6379,
            provider_budget_config: Object.fromEntries(providers.map((provider) => [provider, budget])),
        },
        general_settings: { master_key: "os.environ/LITELLM_MASTER_KEY", disable_error_logs: true },
    });
}
