import { getCallerIdentityOutput, getPartitionOutput } from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { cloudConfig, encodeUserData, HOST_SECRETS, hostFiles, hostModels, parameterPrefix, paths } from "../bootstrap";
import type { LoadedConfig, SecretSource } from "../config";
import { awsProvider, CostAlarm, Host, HostNetwork, resolveSecret } from "../infra";
import { hostOutputs, type HostOutputs } from "../outputs";
import { agentKinds } from "../sandboxes";
import { bedrockPolicy } from "../workloads/litellm/bedrock-policy";
import { modelKeyEnv } from "../workloads/litellm/proxy-config";

/** One EC2 host: OpenClaw in an OpenShell sandbox, LiteLLM beside it as the only way to a model. */
export function host({ config, secrets }: LoadedConfig): HostOutputs {
    const { region, stack, tags } = config;
    const [agent] = config.sandboxes;
    if (!agent) throw new Error("a host has one agent");
    const models = hostModels(config);

    const aws = awsProvider("aws", { region, stack, tags });
    const providers = { aws };
    const resolve = (source: SecretSource) => resolveSecret(source, { provider: aws });
    const { accountId } = getCallerIdentityOutput({}, { provider: aws });
    const { partition } = getPartitionOutput({}, { provider: aws });

    // What is made up here, and what people handed in.
    const password = (name: string) =>
        new RandomPassword(name, {
            length: 40,
            special: false,
            keepers: { rotation: String(agent.key.rotation) },
        }).result;
    const dashboardToken = password("dashboard-token");
    const channelSecrets = (agentKinds[agent.agent]?.secrets(agent.settings) ?? []).flatMap(({ key, env }) => {
        const source = secrets.sandboxes[agent.name]?.[key];
        return source ? [[env, resolve(source)] as const] : [];
    });
    const modelKeys = models.flatMap(({ name }) => {
        const source = secrets.models[name];
        return source ? [[modelKeyEnv(name), resolve(source)] as const] : [];
    });

    // The host.
    const network = new HostNetwork(
        "network",
        { hostName: config.host.name, region, subnetId: config.host.subnetId },
        { providers },
    );
    const machine = new Host(
        "host",
        {
            config: config.host,
            network,
            parameterPrefix: parameterPrefix(config.host.name),
            secrets: {
                [HOST_SECRETS.masterKey]: pulumi.secret(pulumi.interpolate`sk-${password("litellm-key")}`),
                [HOST_SECRETS.dashboardToken]: dashboardToken,
                ...Object.fromEntries([...channelSecrets, ...modelKeys]),
            },
            modelPolicy: models.some(({ provider }) => provider === "bedrock")
                ? pulumi
                      .all([accountId, partition])
                      .apply(([accountId, partition]) => bedrockPolicy({ accountId, partition, region, models }))
                : undefined,
            userData: (dataVolumeId) => encodeUserData(cloudConfig(hostFiles(config, dataVolumeId))),
            setupProgram: `${paths.programs}/setup`,
        },
        { providers },
    );
    new CostAlarm("cost-alarm", { config: config.budget, stack, platformName: config.host.name }, { provider: aws });
    return hostOutputs({ region, host: machine, dashboardToken, sandbox: config.host.sandbox });
}
