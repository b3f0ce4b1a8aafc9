import { hostAgent } from "./agent";
import type { ModelConfig, StackConfig } from "../config";
import { modelKeyEnv } from "../workloads/litellm/proxy-config";
import { firewall } from "./firewall";
import { paths, type HostFile } from "./layout";
import { hostProxyConfig } from "./litellm";
import { channelProfile, gatewayToml, imageDockerfile, inferenceProfile, sandboxPolicy, yaml } from "./openshell";
import { reportProgram, secretsProgram } from "./programs";
import { setupScript } from "./setup";
import { hostSteps } from "./steps";
import { hostUnits } from "./units";
import { verifyProgram } from "./verify";

export { DASHBOARD_PORT, GATEWAY_URL, paths, type HostFile } from "./layout";
export { cloudConfig, encodeUserData, USER_DATA_LIMIT } from "./user-data";

/** Names of the host's secrets, as its parameters and environment variables have them. */
export const HOST_SECRETS = { masterKey: "LITELLM_MASTER_KEY", dashboardToken: "OPENCLAW_GATEWAY_TOKEN" } as const;

/** Path of a host's parameters. */
export const parameterPrefix = (hostName: string) => `/clawstack/${hostName}`;
export const stateParameter = (hostName: string) => `${parameterPrefix(hostName)}/state`;

/** The agent's model, and those that LiteLLM falls back to. */
export function hostModels({ sandboxes, gateway }: Pick<StackConfig, "sandboxes" | "gateway">): ModelConfig[] {
    const named = (wanted?: string) => gateway.models.filter(({ name }) => name === wanted);
    const own = named(sandboxes[0]?.model);
    return [...own, ...own.flatMap(({ fallbacks }) => fallbacks.flatMap(named))];
}

/** Everything that the host's set-up writes and runs. No secret is in it. */
export function hostFiles(config: StackConfig, dataVolumeId: string): HostFile[] {
    const { host, region } = config;
    const models = hostModels(config);
    const [sandboxConfig] = config.sandboxes;
    const [model] = models;
    if (!sandboxConfig || !model) throw new Error("a host has one agent and its model");
    const { sandbox, architecture, persona } = host;
    const agent = hostAgent({ agent: sandboxConfig, model, persona, sandbox });
    const own = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, name]));
    const modelKeys = models.filter(({ provider }) => provider === "openai").map(({ name }) => modelKeyEnv(name));
    const inConfig = (name: string, content: string): HostFile => ({ path: `${paths.config}/${name}`, content });
    const program = (name: string, content: string): HostFile => ({
        path: `${paths.programs}/${name}`,
        content,
        mode: "0755",
    });
    const channel = channelProfile(agent);
    return [
        program("setup", setupScript(hostSteps({ agent, sandbox, architecture, dataVolumeId }))),
        program(
            "secrets",
            secretsProgram({
                region,
                prefix: parameterPrefix(host.name),
                folder: paths.secrets,
                files: {
                    "litellm.env": own([HOST_SECRETS.masterKey, ...modelKeys]),
                    "agent.env": { LITELLM_API_KEY: HOST_SECRETS.masterKey, ...own(agent.channelSecrets) },
                    "dashboard.env": own([HOST_SECRETS.dashboardToken]),
                },
            }),
        ),
        program("report", reportProgram(region, stateParameter(host.name))),
        {
            path: `${paths.programs}/verify.mjs`,
            content: verifyProgram(sandbox, agent.home),
        },
        inConfig("litellm.yaml", hostProxyConfig({ models, key: sandboxConfig.key, region })),
        inConfig("firewall.nft", firewall(agent, sandbox)),
        ...agent.files,
        ...(sandbox
            ? [
                  inConfig("policy.yaml", yaml(sandboxPolicy())),
                  inConfig("clawstack-litellm.yaml", yaml(inferenceProfile(agent))),
                  ...(channel ? [inConfig("clawstack-channel.yaml", yaml(channel))] : []),
                  inConfig("gateway.toml", gatewayToml()),
                  inConfig("Dockerfile", imageDockerfile(agent)),
              ]
            : []),
        ...hostUnits(agent, sandbox),
    ];
}
