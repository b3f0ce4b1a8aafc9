import { execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { configScript } from "../../../sandboxes/pod-template";

/** Runs the init container's very script, with its folders in one of the test. */
describe("sandboxes: the script that writes config files", () => {
    let root: string;
    const state = () => path.join(root, "state");
    const source = () => path.join(root, "config");
    beforeEach(() => {
        root = mkdtempSync(path.join(tmpdir(), "clawstack-init-"));
        mkdirSync(source());
    });
    afterEach(() => rmSync(root, { recursive: true }));

    const run = (content: string) => {
        writeFileSync(path.join(source(), "openclaw.json"), content);
        return execFileSync("sh", ["-c", configScript(state(), source())], { encoding: "utf8" });
    };
    const written = () => readFileSync(path.join(state(), "openclaw.json"), "utf8");

    it("writes a file on the first run", () => {
        expect(run("one")).to.contain("as the stack has it");
        expect(written()).to.equal("one");
    });

    it("lets a file that nobody edited follow the stack", () => {
        run("one");
        run("two");
        expect(written()).to.equal("two");
    });

    it("keeps a file that was edited in the sandbox, and says so", () => {
        run("one");
        writeFileSync(path.join(state(), "openclaw.json"), "mine");
        expect(run("two")).to.contain("kept, it was edited here");
        expect(written()).to.equal("mine");
    });

    it("takes up a file that was edited to what the stack says", () => {
        run("one");
        writeFileSync(path.join(state(), "openclaw.json"), "two");
        run("two");
        run("three");
        expect(written()).to.equal("three");
    });

    it("writes it again once it was removed", () => {
        run("one");
        rmSync(path.join(state(), "openclaw.json"));
        run("two");
        expect(written()).to.equal("two");
    });
});
