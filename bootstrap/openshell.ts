import { stringify } from "yaml";
import type { HostAgent } from "./agent";
import { AGENT_UID, GATEWAY_ADDRESS, GATEWAY_PORT } from "./layout";

/*
 * Documents of OpenShell 0.1.5, typed as far as the host uses them. Fields and values:
 * docs.nvidia.com/openshell/v0.1.5, "Policy Schema Reference", "Profiles" and "Gateway Configuration File".
 */

interface L7Rule {
    readonly allow: { readonly method: string; readonly path: string };
}

interface Endpoint {
    readonly host: string;
    readonly port: number;
    readonly protocol: "rest";
    readonly enforcement: "enforce";
    readonly access?: "read-only" | "read-write" | "full";
    readonly rules?: readonly L7Rule[];
    readonly allowed_ips?: readonly string[];
    readonly request_body_credential_rewrite?: boolean;
    readonly websocket_credential_rewrite?: boolean;
}

export interface SandboxPolicy {
    readonly version: 1;
    readonly filesystem_policy: {
        readonly include_workdir: boolean;
        readonly read_only: readonly string[];
        readonly read_write: readonly string[];
    };
    readonly landlock: { readonly compatibility: "hard_requirement" | "best_effort" };
    readonly process: { readonly run_as_user: string; readonly run_as_group: string };
    readonly network_policies: Readonly<
        Record<string, { readonly endpoints: readonly Endpoint[]; readonly binaries: readonly { path: string }[] }>
    >;
}

export interface ProviderProfile {
    readonly id: string;
    readonly display_name: string;
    readonly category: "inference" | "messaging";
    readonly inference_capable: boolean;
    readonly credentials: readonly {
        readonly name: string;
        readonly env_vars: readonly [string];
        readonly required: boolean;
    }[];
    readonly endpoints: readonly Endpoint[];
    readonly binaries: readonly string[];
}

/**
 * What the sandbox may do. It writes below /sandbox and /tmp and nowhere else, runs as the image's user, and reaches
 * nothing: the two profiles below are all that the network lets through, and only with the provider attached. System
 * calls are not in a policy: OpenShell's filter is part of its runtime, always on, and a policy can't widen it.
 */
export function sandboxPolicy(): SandboxPolicy {
    return {
        version: 1,
        filesystem_policy: {
            include_workdir: true,
            read_only: ["/usr", "/bin", "/lib", "/lib64", "/etc", "/proc", "/dev/urandom", "/app"],
            read_write: ["/sandbox", "/tmp", "/dev/null"],
        },
        // best_effort would start the agent without the rules when the kernel can't enforce them.
        landlock: { compatibility: "hard_requirement" },
        process: { run_as_user: String(AGENT_UID), run_as_group: String(AGENT_UID) },
        network_policies: {},
    };
}

/**
 * The way to the models: two routes of LiteLLM, for Node alone. The sandbox holds a placeholder; OpenShell puts the key
 * in its place on the way out, for these requests and no other. LiteLLM's administration is not among them.
 */
export function inferenceProfile(agent: Pick<HostAgent, "node">): ProviderProfile {
    return {
        id: "clawstack-litellm",
        display_name: "LiteLLM on this host",
        category: "inference",
        inference_capable: true,
        credentials: [{ name: "api_key", env_vars: ["LITELLM_API_KEY"], required: true }],
        endpoints: [
            {
                host: GATEWAY_ADDRESS,
                port: GATEWAY_PORT,
                protocol: "rest",
                enforcement: "enforce",
                rules: [
                    { allow: { method: "POST", path: "/v1/chat/completions" } },
                    { allow: { method: "GET", path: "/v1/models" } },
                ],
                allowed_ips: [`${GATEWAY_ADDRESS}/32`],
            },
        ],
        binaries: [agent.node],
    };
}

/** The channel's hosts and tokens; undefined for an agent without a channel, which then reaches no host at all. */
export function channelProfile(agent: HostAgent): ProviderProfile | undefined {
    if (agent.channelHosts.length === 0) return undefined;
    return {
        id: "clawstack-channel",
        display_name: "The agent's channel",
        category: "messaging",
        inference_capable: false,
        credentials: agent.channelSecrets.map((name) => ({
            name: name.toLowerCase(),
            env_vars: [name],
            required: true,
        })),
        endpoints: agent.channelHosts.map((host) => ({
            host,
            port: 443,
            protocol: "rest",
            enforcement: "enforce",
            access: "full",
            // Feishu takes its secret in the body of a request, Slack in a header.
            ...(agent.channelSecrets.length > 0 ? { request_body_credential_rewrite: true } : {}),
        })),
        binaries: [agent.node],
    };
}

/** The gateway's settings: loopback only by default, mTLS by the package, sandboxes in Docker with one volume each. */
export function gatewayToml(): string {
    return [
        "[openshell]",
        "version = 2",
        "",
        "[openshell.gateway]",
        'compute_driver = "docker"',
        "image_preparation_timeout_seconds = 1800",
        "",
        "[openshell.drivers.docker]",
        'socket_path = "/var/run/docker.sock"',
        'image_pull_policy = "if_not_present"',
        "# For the one volume of the agent's state; it carries the label that admission asks for.",
        "allow_driver_config = true",
        "",
    ].join("\n");
}

/** OpenClaw's image, with the stack's config in it and a working directory that OpenShell takes for a workspace. */
export function imageDockerfile(agent: Pick<HostAgent, "image">): string {
    return [
        `FROM ${agent.image}`,
        "USER root",
        `RUN mkdir -p /sandbox/.openclaw && chown -R ${AGENT_UID}:${AGENT_UID} /sandbox`,
        "COPY managed /etc/clawstack/managed",
        "WORKDIR /sandbox",
        `USER ${AGENT_UID}:${AGENT_UID}`,
        "",
    ].join("\n");
}

/** The state's volume, by its mount in the sandbox. */
export function driverConfig(agent: Pick<HostAgent, "stateDir">): string {
    const mount = { type: "volume", source: "clawstack-agent", target: agent.stateDir, read_only: false };
    return JSON.stringify({ docker: { mounts: [mount] } });
}

export function yaml(document: SandboxPolicy | ProviderProfile): string {
    return stringify(document);
}
