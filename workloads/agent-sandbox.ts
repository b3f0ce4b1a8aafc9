import { ConfigFile } from "@pulumi/kubernetes/yaml/v2";
import * as pulumi from "@pulumi/pulumi";
import { agentSandbox } from "../config/versions";

export const AGENT_SANDBOX_NAMESPACE = "agent-sandbox-system";

/** Manifest of the pinned release: namespace, CRDs, and one controller with the extensions on. */
export function releaseManifest(): string {
    return `https://github.com/kubernetes-sigs/agent-sandbox/releases/download/${agentSandbox}/sandbox-with-extensions.yaml`;
}

/**
 * The agent-sandbox controller with its extensions (templates, claims, warm pools). From the release's manifest and not
 * its chart: the chart is in no repository, and Helm installs a chart's CRDs once and never upgrades them. The release's
 * `sandbox.yaml` and `extensions.yaml` each declare the controller, so they can't both be had in one program.
 */
export class AgentSandboxController extends pulumi.ComponentResource {
    readonly namespace = AGENT_SANDBOX_NAMESPACE;

    constructor(name: string, _args: Record<string, never>, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:AgentSandboxController", name, {}, opts);
        new ConfigFile(`${name}-release`, { file: releaseManifest() }, { parent: this });
        this.registerOutputs({});
    }
}
