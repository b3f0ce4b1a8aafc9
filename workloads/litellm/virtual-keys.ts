import { readFileSync } from "node:fs";
import * as path from "node:path";
import { Job } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { VirtualKeyConfig } from "../../config";
import { litellm } from "../../config/versions";
import { restrictedContainer } from "../pod-security";
import { revisionOf } from "../revision";
import type { LiteLlm } from "./index";
import { jobLabels, litellmPod } from "./manifests";

/** A key that a sandbox or a warm pool needs. */
export interface VirtualKeyRequest {
    readonly name: string;
    /** Models that it opens; the sandbox's own and its fallbacks. */
    readonly models: readonly string[];
    readonly config: VirtualKeyConfig;
    readonly agent: string;
}

/** What LiteLLM is told of a key, without the key. */
export interface KeySpec {
    readonly key_alias: string;
    readonly models: readonly string[];
    readonly allowed_routes: readonly string[];
    /** US dollars per `budget_duration`; null: no limit. */
    readonly max_budget: number | null;
    readonly budget_duration: string | null;
    /** Life of the key; null: it does not expire. */
    readonly duration: string | null;
    readonly rpm_limit: number | null;
    readonly tpm_limit: number | null;
    readonly metadata: Readonly<Record<string, string | number | null>>;
}

function withMetadata(spec: Omit<KeySpec, "metadata">, metadata: Record<string, string | number>): KeySpec {
    const revision = revisionOf([spec, metadata]);
    return { ...spec, metadata: { ...metadata, managed_by: "clawstack", expires_in: spec.duration, revision } };
}

/** Key of a sandbox: its models, and of LiteLLM's routes those that call models. */
export function keySpec({ name, models, config, agent }: VirtualKeyRequest): KeySpec {
    const spec = {
        key_alias: name,
        models: [...models],
        allowed_routes: ["llm_api_routes"],
        max_budget: config.budgetUsd,
        budget_duration: config.budgetPeriod,
        duration: config.expiresIn,
        rpm_limit: config.requestsPerMinute ?? null,
        tpm_limit: config.tokensPerMinute ?? null,
    };
    return withMetadata(spec, { agent, rotation: config.rotation });
}

/** Alias of the key that Prometheus reads metrics with; it can't be the name of a sandbox. */
const METRICS_ALIAS = "system:prometheus";
/** Prometheus has the new key some minutes after the Secret does. */
const METRICS_OVERLAP_MINUTES = 15;

/** Key that Prometheus reads metrics with, and nothing else. */
export function metricsKeySpec(rotation: number): KeySpec {
    const spec = {
        key_alias: METRICS_ALIAS,
        models: ["no-default-models"],
        allowed_routes: ["/metrics"],
        max_budget: null,
        budget_duration: null,
        duration: null,
        rpm_limit: null,
        tpm_limit: null,
    };
    return withMetadata(spec, { agent: "prometheus", rotation });
}

/** The script that registers keys; it ships as it is. */
export function registrationScript(): string {
    return readFileSync(path.join(__dirname, "virtual-keys.py"), "utf8");
}

export interface RegistrationJobInput {
    readonly gatewayUrl: string;
    readonly keysSecret: string;
    readonly scriptConfigMap: string;
}

/** Spec of the Job that registers keys, in LiteLLM's own image, which has Python. */
export function registrationJobSpec({ gatewayUrl, keysSecret, scriptConfigMap }: RegistrationJobInput) {
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
                        name: "register",
                        image: litellm.image,
                        command: ["python", "/script/virtual-keys.py"],
                        env: [
                            { name: "LITELLM_URL", value: gatewayUrl },
                            {
                                name: "LITELLM_MASTER_KEY",
                                valueFrom: { secretKeyRef: { name: "litellm-masterkey", key: "masterkey" } },
                            },
                        ],
                        securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
                        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                        volumeMounts: [
                            { name: "keys", mountPath: "/keys", readOnly: true },
                            { name: "script", mountPath: "/script", readOnly: true },
                        ],
                    },
                ],
                volumes: [
                    { name: "keys", secret: { secretName: keysSecret } },
                    { name: "script", configMap: { name: scriptConfigMap } },
                ],
            },
        },
    };
}

export interface VirtualKeysArgs {
    readonly gateway: LiteLlm;
    readonly namespace: pulumi.Input<string>;
    readonly requests: readonly VirtualKeyRequest[];
    /** `generation` of the database: a restored one may lack keys that were made after its last moment. */
    readonly databaseGeneration: string;
}

/** One LiteLLM virtual key a sandbox, registered by one Job that can run any number of times. */
export class VirtualKeys extends pulumi.ComponentResource {
    /** What a sandbox waits for: keys that LiteLLM knows. */
    readonly ready: pulumi.Resource;
    private readonly keys = new Map<string, pulumi.Output<string>>();

    constructor(name: string, args: VirtualKeysArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:VirtualKeys", name, {}, opts);
        const { gateway, namespace, requests } = args;
        const inside = { parent: this };
        const specs = [...requests.map(keySpec), metricsKeySpec(gateway.keyRotation)];
        const overlaps = [...requests.map(({ config }) => config.overlapMinutes), METRICS_OVERLAP_MINUTES];

        for (const request of requests) {
            const password = new RandomPassword(
                `${name}-${request.name}`,
                { length: 40, special: false, keepers: { rotation: String(request.config.rotation) } },
                inside,
            );
            this.keys.set(request.name, pulumi.secret(pulumi.interpolate`sk-${password.result}`));
        }
        this.keys.set(METRICS_ALIAS, gateway.metricsKey);
        const metadata = (objectName: string) => ({ name: objectName, namespace, labels: jobLabels });
        const script = new ConfigMap(
            `${name}-script`,
            { metadata: metadata("virtual-keys-script"), data: { "virtual-keys.py": registrationScript() } },
            inside,
        );
        const keys = pulumi
            .all(specs.map((spec) => this.keyOf(spec.key_alias)))
            .apply((values) =>
                JSON.stringify(
                    specs.map((spec, index) => ({ ...spec, key: values[index], overlap_minutes: overlaps[index] })),
                ),
            );
        const secret = new Secret(
            name,
            { metadata: metadata("virtual-keys"), stringData: { "keys.json": pulumi.secret(keys) } },
            inside,
        );
        this.ready = new Job(
            name,
            {
                // A Job can't be changed; another list of keys, script or database is another Job.
                metadata: metadata(
                    `virtual-keys-${revisionOf([specs, registrationScript(), litellm.image, args.databaseGeneration])}`,
                ),
                spec: registrationJobSpec({
                    gatewayUrl: gateway.url,
                    keysSecret: "virtual-keys",
                    scriptConfigMap: "virtual-keys-script",
                }),
            },
            { ...inside, dependsOn: [gateway.ready, script, secret] },
        );
        this.registerOutputs({});
    }

    /** The key of a sandbox or a warm pool; a secret. */
    keyOf(name: string): pulumi.Output<string> {
        const key = this.keys.get(name);
        if (!key) throw new Error(`no virtual key was requested for ${name}`);
        return key;
    }
}
