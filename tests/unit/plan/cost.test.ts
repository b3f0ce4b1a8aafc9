import { expect } from "chai";
import { configFrom, type StackConfig } from "../../../config";
import { estimateCost } from "../../../automation/plan/cost/estimate";
import { estimateNodes, nodesNeeded } from "../../../automation/plan/cost/kata-nodes";
import { databaseClass, instanceType } from "../../../automation/plan/cost/prices";
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
});
