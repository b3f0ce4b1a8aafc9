import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { OutputError, writeFiles } from "../../../automation/plan";

describe("plan: files", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "clawstack-plan-"))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));
    const write = (name: string) => writeFiles([{ path: `manifests/${name}.yaml`, content: name }], folder, "dev");

    it("replaces the folder of the last plan whole, and leaves nothing beside it", () => {
        write("old");
        const target = write("new");
        expect(readdirSync(path.join(target, "manifests"))).to.deep.equal(["new.yaml"]);
        expect(readdirSync(folder)).to.deep.equal(["dev"]);
    });

    it("leaves a folder alone that no plan wrote", () => {
        mkdirSync(path.join(folder, "dev"));
        writeFileSync(path.join(folder, "dev", "mine.txt"), "mine");
        expect(() => write("new")).to.throw(OutputError, /was not written by a plan/);
        expect(readFileSync(path.join(folder, "dev", "mine.txt"), "utf8")).to.equal("mine");
    });

    it("keeps the last plan when the new one can't be written", () => {
        const target = write("old");
        const clash = [
            { path: "a", content: "a file" },
            { path: "a/b", content: "a file below a file" },
        ];
        expect(() => writeFiles(clash, folder, "dev")).to.throw(OutputError, /can't be written/);
        expect(readFileSync(path.join(target, "manifests/old.yaml"), "utf8")).to.equal("old");
        expect(readdirSync(folder)).to.deep.equal(["dev"]);
    });

    it("says so when the folder is a file", () => {
        const file = path.join(folder, "file");
        writeFileSync(file, "");
        expect(() => writeFiles([], file, "dev")).to.throw(OutputError, /can't be written/);
        expect(existsSync(path.join(file, "dev"))).to.equal(false);
    });

    it("says so where no folder can be made", () => {
        expect(() => writeFiles([], "/proc/clawstack/out", "dev")).to.throw(OutputError, /can't be written/);
    });
});
