import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { pluginScript } from "../../../sandboxes/agents/openclaw";

/** Runs the very script of the init container; in the place of OpenClaw, a `node` that notes how it was called. */
describe("sandboxes: the script that installs a channel's plugin (OpenClaw stood in for)", () => {
    let root: string;
    const calls = () => readFileSync(path.join(root, "calls"), "utf8");
    beforeEach(() => {
        root = mkdtempSync(path.join(tmpdir(), "clawstack-plugin-"));
        writeFileSync(path.join(root, "calls"), "");
    });
    afterEach(() => rmSync(root, { recursive: true }));

    const run = (exitCode = 0) => {
        writeFileSync(
            path.join(root, "node"),
            `#!/bin/sh\necho "$OPENCLAW_CONFIG_PATH $*" >> "${root}/calls"\nexit ${exitCode}\n`,
        );
        chmodSync(path.join(root, "node"), 0o755);
        const env = {
            PATH: `${root}:/usr/bin:/bin`,
            OPENCLAW_STATE_DIR: root,
            OPENCLAW_CONFIG_PATH: path.join(root, "openclaw.json"),
        };
        execFileSync("sh", ["-c", pluginScript("feishu")], { env, stdio: "pipe" });
    };
    const install = (version: string) => {
        const folder = path.join(root, "npm/projects/openclaw-feishu-1/node_modules/@openclaw/feishu");
        mkdirSync(folder, { recursive: true });
        const manifest = { name: "@openclaw/feishu", version };
        writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest, null, 2));
    };

    it("installs an exact version on a new volume, and leaves the agent's config alone", () => {
        run();
        expect(calls()).to.match(
            /^\/tmp\/plugin-install\/openclaw\.json \/app\/dist\/index\.js plugins install npm:@openclaw\/feishu@[\d.]+ --pin --force\n$/,
        );
    });

    it("does nothing when that version is there", () => {
        run();
        const version = /@([\d.]+) --pin/.exec(calls())?.[1] ?? "";
        install(version);
        run();
        expect(calls().trim().split("\n")).to.have.length(1);
    });

    it("replaces another version", () => {
        install("2025.1.1");
        run();
        expect(calls()).not.to.equal("");
    });

    it("fails when the plugin can't be had, so that no agent starts without its channel", () => {
        expect(() => run(1)).to.throw();
    });
});
