import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { PolicyResource } from "@pulumi/policy";
import { expect } from "chai";
import { plannedResources } from "../../../policy/pack/resources";
import { waiversOf } from "../../../policy/pack/waivers";

/** As the engine's objects: reading a value that is not known yet throws. */
function unknownAt<T extends object>(target: T, key: string | number): T {
    return Object.defineProperty(target, key, {
        enumerable: true,
        get: () => {
            throw new Error(`string value at .${key} can't be known during preview`);
        },
    });
}

const resource = (type: string, props: Record<string, unknown>): PolicyResource => ({
    type,
    name: "r",
    urn: `urn:pulumi:dev::clawstack::${type}::r`,
    props,
    opts: { protect: false, ignoreChanges: [], aliases: [], customTimeouts: {} as never, additionalSecretOutputs: [] },
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
});

describe("policy: what the pack reads", () => {
    it("reads past values that are not known yet", () => {
        const props = unknownAt({ policy: "", tags: unknownAt(["a", ""], 1), nested: { known: 1 } }, "policy");
        expect(plannedResources([resource("aws:iam/rolePolicy:RolePolicy", props)])[0]?.inputs).to.deep.equal({
            policy: "<known after apply>",
            tags: ["a", "<known after apply>"],
            nested: { known: 1 },
        });
    });

    it("leaves out remote components, whose properties are outputs", () => {
        expect(plannedResources([resource("eks:index:Cluster", {}), resource("awsx:ec2:Vpc", {})])).to.deep.equal([]);
    });

    describe("waivers", () => {
        const folder = mkdtempSync(path.join(tmpdir(), "clawstack-pack-"));
        after(() => rmSync(folder, { recursive: true }));
        const waiver = { rule: "pinned-images", resource: "a", reason: "the vendor has no tags", until: "2027-01-31" };
        writeFileSync(
            path.join(folder, "Pulumi.dev.yaml"),
            JSON.stringify({ config: { "clawstack:policy": { waivers: [waiver] } } }),
        );

        it("are those of the stack's settings file", () => {
            expect(waiversOf("urn:pulumi:dev::clawstack::pulumi:pulumi:Stack::dev", folder)).to.deep.equal([waiver]);
        });
        it("are none for a stack of another project", () => {
            expect(waiversOf("urn:pulumi:prod::other::pulumi:pulumi:Stack::prod", folder)).to.deep.equal([]);
        });
    });
});
