import { ConfigFile } from "@pulumi/kubernetes/yaml/v2";
import * as pulumi from "@pulumi/pulumi";
import { agentSandbox } from "../config/versions";

export const AGENT_SANDBOX_NAMESPACE = "agent-sandbox-system";

/** A manifest of the pinned release. */
export function releaseManifest(file: "manifest.yaml" | "extensions.yaml"): string {
    return `https://github.com/kubernetes-sigs/agent-sandbox/releases/download/${agentSandbox}/${file}`;
}

/**
 * The agent-sandbox controller with its extensions (templates, claims, warm pools). From the release's manifests and not
 * its chart: Helm installs a chart's CRDs once and never upgrades them.
 */
export class AgentSandboxController extends pulumi.ComponentResource {
    readonly namespace = AGENT_SANDBOX_NAMESPACE;

    constructor(name: string, _args: Record<string, never>, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:AgentSandboxController", name, {}, opts);
        const core = new ConfigFile(`${name}-core`, { file: releaseManifest("manifest.yaml") }, { parent: this });
        new ConfigFile(
            `${name}-extensions`,
            { file: releaseManifest("extensions.yaml") },
            { parent: this, dependsOn: core },
        );
        this.registerOutputs({});
    }
}
