import { expect } from "chai";
import { modelSchema } from "../../../config/schema/gateway";
import { bedrockPolicy } from "../../../workloads/litellm/bedrock-policy";
import { ACCOUNT, decide } from "../infra/iam";

const region = "us-west-2";
const bedrock = (name: string, modelId: string, modelRegion?: string) =>
    modelSchema.parse({ provider: "bedrock", name, modelId, region: modelRegion });
const policy = bedrockPolicy({
    partition: "aws",
    region,
    accountId: ACCOUNT,
    models: [
        bedrock("profile", "us.anthropic.claude-opus-4-6-v1"),
        bedrock("plain", "amazon.nova-pro-v1:0"),
        bedrock("elsewhere", "eu.anthropic.claude-sonnet-4-6", "eu-central-1"),
        bedrock("worldwide", "global.anthropic.claude-haiku-4-5-v1:0"),
        modelSchema.parse({ provider: "openai", name: "qwen", baseUrl: "https://api.siliconflow.cn/v1" }),
    ],
});

const profile = (id: string, where = region) => `arn:aws:bedrock:${where}:${ACCOUNT}:inference-profile/${id}`;
const model = (id: string, where = region) => `arn:aws:bedrock:${where}::foundation-model/${id}`;
const invoke = "bedrock:InvokeModel";

const allowed: Record<string, [string, string]> = {
    "an inference profile": [invoke, profile("us.anthropic.claude-opus-4-6-v1")],
    "its answer as a stream": ["bedrock:InvokeModelWithResponseStream", profile("us.anthropic.claude-opus-4-6-v1")],
    "the profile's model in another region": [invoke, model("anthropic.claude-opus-4-6-v1", "us-east-1")],
    "a model without a profile, in the stack's region": [invoke, model("amazon.nova-pro-v1:0")],
    "a profile in the region that the config names": [
        invoke,
        profile("eu.anthropic.claude-sonnet-4-6", "eu-central-1"),
    ],
};

const refused: Record<string, [string, string]> = {
    "a model that is not in the config": [invoke, model("anthropic.claude-opus-4-1-v1:0")],
    "a profile that is not in the config": [invoke, profile("us.anthropic.claude-opus-4-1-v1:0")],
    "a model without a profile, in another region": [invoke, model("amazon.nova-pro-v1:0", "eu-west-1")],
    "a profile of another region than the config's": [invoke, profile("eu.anthropic.claude-sonnet-4-6")],
    "a longer name that starts alike": [invoke, model("amazon.nova-pro-v1:01")],
    "to make an inference profile": ["bedrock:CreateInferenceProfile", profile("us.anthropic.claude-opus-4-6-v1")],
};

describe("LiteLLM's Bedrock policy (evaluated by iam-simulate, not by AWS)", () => {
    for (const [what, [action, resource]] of Object.entries(allowed)) {
        it(`allows: ${what}`, async () => {
            expect(await decide({ action, resource }, { identity: policy })).to.equal("Allowed");
        });
    }
    for (const [what, [action, resource]] of Object.entries(refused)) {
        it(`refuses: ${what}`, async () => {
            expect(await decide({ action, resource }, { identity: policy })).to.equal("ImplicitlyDenied");
        });
    }

    it("names a global profile's model without a region, as Bedrock asks for it", () => {
        const resources = policy.Statement.flatMap(({ Resource }) => Resource ?? []);
        expect(resources).to.include("arn:aws:bedrock:::foundation-model/anthropic.claude-haiku-4-5-v1:0");
        expect(resources.filter((arn) => arn.startsWith("arn:aws:bedrock:::"))).to.have.length(1);
    });

    it("gives nothing for models of other providers", () => {
        expect(JSON.stringify(policy)).not.to.include("qwen");
    });
});
