import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { KATA_HANDLER, kataDeployValues } from "../../../workloads/kata";
import { nodeGateScript, nodeGateSpec } from "../../../workloads/kata/node-gate";

const startupTaint = { key: "clawstack.dev/kata-not-ready", value: "true", effect: "NoSchedule", operator: "Equal" };

describe("kata-deploy's values", () => {
    it("install one shim, on Kata nodes that are not ready yet", () => {
        const values = kataDeployValues();
        expect(values.shims).to.deep.equal({ disableAll: true, "qemu-runtime-rs": { enabled: true } });
        expect(KATA_HANDLER).to.equal(`kata-${values.defaultShim.amd64}`);
        expect(values.nodeSelector).to.deep.equal({ "katacontainers.io/kata-runtime": "true" });
        expect(values.tolerations).to.deep.include(startupTaint);
    });
});

describe("the gate of Kata nodes", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(path.join(tmpdir(), "clawstack-gate-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** Runs the script in a real shell, with a kubectl that answers the handlers of each call in turn. */
    function run(...answers: string[]): string[] {
        const log = path.join(folder, "log");
        const tool = (name: string, ...lines: string[]) => {
            writeFileSync(path.join(folder, name), ["#!/bin/sh", ...lines].join("\n"));
            chmodSync(path.join(folder, name), 0o755);
        };
        answers.forEach((answer, index) => writeFileSync(path.join(folder, `answer-${index + 1}`), answer));
        tool(
            "kubectl",
            `echo "$*" >> ${log}`,
            `case "$1" in get) cat ${folder}/answer-$(grep -c '^get' ${log});; esac`,
        );
        tool("sleep", `echo "sleep $*" >> ${log}`);
        const result = spawnSync("sh", ["-c", nodeGateScript(KATA_HANDLER)], {
            env: { PATH: `${folder}:${process.env["PATH"] ?? ""}`, NODE_NAME: "node-1" },
            timeout: 10_000,
        });
        expect(result.status, result.stderr.toString()).to.equal(0);
        return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
    }

    it("waits for the handler, takes the taint off once, and stays", () => {
        const calls = run("runc", "runc kata-qemu", "runc kata-qemu-runtime-rs");
        expect(calls.map((call) => call.split(" ")[0])).to.deep.equal([
            "get",
            "sleep",
            "get",
            "sleep",
            "get",
            "taint",
            "sleep",
        ]);
        expect(calls.at(-2)).to.equal("taint node node-1 clawstack.dev/kata-not-ready-");
        expect(calls.at(-1)).to.equal("sleep infinity");
    });

    it("runs on tainted nodes, unprivileged", () => {
        const { spec } = nodeGateSpec(KATA_HANDLER).template;
        expect(spec.tolerations).to.deep.include(startupTaint);
        expect(spec.containers[0]?.securityContext).to.deep.include({
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
        });
    });
});
