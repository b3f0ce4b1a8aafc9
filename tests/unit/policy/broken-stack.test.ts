import { expect } from "chai";
import { runProgram } from "../../../automation/plan/engine/run";
import { evaluate, rules, type Finding } from "../../../policy";
import { brokenRules, brokenStack } from "./broken-stack";

describe("policy: a stack that breaks every rule", () => {
    let findings: Finding[];
    before(async () => {
        const options = { project: "broken", stack: "test", region: "us-west-2", values: {}, secretKeys: [] };
        findings = evaluate((await runProgram(brokenStack, options)).resources);
    });

    it("shows every rule", () => {
        const broken = new Set(findings.map(({ rule }) => rule));
        expect([...broken]).to.have.members(rules.map(({ name }) => name));
    });

    for (const [resource, expected] of Object.entries(brokenRules)) {
        it(`names ${resource} for ${expected.join(", ")}`, () => {
            const broken = findings.filter((finding) => finding.resource === resource).map(({ rule }) => rule);
            expect([...new Set(broken)]).to.have.members(expected);
        });
    }

    it("names a remedy in each finding", () => {
        for (const { resource, message } of findings) {
            // What is wrong, then what to do about it.
            expect(message, resource).to.match(/; (set|name|use|remove|add|drop|move|put|unset)\b/);
        }
    });

    it("puts errors before warnings", () => {
        const severities = findings.map(({ severity }) => severity);
        expect(severities).to.deep.equal([...severities].sort());
        expect(severities).to.include("warning");
    });
});
