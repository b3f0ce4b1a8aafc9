import type * as pulumi from "@pulumi/pulumi";
import { litellm } from "../../config/versions";
import { labels, restrictedContainer, restrictedPod } from "../pod-security";

export const LITELLM_NAMESPACE = "litellm";
export const LITELLM_PORT = 4000;
export const litellmLabels = labels("litellm");
/** Labels of Jobs that call LiteLLM or its database. */
export const jobLabels = labels("litellm-job");

export interface SecretEnv {
    readonly name: string;
    readonly secret: pulumi.Input<string>;
    readonly key: string;
}

export const coreSecrets: readonly SecretEnv[] = [
    { name: "LITELLM_MASTER_KEY", secret: "litellm-masterkey", key: "masterkey" },
    { name: "LITELLM_SALT_KEY", secret: "litellm-saltkey", key: "saltkey" },
    { name: "DATABASE_URL", secret: "litellm-database", key: "url" },
];

function fromSecrets(secrets: readonly SecretEnv[]) {
    return secrets.map(({ name, secret, key }) => ({ name, valueFrom: { secretKeyRef: { name: secret, key } } }));
}

/** The image runs as `nobody`, who owns its home and the database client that was generated into it. */
export const litellmPod = { ...restrictedPod, runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534 };

const writable = [{ name: "tmp", mountPath: "/tmp" }];
const writableVolumes = [{ name: "tmp", emptyDir: {} }];

/** Job that brings the database's schema up to LiteLLM's version, before any replica starts. */
export function migrationJobSpec() {
    return {
        backoffLimit: 6,
        template: {
            metadata: { labels: jobLabels },
            spec: {
                restartPolicy: "OnFailure",
                automountServiceAccountToken: false,
                securityContext: litellmPod,
                containers: [
                    {
                        name: "migrate",
                        image: litellm.image,
                        command: ["python", "litellm/proxy/prisma_migration.py"],
                        env: [
                            { name: "DISABLE_SCHEMA_UPDATE", value: "false" },
                            ...fromSecrets(coreSecrets.filter(({ name }) => name === "DATABASE_URL")),
                        ],
                        securityContext: restrictedContainer,
                        resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "1Gi" } },
                        volumeMounts: writable,
                    },
                ],
                volumes: writableVolumes,
            },
        },
    };
}

export interface DeploymentInput {
    readonly replicas: number;
    readonly region: string;
    /** Hash of config.yaml; a new one rolls the pods. */
    readonly configRevision: string;
    /** Changes when a secret does. */
    readonly secretRevision: pulumi.Input<string>;
    readonly modelSecrets: readonly SecretEnv[];
    readonly serviceAccount: pulumi.Input<string>;
}

/** Spec of LiteLLM's Deployment. */
export function deploymentSpec(input: DeploymentInput) {
    const probe = (path: string) => ({ httpGet: { path, port: LITELLM_PORT }, timeoutSeconds: 5 });
    return {
        replicas: input.replicas,
        selector: { matchLabels: litellmLabels },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
            metadata: {
                labels: litellmLabels,
                annotations: {
                    "clawstack.dev/config-revision": input.configRevision,
                    "clawstack.dev/secret-revision": input.secretRevision,
                },
            },
            spec: {
                serviceAccountName: input.serviceAccount,
                automountServiceAccountToken: false,
                securityContext: litellmPod,
                topologySpreadConstraints: [
                    {
                        maxSkew: 1,
                        topologyKey: "kubernetes.io/hostname",
                        whenUnsatisfiable: "ScheduleAnyway",
                        labelSelector: { matchLabels: litellmLabels },
                    },
                ],
                containers: [
                    {
                        name: "litellm",
                        image: litellm.image,
                        args: ["--config", "/etc/litellm/config.yaml", "--port", String(LITELLM_PORT)],
                        env: [
                            { name: "AWS_REGION", value: input.region },
                            { name: "STORE_MODEL_IN_DB", value: "True" },
                            // The Job has migrated already; replicas must not race.
                            { name: "DISABLE_SCHEMA_UPDATE", value: "true" },
                            { name: "LITELLM_MODE", value: "PRODUCTION" },
                            { name: "LITELLM_LOCAL_MODEL_COST_MAP", value: "True" },
                            { name: "LITELLM_LOG", value: "WARNING" },
                            ...fromSecrets([...coreSecrets, ...input.modelSecrets]),
                        ],
                        ports: [{ name: "http", containerPort: LITELLM_PORT, protocol: "TCP" }],
                        startupProbe: { ...probe("/health/liveliness"), periodSeconds: 5, failureThreshold: 60 },
                        livenessProbe: { ...probe("/health/liveliness"), periodSeconds: 15, failureThreshold: 4 },
                        readinessProbe: { ...probe("/health/readiness"), periodSeconds: 10 },
                        securityContext: restrictedContainer,
                        resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { memory: "2Gi" } },
                        volumeMounts: [...writable, { name: "config", mountPath: "/etc/litellm", readOnly: true }],
                    },
                ],
                volumes: [...writableVolumes, { name: "config", configMap: { name: "litellm-config" } }],
                // Streams of long answers end first.
                terminationGracePeriodSeconds: 120,
            },
        },
    };
}

/** Spec of the ServiceMonitor by which Prometheus reads LiteLLM's metrics, with a key that opens nothing else. */
export function serviceMonitorSpec() {
    return {
        selector: { matchLabels: litellmLabels },
        endpoints: [
            {
                port: "http",
                // /metrics redirects here.
                path: "/metrics/",
                interval: "30s",
                authorization: { credentials: { name: "litellm-metrics-key", key: "key" } },
            },
        ],
    };
}
