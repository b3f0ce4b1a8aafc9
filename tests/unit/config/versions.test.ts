import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { components, minorVersion } from "../../../config/compatibility";
import * as versions from "../../../config/versions";

const root = path.resolve(__dirname, "../../..");
const rooms = ["infra", "workloads", "sandboxes", "programs", "bootstrap", "dashboards"];

/** An image with a tag, or the version of a chart. */
const pinned =
    /(ghcr\.io|docker\.io|quay\.io|public\.ecr\.aws|registry\.k8s\.io)\/[\w./-]+:v?\d|version: "\d+\.\d+\.\d+"/;

describe("config: pinned versions", () => {
    it("are in config/versions.ts and in no other file of the program", () => {
        const files = rooms.flatMap((room) =>
            readdirSync(path.join(root, room), { recursive: true, encoding: "utf8" })
                .filter((file) => file.endsWith(".ts"))
                .map((file) => path.join(room, file)),
        );
        expect(files.length).to.be.greaterThan(50);
        const found = files.filter((file) => pinned.test(readFileSync(path.join(root, file), "utf8")));
        expect(found).to.deep.equal([]);
    });

    it("have a line for each component whose compatibility is checked, in a version that was looked up", () => {
        for (const { name, line, supports } of components) {
            const pin = (versions as Record<string, unknown>)[line] as string | { version: string } | undefined;
            const version = typeof pin === "string" ? pin : (pin?.version ?? "");
            expect(Object.keys(supports), name).to.include(minorVersion(version));
        }
    });

    it("have one version for Karpenter and its CRDs, and one for LiteLLM's package and image", () => {
        expect(versions.karpenterCrds.version).to.equal(versions.karpenter.version);
        expect(versions.litellm.image.endsWith(`:v${versions.litellm.version}`)).to.equal(true);
    });
});
