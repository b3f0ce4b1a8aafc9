import { expect } from "chai";
import { plan } from "../../../automation/plan";
import type { PolicyDocument } from "../../../infra";
import { ACCOUNT, decide, type Request } from "../infra/iam";
import { duties } from "./duties";
import { rolesOf, type PlannedRole } from "./roles";
import { wishes } from "./wishes";

/** Stacks whose roles are evaluated: what is tested is what their plans declare. */
const stacks = { dev: "clawstack-dev", prod: "clawstack-prod", host: "clawstack-host" };

/** The policy of a key that leaves it to IAM who may use it; without one, KMS refuses whatever IAM says. */
const keyPolicy: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [
        { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" },
    ],
};
const resourcePolicy = ({ action }: Request) => (action.startsWith("kms:") ? { resource: keyPolicy } : {});

const allows = async (role: PlannedRole, request: Request): Promise<boolean> =>
    (await decide(request, { identities: role.policies(), ...resourcePolicy(request) })) === "Allowed";

for (const [stack, cluster] of Object.entries(stacks)) {
    describe(`IAM roles of the ${stack} stack's plan (evaluated by iam-simulate, not by AWS)`, function () {
        this.timeout(60_000);
        let roles: Map<string, PlannedRole>;
        before(async () => {
            roles = rolesOf((await plan({ stack })).resources, `${cluster}-`);
        });
        const table = duties(cluster);
        const roleNamed = (name: string): PlannedRole | undefined => roles.get(name);

        it("have their duties written down", () => {
            const here = Object.entries(table).filter(([, { stacks: of = ["dev", "prod"] }]) => of.includes(stack));
            expect(here.map(([name]) => name)).to.have.members([...roles.keys()]);
        });

        for (const [name, { takenBy, may, mayNot = {}, stacks: of = ["dev", "prod"] }] of Object.entries(table)) {
            if (!of.includes(stack)) continue;
            describe(name, () => {
                let role: PlannedRole;
                before(() => {
                    const found = roleNamed(name);
                    expect(found, `no role ${name} in the plan`).not.to.equal(undefined);
                    role = found as PlannedRole;
                });
                const take = (context: Request["context"], principal: string) =>
                    decide(
                        {
                            action: "sts:AssumeRole",
                            resource: `arn:aws:iam::${ACCOUNT}:role/${name}`,
                            principal,
                            context,
                        },
                        { resource: role.trust },
                    );

                it(`is taken by ${takenBy.service}, and by nobody else`, async () => {
                    expect(await take(takenBy.context, takenBy.service)).to.equal("Allowed");
                    for (const other of ["lambda.amazonaws.com", "arn:aws:iam::210987654321:role/administrator"]) {
                        expect(await take(takenBy.context, other), other).not.to.equal("Allowed");
                    }
                    for (const key of Object.keys(takenBy.context ?? {})) {
                        const context = { ...takenBy.context, [key]: "other" };
                        expect(await take(context, takenBy.service), key).not.to.equal("Allowed");
                    }
                });
                for (const [what, request] of Object.entries(may)) {
                    it(`allowed: ${what}`, async () => expect(await allows(role, request)).to.equal(true));
                }
                for (const [what, request] of Object.entries(mayNot)) {
                    it(`denied: ${what}`, async () => expect(await allows(role, request)).to.equal(false));
                }
                it("denied: whatever an attacker would want", async () => {
                    const granted: string[] = [];
                    for (const [what, request] of Object.entries(wishes)) {
                        if (await allows(role, request)) granted.push(what);
                    }
                    expect(granted).to.deep.equal([]);
                });
            });
        }
    });
}

describe("what an attacker would want", () => {
    it("is allowed to an administrator, so that a denial above says something", async () => {
        const everything = {
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
        } as const;
        const administrator = { name: "administrator", trust: everything, policies: () => [everything] };
        for (const [what, request] of Object.entries(wishes)) {
            expect(await allows(administrator, request), what).to.equal(true);
        }
    });
});
