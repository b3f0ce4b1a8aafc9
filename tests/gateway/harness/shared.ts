import { gatewayConfig, REGION } from "./gateway-config";
import { Gateway } from "./index";

export { gatewayConfig, OPUS, REGION, SONNET } from "./gateway-config";

let gateway: Promise<Gateway> | undefined;

/** One gateway for every suite that changes nothing but its own keys. */
export async function sharedGateway(): Promise<Gateway> {
    gateway ??= Gateway.start({ config: gatewayConfig, region: REGION });
    const shared = await gateway;
    // What the suite before told Bedrock's stand-in to answer is no business of the next one.
    shared.bedrock.reset();
    return shared;
}

after(async function () {
    this.timeout(60_000);
    await (await gateway)?.stop();
});
