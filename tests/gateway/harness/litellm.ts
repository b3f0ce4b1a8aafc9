import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GatewayConfig } from "../../../config";
import { deploymentSpec, LITELLM_PORT } from "../../../workloads/litellm/manifests";
import { modelKeyEnv, proxyConfig } from "../../../workloads/litellm/proxy-config";
import { Daemon, freePorts } from "../../harness/process";
import type { Bedrock } from "./bedrock";
import type { LitellmInstall } from "./litellm-install";

export interface LitellmOptions {
    readonly install: LitellmInstall;
    readonly config: GatewayConfig;
    readonly region: string;
    readonly databaseUrl: string;
    /** API keys of OpenAI-compatible models, by model name. */
    readonly modelKeys?: Readonly<Record<string, string>>;
    /** Stands in for Bedrock; without it LiteLLM calls AWS with the credentials that it finds. */
    readonly bedrock?: Bedrock;
    readonly replicas?: number;
    /** Default: one of its own. */
    readonly masterKey?: string;
    readonly saltKey?: string;
    /** Folder for its files and logs. */
    readonly folder: string;
}

interface EnvVar {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: unknown; readonly key: string } };
}

/** Replicas of LiteLLM with the config file, the arguments and the environment of the Deployment. */
export class Litellm {
    readonly masterKey: string;
    /** What it encrypts credentials in the database with. */
    readonly saltKey: string;
    private replicas: Daemon[] = [];

    private constructor(
        private readonly options: LitellmOptions,
        readonly ports: readonly number[],
    ) {
        const newKey = () => `sk-${randomBytes(20).toString("hex")}`;
        this.masterKey = options.masterKey ?? newKey();
        this.saltKey = options.saltKey ?? newKey();
    }

    static async start(options: LitellmOptions): Promise<Litellm> {
        const litellm = new Litellm(options, await freePorts(options.replicas ?? 1));
        await writeFile(litellm.configFile, proxyConfig(options.config, options.region));
        if (options.bedrock) await writeFile(litellm.podTokenFile, options.bedrock.podToken);
        await litellm.run();
        return litellm;
    }

    /** Base URL of the first replica, without `/v1`. */
    get url(): string {
        return this.urls[0] ?? "";
    }

    get urls(): string[] {
        return this.ports.map((port) => `http://127.0.0.1:${port}`);
    }

    async run(): Promise<void> {
        this.replicas = this.ports.map((port, index) => this.replica(port, index));
        // Loading its modules alone takes ten seconds on an idle machine.
        await Promise.all(
            this.replicas.map((replica, index) =>
                replica.ready(async () => (await fetch(`${this.urls[index]}/health/readiness`)).ok, 300_000),
            ),
        );
    }

    async stop(): Promise<void> {
        await Promise.all(this.replicas.map((replica) => replica.stop()));
    }

    async log(): Promise<string> {
        return (await Promise.all(this.replicas.map((replica) => replica.log()))).join("\n");
    }

    /** Calls one of LiteLLM's own routes as the administrator. */
    async admin<T>(path: string, body?: object): Promise<T> {
        const response = await fetch(this.url + path, {
            method: body ? "POST" : "GET",
            headers: { authorization: `Bearer ${this.masterKey}`, "content-type": "application/json" },
            body: body && JSON.stringify(body),
        });
        if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
        return (await response.json()) as T;
    }

    private get configFile(): string {
        return join(this.options.folder, "config.yaml");
    }

    private get podTokenFile(): string {
        return join(this.options.folder, "pod-token");
    }

    private replica(port: number, index: number): Daemon {
        const { install, folder } = this.options;
        const container = this.container();
        const paths: Record<string, string> = {
            "/etc/litellm/config.yaml": this.configFile,
            [String(LITELLM_PORT)]: String(port),
        };
        const args = container.args.map((arg) => paths[arg] ?? arg);
        return Daemon.start(
            `litellm ${index}`,
            join(install.bin, "litellm"),
            [...args, "--host", "127.0.0.1"],
            join(folder, `litellm-${index}.log`),
            { ...this.machineEnv(), ...this.podEnv(container.env) },
            { inherit: false, cwd: folder },
        );
    }

    private container(): { args: string[]; env: EnvVar[] } {
        const modelSecrets = Object.keys(this.options.modelKeys ?? {}).map((model) => ({
            name: modelKeyEnv(model),
            secret: "model-keys",
            key: modelKeyEnv(model),
        }));
        const spec = deploymentSpec({
            replicas: 1,
            region: this.options.region,
            configRevision: "",
            secretRevision: "",
            modelSecrets,
            serviceAccount: "litellm",
        });
        const [container] = spec.template.spec.containers;
        if (!container) throw new Error("the Deployment has no container");
        return container;
    }

    /** The environment that the pod gets, secrets filled in. */
    private podEnv(env: readonly EnvVar[]): Record<string, string> {
        const secrets: Record<string, string> = {
            "litellm-masterkey/masterkey": this.masterKey,
            "litellm-saltkey/saltkey": this.saltKey,
            "litellm-database/url": this.options.databaseUrl,
            ...Object.fromEntries(
                Object.entries(this.options.modelKeys ?? {}).map(([model, key]) => [
                    `model-keys/${modelKeyEnv(model)}`,
                    key,
                ]),
            ),
        };
        return Object.fromEntries(
            env.map(({ name, value, valueFrom }) => {
                const reference = valueFrom?.secretKeyRef;
                const found = value ?? secrets[`${String(reference?.name)}/${reference?.key}`];
                if (found === undefined) throw new Error(`the pod's ${name} comes from a secret unknown here`);
                return [name, found];
            }),
        );
    }

    /** What the image and the node give in the cluster. */
    private machineEnv(): NodeJS.ProcessEnv {
        const { install, bedrock, folder } = this.options;
        const aws = Object.entries(process.env).filter(([name]) => name.startsWith("AWS_"));
        return {
            PATH: `${install.bin}:${process.env["PATH"]}`,
            HOME: bedrock ? folder : process.env["HOME"],
            PRISMA_QUERY_ENGINE_BINARY: install.queryEngine,
            ...(bedrock
                ? {
                      AWS_BEDROCK_RUNTIME_ENDPOINT: bedrock.url,
                      // As EKS Pod Identity sets them.
                      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${bedrock.url}/v1/credentials`,
                      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: this.podTokenFile,
                      AWS_EC2_METADATA_DISABLED: "true",
                  }
                : Object.fromEntries(aws)),
        };
    }
}
