import { expect } from "chai";
import { rules } from "../../policy";
import { brokenRules, brokenStack } from "../unit/policy/broken-stack";
import { policyPack, providePolicyHost } from "./harness/policy-pack";
import { sectionsOf, TestStack } from "./harness/stack";

/** What a preview under the policy pack prints, and whether it succeeded. */
async function preview({ stack }: TestStack): Promise<{ ok: boolean; output: string }> {
    const lines: string[] = [];
    try {
        await stack.preview({ policyPacks: [policyPack], onOutput: (text) => lines.push(text) });
        return { ok: true, output: lines.join("") };
    } catch (error) {
        return { ok: false, output: `${lines.join("")}${(error as Error).message}` };
    }
}

describe("engine: the policy pack (real Pulumi engine; providers are stand-ins)", function () {
    this.timeout(10 * 60_000);
    let withdraw: () => void;
    before(() => (withdraw = providePolicyHost()));
    after(() => withdraw());

    for (const name of ["dev", "prod"]) {
        it(`lets the ${name} stack pass`, async () => {
            const test = await TestStack.create(name);
            try {
                await test.configure(sectionsOf(name));
                const { ok, output } = await preview(test);
                expect(ok, output).to.equal(true);
                expect(output).to.match(/✅ clawstack@v\d/);
            } finally {
                test.dispose();
            }
        });
    }

    describe("a stack that breaks every rule", () => {
        let output: string;
        let ok: boolean;
        before(async () => {
            const test = await TestStack.create("broken", brokenStack);
            try {
                ({ ok, output } = await preview(test));
            } finally {
                test.dispose();
            }
        });

        it("is stopped", () => {
            expect(ok, output).to.equal(false);
            expect(output).to.match(/❌ clawstack@v\d/);
        });

        for (const { name, severity } of rules) {
            it(`is told of ${name}`, () => {
                const level = severity === "error" ? "mandatory" : "advisory";
                expect(output).to.match(new RegExp(`\\[${level}\\]\\s+${name}\\b`));
            });
        }

        it("is told the resource and the remedy", () => {
            for (const resource of Object.keys(brokenRules)) {
                expect(output, resource).to.match(new RegExp(`^\\s+${resource}: .+; \\w`, "m"));
            }
        });
    });
});
