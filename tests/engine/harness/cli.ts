import { execFileSync } from "node:child_process";
import sdk from "@pulumi/pulumi/package.json";
import * as path from "node:path";
import { buildGoTool } from "../../harness/go-tool";

/** The release of the SDK that the project depends on; engine and SDK are tested as one. */
export const PULUMI_VERSION = sdk.version;

function versionOnPath(): string | undefined {
    try {
        return execFileSync("pulumi", ["version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {
        return undefined;
    }
}

/** Puts a Pulumi CLI of our version first in PATH: the one that is there, or one built as a Go module. */
export async function providePulumi(): Promise<void> {
    if (versionOnPath() === `v${PULUMI_VERSION}`) return;
    const folder = await buildGoTool({
        module: "github.com/pulumi/pulumi/pkg/v3",
        version: `v${PULUMI_VERSION}`,
        packages: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
        linkerValues: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${PULUMI_VERSION}` },
    });
    process.env.PATH = `${folder}${path.delimiter}${process.env.PATH ?? ""}`;
    const found = versionOnPath();
    if (found !== `v${PULUMI_VERSION}`) throw new Error(`the Pulumi CLI in ${folder} says it is ${found ?? "nothing"}`);
}
