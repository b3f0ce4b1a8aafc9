import { gatewaySchema } from "../../../config/schema/gateway";

export const REGION = "us-west-2";

/** Two models of Bedrock, the second for when the first fails. */
export const gatewayConfig = gatewaySchema.parse({
    models: [
        {
            name: "claude-opus-4-6",
            provider: "bedrock",
            modelId: "us.anthropic.claude-opus-4-6-v1",
            fallbacks: ["claude-sonnet-4-6"],
        },
        { name: "claude-sonnet-4-6", provider: "bedrock", modelId: "us.anthropic.claude-sonnet-4-6" },
    ],
});

export const [OPUS, SONNET] = gatewayConfig.models.map(({ name }) => name) as [string, string];
