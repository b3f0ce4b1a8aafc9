import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GatewayConfig } from "../../../config";
import { Bedrock } from "./bedrock";
import { registerKeys, type WantedKey } from "./keys";
import { Litellm } from "./litellm";
import { installedLitellm, type LitellmInstall } from "./litellm-install";
import { Postgres } from "./postgres";

export { chat, type ChatAnswer } from "./chat";
export { newKey, wantedKey, wantedMetricsKey, type WantedKey } from "./keys";
export { USAGE, type Bedrock } from "./bedrock";
export { installedLitellm } from "./litellm-install";

/** Time to install LiteLLM from PyPI and start it, on a machine that has nothing and is busy. */
export const FIRST_INSTALL_MS = 20 * 60_000;

export interface GatewayOptions {
    readonly config: GatewayConfig;
    readonly region?: string;
    readonly replicas?: number;
    readonly modelKeys?: Readonly<Record<string, string>>;
    /** False: LiteLLM calls Amazon Bedrock itself, with the AWS credentials of the environment. */
    readonly standIn?: boolean;
}

/** Postgres, LiteLLM and the stand-in for Bedrock, in a temporary folder. */
export class Gateway {
    private constructor(
        readonly folder: string,
        readonly install: LitellmInstall,
        readonly postgres: Postgres,
        readonly bedrock: Bedrock,
        readonly litellm: Litellm,
    ) {}

    static async start({ standIn = true, region = "us-west-2", ...options }: GatewayOptions): Promise<Gateway> {
        const install = await installedLitellm();
        const folder = await mkdtemp(join(tmpdir(), "clawstack-gateway-"));
        const postgres = await Postgres.start(folder);
        await postgres.applyFile(install.migrations);
        const bedrock = await new Bedrock().start();
        const litellm = await Litellm.start({
            ...options,
            install,
            region,
            folder,
            databaseUrl: postgres.url,
            bedrock: standIn ? bedrock : undefined,
        });
        return new Gateway(folder, install, postgres, bedrock, litellm);
    }

    /** Base URL of LiteLLM, without `/v1`. */
    get url(): string {
        return this.litellm.url;
    }

    /** Runs the script of the Job that registers keys. */
    register(wanted: readonly WantedKey[]): Promise<string[]> {
        return registerKeys(this.install, this.litellm, this.folder, wanted);
    }

    async stop(): Promise<void> {
        await this.litellm.stop();
        await this.postgres.stop();
        await this.bedrock.stop();
        await rm(this.folder, { recursive: true, force: true });
    }
}
