import type { LoadedConfig, SecretSource } from "../config";
import { alertRuleGroups, dashboards, sandboxStateMetrics } from "../dashboards";
import {
    awsProvider,
    CostAlarm,
    DEFAULT_STORAGE_CLASS,
    EksCluster,
    Karpenter,
    Network,
    resolveSecret,
    stackTags,
    StorageClasses,
    VolumeBackups,
} from "../infra";
import { clusterOutputs, type Outputs } from "../outputs";
import { modelsOf, proxiedAgents, Sandboxes } from "../sandboxes";
import {
    AgentSandboxController,
    createDatabase,
    DatabaseLogin,
    EgressProxy,
    GatewayNamespace,
    InferenceProxy,
    Kata,
    LiteLlm,
    Monitoring,
    VirtualKeys,
} from "../workloads";

/** The platform on Amazon EKS: every agent in a VM of its own, LiteLLM between the agents and their models. */
export function platform({ config, secrets }: LoadedConfig): Outputs {
    const { region, stack, tags, gateway: gatewayConfig } = config;
    const storageClass = DEFAULT_STORAGE_CLASS;

    const aws = awsProvider("aws", { region, stack, tags });
    const allTags = stackTags({ stack, tags });
    const resolve = (source: SecretSource) => resolveSecret(source, { provider: aws });
    const resolveAll = (sources: Readonly<Record<string, SecretSource>> = {}) =>
        Object.fromEntries(Object.entries(sources).map(([key, source]) => [key, resolve(source)]));

    // The cluster.
    const network = new Network(
        "network",
        { config: config.network, clusterName: config.cluster.name, region },
        { provider: aws },
    );
    const cluster = new EksCluster(
        "cluster",
        { config: config.cluster, network, volumeTags: allTags },
        { provider: aws },
    );
    const providers = { aws, kubernetes: cluster.provider };
    const storage = new StorageClasses("storage", {}, { providers });
    const karpenter = new Karpenter(
        "karpenter",
        { config: config.nodePools, cluster, region, tags: allTags },
        { providers },
    );

    // What all agents share.
    const kata = new Kata("kata", {}, { providers, dependsOn: karpenter });
    const controller = new AgentSandboxController("agent-sandbox", {}, { providers });
    const monitoring = new Monitoring(
        "monitoring",
        {
            config: config.monitoring,
            storageClass,
            sandboxMetrics: sandboxStateMetrics(),
            slackWebhookUrl: secrets.slackWebhookUrl && resolve(secrets.slackWebhookUrl),
        },
        { providers, dependsOn: storage },
    );
    monitoring.publish("monitoring", { dashboards: dashboards(), ruleGroups: alertRuleGroups(config.monitoring) });
    const namespace = new GatewayNamespace("litellm-namespace", {}, { providers }).name;
    const database = createDatabase(
        "postgres",
        { config: gatewayConfig.database, network, cluster, namespace, storageClass },
        { providers, dependsOn: storage },
    );
    const login = new DatabaseLogin(
        "database-login",
        { database, namespace, rotation: gatewayConfig.database.passwordRotation },
        { providers },
    );
    const gateway = new LiteLlm(
        "litellm",
        {
            config: gatewayConfig,
            cluster,
            region,
            vpcCidr: network.cidr,
            namespace,
            database,
            login,
            modelKeys: resolveAll(secrets.models),
        },
        { providers, dependsOn: monitoring.ready },
    );
    login.retirePrevious(gateway.ready);
    const agents = [...config.sandboxes, ...config.warmPools];
    const keys = new VirtualKeys(
        "virtual-keys",
        {
            gateway,
            namespace,
            databaseGeneration: database.generation,
            requests: agents.map(({ name, agent, model, key }) => ({
                name,
                agent,
                config: key,
                models: modelsOf(model, gatewayConfig.models),
            })),
        },
        { providers },
    );

    const { serviceCidr } = config.cluster;
    const proxied = proxiedAgents(config);
    const egress = new EgressProxy("egress-proxy", { agents: proxied, serviceCidr }, { providers });
    const inference = new InferenceProxy(
        "inference-proxy",
        { agents: proxied, serviceCidr, namespace, keyOf: (name) => keys.keyOf(name) },
        // A key is known to LiteLLM before it is used.
        { providers, dependsOn: keys.ready },
    );

    // The agents.
    const sandboxes = new Sandboxes(
        "sandboxes",
        {
            config,
            storageClass,
            adopting: cluster.adoptingProvider,
            apiCidrs: [serviceCidr, network.cidr],
            agents: proxied,
            proxies: { egress: egress.access, inference: inference.access },
            runtimeClassName: kata.runtimeClass,
            secretsOf: (name) => resolveAll(secrets.sandboxes[name]),
        },
        { providers, dependsOn: [kata, controller, egress, inference, storage] },
    );

    // What happens on other days.
    const { name: clusterName } = config.cluster;
    const { namespaces } = sandboxes;
    new VolumeBackups(
        "volume-backups",
        { config: config.backups.agentVolumes, clusterName, namespaces },
        { provider: aws },
    );
    new CostAlarm("cost-alarm", { config: config.budget, stack, platformName: clusterName }, { provider: aws });
    return clusterOutputs({
        region,
        cluster,
        kataNamespace: kata.namespace,
        database,
        login,
        gateway,
        monitoring,
        sandboxes,
    });
}
