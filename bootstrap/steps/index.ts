import type { HostAgent } from "../agent";
import { agentState, dataVolume, limits, network, packages, proxy } from "./base";
import { sandboxSteps } from "./sandbox";
import type { Step } from "./step";
import { unsandboxedSteps } from "./unsandboxed";

export type { Step } from "./step";

export interface StepsInput {
    readonly agent: HostAgent;
    readonly sandbox: boolean;
    readonly architecture: "x86_64" | "arm64";
    readonly dataVolumeId: string;
}

/** The set-up of a host, in order. */
export function hostSteps({ agent, sandbox, architecture, dataVolumeId }: StepsInput): Step[] {
    return [
        limits,
        dataVolume(dataVolumeId),
        packages(sandbox),
        network(sandbox),
        proxy,
        agentState(agent, sandbox ? undefined : "openclaw:openclaw"),
        ...(sandbox ? sandboxSteps(agent) : unsandboxedSteps(agent, architecture)),
    ];
}
