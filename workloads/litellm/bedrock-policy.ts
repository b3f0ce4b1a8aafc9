import type { BedrockModelConfig, ModelConfig } from "../../config";
import { policyDocument, type PolicyDocument } from "../../infra";

/** Prefixes of cross-region inference profiles. */
const profilePrefix = /^(us|eu|apac|jp|au|ca|us-gov|global)\./;

export interface BedrockPolicyInput {
    readonly partition: string;
    readonly region: string;
    readonly accountId: string;
    readonly models: readonly ModelConfig[];
}

function arns(model: BedrockModelConfig, { partition, region, accountId }: BedrockPolicyInput): string[] {
    const source = model.region ?? region;
    if (!profilePrefix.test(model.modelId))
        return [`arn:${partition}:bedrock:${source}::foundation-model/${model.modelId}`];
    const foundationModel = `foundation-model/${model.modelId.replace(profilePrefix, "")}`;
    // A profile calls the model in whichever region has room, and IAM asks for both.
    return [
        `arn:${partition}:bedrock:${source}:${accountId}:inference-profile/${model.modelId}`,
        `arn:${partition}:bedrock:*::${foundationModel}`,
        // A global profile asks for the model in no region, too.
        ...(model.modelId.startsWith("global.") ? [`arn:${partition}:bedrock:::${foundationModel}`] : []),
    ];
}

/** LiteLLM's rights: to invoke the models of the config, and nothing else. */
export function bedrockPolicy(input: BedrockPolicyInput): PolicyDocument {
    const resources = input.models.flatMap((model) => (model.provider === "bedrock" ? arns(model, input) : []));
    return policyDocument({
        Sid: "InvokeConfiguredModels",
        Effect: "Allow",
        Action: ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
        Resource: [...new Set(resources)].sort(),
    });
}
