import { expect } from "chai";
import { configFrom, type ScheduleConfig, type StackConfig } from "../../../config";
import type { CostEstimate } from "../../../automation/plan";
import { estimateCost } from "../../../automation/plan/cost/estimate";
import { estimateNodes, nodesNeeded } from "../../../automation/plan/cost/kata-nodes";
import { databaseClass, instanceType } from "../../../automation/plan/cost/prices";
import { hoursOf } from "../../../automation/plan/cost/week";
import { kinds, slackSecrets, stackValues } from "../config/kinds";

function config(sections: Record<string, unknown> = {}): StackConfig {
    const sandboxes = [{ name: "support", agent: "echo", key: { budgetUsd: 10, budgetPeriod: "7d" } }];
    const values = stackValues({ sandboxes, secrets: slackSecrets, ...sections });
    return configFrom(values, kinds, "test", "test").config;
}

const pod = { millicores: 1000, memoryMi: 4096 };

describe("plan: cost", () => {
    it("prices a size by its family, and bare metal by its name", () => {
        expect(instanceType("m5.xlarge")).to.deep.equal({ hourly: 0.192, vcpus: 4, memoryGi: 16 });
        expect(instanceType("c8i.2xlarge")?.hourly).to.be.closeTo(0.37484, 1e-9);
        expect(instanceType("m5.metal")?.vcpus).to.equal(96);
        expect(instanceType("z9.enormous")).to.equal(undefined);
        expect(databaseClass("db.t4g.medium")).to.be.closeTo(0.0645, 0.001);
        expect(databaseClass("db.m7g.large")).to.be.closeTo(0.168, 1e-9);
    });

    it("packs sandboxes onto nodes by what they ask for", () => {
        const xlarge = { hourly: 0.2, vcpus: 4, memoryGi: 16 };
        expect(nodesNeeded([pod], xlarge)).to.equal(1);
        // 3.5 vCPUs and 14.2 GiB are free on a node: three of them fit.
        expect(nodesNeeded(Array(7).fill(pod), xlarge)).to.equal(3);
        expect(nodesNeeded([{ millicores: 8000, memoryMi: 1024 }], xlarge)).to.equal(undefined);
    });

    it("takes the pool of the greater weight, and the next one where no type of it is large enough", () => {
        const { nodePools } = config({ nodePools: { bareMetal: { enabled: true } } });
        expect(estimateNodes([pod], nodePools)?.pool).to.equal("kata-nested");
        const huge = { millicores: 40_000, memoryMi: 4096 };
        expect(estimateNodes([huge], nodePools)).to.include({ pool: "kata-bare-metal", count: 1 });
        expect(estimateNodes([], nodePools)).to.equal(undefined);
    });

    it("counts the models' budgets apart, by the month", () => {
        const estimate = estimateCost([], config());
        expect(estimate.modelsMonthly).to.be.closeTo((10 * 30) / 7, 0.01);
        const sum = estimate.items.reduce((total, { monthly }) => total + monthly, 0);
        expect(estimate.monthly).to.be.closeTo(sum, 0.01);
    });

    it("names what it has no price for", () => {
        const resource = {
            urn: "u",
            type: "aws:eks/nodeGroup:NodeGroup",
            name: "core",
            inputs: { instanceTypes: ["z9.enormous"], scalingConfig: { desiredSize: 2 } },
            custom: true,
            protect: false,
            retainOnDelete: false,
            dependencies: [],
        };
        const core = estimateCost([resource], config()).items.find(({ name }) => name === "Core nodes");
        expect(core?.detail).to.contain("z9.enormous is not in the price table");
    });

    const hours = { timezone: "Europe/Berlin", from: "08:30", to: "18:00", days: ["mon", "fri"] };
    const sandbox = (changes: object = {}) => ({ name: "support", agent: "echo", ...changes });
    const cost = (sections: Record<string, unknown>) => estimateCost([], config(sections));
    const nodesOf = (estimate: CostEstimate) =>
        estimate.items.filter(({ name }) => name.startsWith("Kata nodes")).reduce((sum, each) => sum + each.monthly, 0);

    it("counts the hours of a week that a schedule keeps a sandbox, begun ones whole", () => {
        expect(hoursOf(undefined).size).to.equal(168);
        expect([...hoursOf(hours as ScheduleConfig)]).to.include.members([8, 17, 4 * 24 + 8]);
        expect(hoursOf(hours as ScheduleConfig).size).to.equal(20);
        // From Sunday evening over midnight into Monday, the first hours of the week.
        const overnight = hoursOf({ ...hours, from: "22:00", to: "02:00", days: ["sun"] } as ScheduleConfig);
        expect([...overnight].sort((a, b) => a - b)).to.deep.equal([0, 1, 166, 167]);
    });

    it("charges a sandbox for the nodes of its hours, and nodes that nobody else is on go with it", () => {
        const always = nodesOf(cost({ sandboxes: [sandbox()] }));
        const scheduled = nodesOf(cost({ sandboxes: [sandbox({ schedule: hours })] }));
        expect(scheduled).to.be.closeTo((always * 20) / 168, 0.02);
    });

    it("splits nodes among the agents on them, to the last cent", () => {
        const estimate = cost({
            sandboxes: [
                sandbox({ schedule: hours }),
                sandbox({ name: "big", resources: { requests: { memory: "4Gi" } } }),
            ],
            warmPools: [{ name: "pool", agent: "echo", replicas: 3 }],
            secrets: {
                sandboxes: Object.fromEntries(
                    ["support", "big", "pool"].map((name) => [name, slackSecrets.sandboxes.support]),
                ),
            },
        });
        const agents = new Map(estimate.agents.map((each) => [each.name, each]));
        const sum = estimate.agents.reduce((total, { compute }) => total + compute, 0);
        expect(sum).to.be.closeTo(nodesOf(estimate), 0.05);
        expect(agents.get("big")?.compute).to.be.above(agents.get("support")?.compute ?? Infinity);
        expect(agents.get("support")?.volume).to.be.closeTo(2 * 0.08, 0.001);
        expect(agents.get("support")?.modelsAtMost).to.equal(50);
    });

    it("puts those that can bear it on spot, apart from those that can't", () => {
        const nodePools = { nested: { capacityTypes: ["spot", "on-demand"] } };
        const onDemand = nodesOf(cost({ nodePools, sandboxes: [sandbox({ capacityType: "on-demand" })] }));
        const spot = nodesOf(cost({ nodePools, sandboxes: [sandbox({ capacityType: "spot" })] }));
        const any = nodesOf(cost({ nodePools, sandboxes: [sandbox()] }));
        expect(spot).to.be.below(onDemand);
        expect(any).to.equal(spot);
    });

    it("counts the volumes of a warm pool, as many as it has sandboxes", () => {
        const template = {
            urn: "u",
            type: "kubernetes:extensions.agents.x-k8s.io/v1beta1:SandboxTemplate",
            name: "pool",
            inputs: {
                kind: "SandboxTemplate",
                metadata: { name: "pool" },
                spec: { volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "5Gi" } } } }] },
            },
            custom: true,
            protect: false,
            retainOnDelete: false,
            dependencies: [],
        };
        const warmPools = [{ name: "pool", agent: "echo", replicas: 4 }];
        const secrets = { sandboxes: { pool: slackSecrets.sandboxes.support } };
        const estimate = estimateCost([template], config({ sandboxes: [], warmPools, secrets }));
        expect(estimate.agents[0]?.volume).to.be.closeTo(20 * 0.08, 0.001);
    });
});
