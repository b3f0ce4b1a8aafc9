import { expect } from "chai";
import type { Plan } from "../../../automation/plan";
import { planOf } from "./changed-stack";

const inputsOf = (planned: Plan, type: string) => {
    const found = planned.resources.filter((resource) => resource.type === type);
    expect(found, type).to.have.length(1);
    return found[0];
};
/** Names of the Jobs that bring the schema and the keys into a database. */
const jobs = ({ manifests }: Plan) =>
    manifests.filter(({ kind }) => kind === "Job").map(({ metadata }) => metadata.name);

describe("plan: a stack whose database is restored (embedded engine; nothing of AWS)", function () {
    this.timeout(60_000);

    it("RDS: makes an instance of its own of the old one's backups, and fills in what they lack", async () => {
        const before = await planOf("prod");
        const restoreFrom = { instance: "clawstack-prod-litellm", targetTime: "2026-03-01T08:00:00Z" };
        const after = await planOf("prod", (settings) => {
            const { database } = settings["clawstack:gateway"] as { database: Record<string, unknown> };
            database["restoreFrom"] = restoreFrom;
        });
        const instance = inputsOf(after, "aws:rds/instance:Instance");
        expect(instance?.inputs).to.deep.include({
            restoreToPointInTime: {
                sourceDbInstanceIdentifier: restoreFrom.instance,
                restoreTime: restoreFrom.targetTime,
            },
        });
        const old = inputsOf(before, "aws:rds/instance:Instance");
        expect(instance?.inputs["identifier"]).not.to.equal(old?.inputs["identifier"]);
        // The instance that it takes the place of is let go, not deleted.
        expect(old).to.include({ protect: true, retainOnDelete: true });
        expect(jobs(after)).to.have.length(jobs(before).length);
        expect(jobs(after).filter((name) => jobs(before).includes(name))).to.deep.equal([]);
        expect(after.findings.filter(({ severity }) => severity === "error")).to.deep.equal([]);
    });

    it("CloudNativePG: makes a cluster of its own, with LiteLLM and its network policy on it", async () => {
        const after = await planOf("dev", (settings) => {
            const { database } = settings["clawstack:gateway"] as { database: Record<string, unknown> };
            database["restoreFrom"] = {};
        });
        const named = (kind: string, name: string | RegExp) =>
            after.manifests.find((each) => each.kind === kind && new RegExp(name).test(each.metadata.name));
        const cluster = named("Cluster", /^litellm-postgres-\w{10}$/)?.metadata.name ?? "none";
        const policy = named("NetworkPolicy", "^postgres$");
        expect(JSON.stringify(policy)).to.contain(`"cnpg.io/cluster":"${cluster}"`);
        expect(named("ScheduledBackup", `^${cluster}-daily$`)).to.exist;
        const association = inputsWith(after, "aws:eks/podIdentityAssociation:PodIdentityAssociation", cluster);
        expect(association, "the role of its backups").to.exist;
        expect(after.findings.filter(({ severity }) => severity === "error")).to.deep.equal([]);
    });
});

function inputsWith({ resources }: Plan, type: string, serviceAccount: string) {
    return resources.find((resource) => resource.type === type && resource.inputs["serviceAccount"] === serviceAccount);
}
