import { join } from "node:path";
import { expect } from "chai";
import { FIRST_INSTALL_MS, newKey, wantedKey, wantedMetricsKey, type Gateway } from "./harness";
import { GATEWAY_URL, hermesImage, workloadOf } from "./harness/agents";
import { Pod } from "./harness/pod";
import { OPUS, sharedGateway } from "./harness/shared";

const START_MS = 10 * 60_000;

describe("Hermes from PyPI in the pod that ships (bubblewrap in place of the VM; Feishu itself is not reached, so no turn comes from it)", () => {
    let gateway: Gateway;
    let pod: Pod;
    const key = newKey();

    before(async function () {
        this.timeout(FIRST_INSTALL_MS);
        gateway = await sharedGateway();
        await gateway.register([wantedKey("hermes", [OPUS], {}, key), wantedMetricsKey()]);
        pod = await Pod.start({
            workload: workloadOf("hermes-feishu", { allowedUsers: ["ou_0123456789"] }),
            image: await hermesImage(),
            secrets: {
                LITELLM_API_KEY: key,
                FEISHU_APP_ID: "cli_0123456789",
                FEISHU_APP_SECRET: "0123456789abcdef",
            },
            gateway: { url: GATEWAY_URL, port: new URL(gateway.url).port },
            volume: join(gateway.folder, "volume-hermes"),
            folder: gateway.folder,
        });
    });
    after(() => pod?.stop());

    it("makes a turn with the stack's model: agent, LiteLLM, Bedrock, and back", async function () {
        this.timeout(START_MS);
        gateway.bedrock.reset();
        gateway.bedrock.answer = () => "a model says this";
        const said = await pod.exec(["/opt/hermes/.venv/bin/hermes", "-z", "what do you say?"]);
        expect(said).to.contain("a model says this");
        const call = gateway.bedrock.calls.find(({ request }) =>
            JSON.stringify(request.messages).includes("what do you say?"),
        );
        expect(call).to.include({ modelId: "us.anthropic.claude-opus-4-6-v1", status: 200 });
    });

    it("runs its gateway with the Feishu client that was installed first, and turns to Feishu", async function () {
        this.timeout(START_MS);
        await pod.logged(/open\.feishu\.cn/);
        expect(await pod.log()).not.to.match(/All unauthorized users will be denied|No messaging platforms/i);
    });
});
