import { expect } from "chai";
import { effects, expectMadeOnce, shortName } from "./harness/expect";
import type { Call } from "./harness/providers";
import { TestStack, unprotectedSectionsOf } from "./harness/stack";

/** One resource of each room. */
const rooms: Record<string, (call: Call) => boolean> = {
    network: ({ type }) => type.startsWith("aws:ec2/vpcEndpoint:"),
    cluster: ({ type }) => type.startsWith("aws:eks/cluster:"),
    "core nodes": ({ type }) => type.startsWith("aws:eks/nodeGroup:"),
    Karpenter: ({ type }) => type.endsWith(":NodePool"),
    Kata: ({ type }) => type.endsWith(":RuntimeClass"),
    database: ({ type }) => type === "kubernetes:postgresql.cnpg.io/v1:Cluster",
    LiteLLM: ({ type, name }) => type.endsWith(":Deployment") && name === "litellm",
    proxies: ({ type, name }) => type.endsWith(":Deployment") && name === "egress-proxy",
    "virtual keys": ({ type, name }) => type.endsWith(":Job") && name === "virtual-keys",
    volume: ({ type }) => type.endsWith(":PersistentVolumeClaim"),
    sandboxes: ({ type }) => type.endsWith(":Sandbox"),
};

describe("engine: providers that fail half-way (dev; providers are stand-ins)", function () {
    this.timeout(15 * 60_000);
    let test: TestStack;
    const calls: Call[] = [];
    const failed: string[] = [];
    /** Resources refused in this run. */
    let refused: string[] = [];

    before(async () => {
        test = await TestStack.create("dev");
        await test.configure(unprotectedSectionsOf("dev"));
        // Each room's resource fails the first time that it is tried.
        test.cloud.fail = (call) => {
            const room = Object.entries(rooms).find(([name, isOf]) => !failed.includes(name) && isOf(call))?.[0];
            if (!room || call.operation !== "create") return undefined;
            failed.push(room);
            refused.push(call.name);
            return "no capacity in this zone";
        };
    });
    after(() => test?.dispose());

    it("names what failed, and keeps what was made in the state, whichever room it is in", async () => {
        let runs = 0;
        for (; ; runs++) {
            refused = [];
            const error = await test.stack.up().then(
                () => undefined,
                (problem: Error) => problem,
            );
            calls.push(...test.take());
            if (!error) break;
            expect(refused, error.message).to.not.be.empty;
            for (const name of refused) expect(error.message).to.contain(name).and.contain("no capacity in this zone");
            const { resources = [] } = (await test.stack.exportStack()).deployment as { resources?: { urn: string }[] };
            const known = new Set(resources.map(({ urn }) => urn));
            const lost = calls.filter(({ urn, operation }) => operation === "create" && !known.has(urn));
            expect(
                lost.map(({ urn }) => shortName(urn)),
                "made, and not in the state",
            ).to.deep.equal([]);
        }
        expect(failed).to.have.members(Object.keys(rooms));
        expect(runs).to.be.greaterThan(4);
    });

    it("made nothing twice, and threw nothing away, on its way", () => {
        expectMadeOnce(calls);
        expect(effects(calls).filter((effect) => !effect.startsWith("create "))).to.deep.equal([]);
    });

    it("is whole in the end", async () => {
        const { changeSummary } = await test.stack.preview();
        expect(Object.keys(changeSummary)).to.deep.equal(["same"]);
    });
});
