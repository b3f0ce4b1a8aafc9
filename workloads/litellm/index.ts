import { getCallerIdentityOutput, getPartitionOutput } from "@pulumi/aws";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { Job } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, Secret, Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { GatewayConfig } from "../../config";
import { litellm } from "../../config/versions";
import { PodIdentity, type EksCluster } from "../../infra";
import { revisionOf, secretRevision } from "../revision";
import type { Database, DatabaseLogin } from "../postgres";
import { bedrockPolicy } from "./bedrock-policy";
import {
    deploymentSpec,
    LITELLM_NAMESPACE,
    LITELLM_PORT,
    litellmLabels,
    migrationJobSpec,
    serviceMonitorSpec,
} from "./manifests";
import { networkPolicySpecs } from "./network-policies";
import { modelKeyEnv, proxyConfig } from "./proxy-config";

export interface LiteLlmArgs {
    readonly config: GatewayConfig;
    readonly cluster: EksCluster;
    readonly region: string;
    readonly vpcCidr: string;
    readonly namespace: pulumi.Input<string>;
    readonly database: Database;
    /** What it signs in to the database with. */
    readonly login: DatabaseLogin;
    /** API keys of OpenAI-compatible models, by model name. */
    readonly modelKeys: Readonly<Record<string, pulumi.Output<string>>>;
}

/** LiteLLM: the one way from an agent to a model. */
export class LiteLlm extends pulumi.ComponentResource {
    /** Base URL inside of the cluster, without `/v1`. */
    readonly url = `http://litellm.${LITELLM_NAMESPACE}.svc.cluster.local:${LITELLM_PORT}`;
    /** The administrator's key; a secret. */
    readonly masterKey: pulumi.Output<string>;
    /** Key that Prometheus reads metrics with; a secret. VirtualKeys registers it. */
    readonly metricsKey: pulumi.Output<string>;
    /** Rotation of the master key and of the metrics key. */
    readonly keyRotation: number;
    /** What a sandbox or a Job that calls it waits for. */
    readonly ready: pulumi.Resource;

    constructor(name: string, args: LiteLlmArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:LiteLlm", name, {}, opts);
        const { config, namespace, region } = args;
        const inside = { parent: this };
        const metadata = (objectName: string) => ({ name: objectName, namespace, labels: litellmLabels });

        this.keyRotation = config.masterKeyRotation;
        const masterKey = new RandomPassword(
            `${name}-master-key`,
            { length: 40, special: false, keepers: { rotation: String(config.masterKeyRotation) } },
            inside,
        );
        this.masterKey = pulumi.secret(pulumi.interpolate`sk-${masterKey.result}`);
        // Encrypts credentials in the database: another one would make them unreadable, so nothing here ever changes it.
        const saltKey = new RandomPassword(`${name}-salt-key`, { length: 40, special: false }, inside);
        const metricsKey = new RandomPassword(
            `${name}-metrics-key`,
            { length: 40, special: false, keepers: { rotation: String(config.masterKeyRotation) } },
            inside,
        );
        this.metricsKey = pulumi.secret(pulumi.interpolate`sk-${metricsKey.result}`);
        const secrets = this.createSecrets(name, args, saltKey.result);
        const modelKeys = this.createModelKeys(name, args);

        const configYaml = proxyConfig(config, region);
        const configMap = new ConfigMap(
            `${name}-config`,
            { metadata: metadata("litellm-config"), data: { "config.yaml": configYaml } },
            inside,
        );
        const account = new ServiceAccount(
            name,
            { metadata: metadata("litellm"), automountServiceAccountToken: false },
            inside,
        );
        const identity = this.createIdentity(name, args);
        for (const [policy, spec] of Object.entries(networkPolicySpecs(args.database, args.vpcCidr))) {
            new NetworkPolicy(`${name}-${policy}`, { metadata: metadata(policy), spec }, inside);
        }
        const migration = new Job(
            `${name}-migration`,
            // A Job can't be changed; a new version of LiteLLM, or another database, is a new Job.
            {
                metadata: metadata(`litellm-migration-${revisionOf([litellm.image, args.database.generation])}`),
                spec: migrationJobSpec(),
            },
            { ...inside, dependsOn: [args.login.ready, ...secrets] },
        );
        const service = new Service(
            name,
            {
                metadata: metadata("litellm"),
                spec: {
                    selector: litellmLabels,
                    ports: [{ name: "http", port: LITELLM_PORT, targetPort: "http", protocol: "TCP" }],
                },
            },
            inside,
        );
        const deployment = new Deployment(
            name,
            {
                metadata: metadata("litellm"),
                spec: deploymentSpec({
                    replicas: config.replicas,
                    region,
                    configRevision: revisionOf(configYaml),
                    secretRevision: secretRevision(
                        {
                            ...args.modelKeys,
                            masterKey: this.masterKey,
                            saltKey: saltKey.result,
                            databaseUrl: this.databaseUrl(args),
                        },
                        saltKey.result,
                    ),
                    modelSecrets: modelKeys
                        ? Object.keys(args.modelKeys).map((model) => ({
                              name: modelKeyEnv(model),
                              secret: modelKeys.metadata.name,
                              key: modelKeyEnv(model),
                          }))
                        : [],
                    serviceAccount: account.metadata.name,
                }),
            },
            { ...inside, dependsOn: [configMap, migration, identity.association, service, ...secrets] },
        );
        new PodDisruptionBudget(
            name,
            { metadata: metadata("litellm"), spec: { maxUnavailable: 1, selector: { matchLabels: litellmLabels } } },
            inside,
        );
        this.createServiceMonitor(name, metadata("litellm"));
        this.ready = deployment;
        this.registerOutputs({ url: this.url });
    }

