import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const root = path.resolve(__dirname, "../../..");

/** Folder of the policy pack. */
export const policyPack = path.join(root, "policy", "pack");

/**
 * Lets the engine run policy packs in Node.js. Its own launcher is part of Pulumi's release archive, beside the CLI, and
 * in no Go module; this one starts the same entry point of the SDK, with the same arguments.
 */
export function providePolicyHost(): () => void {
    const folder = mkdtempSync(path.join(tmpdir(), "clawstack-policy-host-"));
    const launcher = path.join(folder, "pulumi-analyzer-policy-nodejs");
    const entry = require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [policyPack] });
    writeFileSync(launcher, `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`);
    chmodSync(launcher, 0o755);
    const before = process.env.PATH;
    process.env.PATH = `${folder}${path.delimiter}${before ?? ""}`;
    return () => {
        process.env.PATH = before;
        rmSync(folder, { recursive: true, force: true });
    };
}
