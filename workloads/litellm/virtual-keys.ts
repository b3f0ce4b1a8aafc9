import { readFileSync } from "node:fs";
import * as path from "node:path";
import { Job } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { VirtualKeyConfig } from "../../config";
import { litellm } from "../../config/versions";
import { restrictedContainer, restrictedPod } from "../pod-security";
import { revisionOf } from "../revision";
import type { LiteLlm } from "./index";
import { jobLabels } from "./manifests";

/** A key that a sandbox or a warm pool needs. */
export interface VirtualKeyRequest {
    readonly name: string;
    /** Models that it opens; the sandbox's own and its fallbacks. */
    readonly models: readonly string[];
    readonly config: VirtualKeyConfig;
    readonly agent: string;
}

/** What LiteLLM is told of a key, without the key. */
export function keySpec({ name, models, config, agent }: VirtualKeyRequest) {
    const spec = {
        key_alias: name,
        models: [...models],
        max_budget: config.budgetUsd,
        budget_duration: config.budgetPeriod,
        duration: config.expiresIn,
        rpm_limit: config.requestsPerMinute ?? null,
        tpm_limit: config.tokensPerMinute ?? null,
    };
    const revision = revisionOf([spec, config.rotation]);
    return { ...spec, metadata: { managed_by: "clawstack", agent, rotation: config.rotation, revision } };
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
                securityContext: restrictedPod,
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
        const specs = requests.map(keySpec);

        for (const request of requests) {
            const password = new RandomPassword(
                `${name}-${request.name}`,
                { length: 40, special: false, keepers: { rotation: String(request.config.rotation) } },
                inside,
            );
            this.keys.set(request.name, pulumi.secret(pulumi.interpolate`sk-${password.result}`));
        }
        const metadata = (objectName: string) => ({ name: objectName, namespace, labels: jobLabels });
        const script = new ConfigMap(
            `${name}-script`,
            { metadata: metadata("virtual-keys-script"), data: { "virtual-keys.py": registrationScript() } },
            inside,
        );
        const keys = pulumi
            .all(specs.map((spec) => this.keyOf(spec.key_alias)))
            .apply((values) => JSON.stringify(specs.map((spec, index) => ({ ...spec, key: values[index] }))));
        const secret = new Secret(
            name,
            { metadata: metadata("virtual-keys"), stringData: { "keys.json": pulumi.secret(keys) } },
            inside,
        );
        this.ready = new Job(
            name,
            {
                // A Job can't be changed; another list of keys, or another script, is another Job.
                metadata: metadata(`virtual-keys-${revisionOf([specs, registrationScript(), litellm.image])}`),
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