    /** Passwords are letters and digits, so that they need no escaping. */
    private databaseUrl({ database, login }: LiteLlmArgs): pulumi.Output<string> {
        const { host, port, name } = database;
        return pulumi.secret(
            pulumi.interpolate`postgresql://${login.username}:${login.password}@${host}:${port}/${name}?sslmode=require`,
        );
    }

    private createSecrets(name: string, args: LiteLlmArgs, saltKey: pulumi.Output<string>): Secret[] {
        const { namespace } = args;
        const contents: Record<string, Record<string, pulumi.Output<string>>> = {
            "litellm-masterkey": { masterkey: this.masterKey },
            "litellm-saltkey": { saltkey: pulumi.interpolate`sk-${saltKey}` },
            "litellm-database": { url: this.databaseUrl(args) },
            "litellm-metrics-key": { key: this.metricsKey },
        };
        return Object.entries(contents).map(
            ([secret, stringData]) =>
                new Secret(
                    `${name}-${secret.replace(/^litellm-/, "")}`,
                    { metadata: { name: secret, namespace, labels: litellmLabels }, stringData },
                    { parent: this },
                ),
        );
    }

    private createModelKeys(name: string, { namespace, modelKeys }: LiteLlmArgs): Secret | undefined {
        if (Object.keys(modelKeys).length === 0) return undefined;
        return new Secret(
            `${name}-model-keys`,
            {
                metadata: { name: "litellm-model-keys", namespace, labels: litellmLabels },
                stringData: Object.fromEntries(
                    Object.entries(modelKeys).map(([model, key]) => [modelKeyEnv(model), key]),
                ),
            },
            { parent: this },
        );
    }

    private createIdentity(name: string, { cluster, config, region }: LiteLlmArgs): PodIdentity {
        const { accountId } = getCallerIdentityOutput({}, { parent: this });
        const { partition } = getPartitionOutput({}, { parent: this });
        return new PodIdentity(
            `${name}-bedrock`,
            {
                clusterName: cluster.configuredName,
                cluster: cluster.name,
                namespace: LITELLM_NAMESPACE,
                serviceAccount: "litellm",
                roleName: `${cluster.configuredName}-litellm-pod-identity`,
                policies: config.models.some(({ provider }) => provider === "bedrock")
                    ? {
                          bedrock: pulumi
                              .all([accountId, partition])
                              .apply(([accountId, partition]) =>
                                  bedrockPolicy({ accountId, partition, region, models: config.models }),
                              ),
                      }
                    : {},
            },
            { parent: this },
        );
    }

    private createServiceMonitor(name: string, metadata: { name: string; namespace: pulumi.Input<string> }): void {
        new CustomResource(
            `${name}-monitor`,
            {
                apiVersion: "monitoring.coreos.com/v1",
                kind: "ServiceMonitor",
                metadata: { ...metadata, labels: litellmLabels },
                spec: serviceMonitorSpec(),
            },
            { parent: this },
        );
    }
}
