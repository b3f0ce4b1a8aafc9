import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import {
    keySpec,
    metricsKeySpec,
    registrationScript,
    type KeySpec,
    type VirtualKeyRequest,
} from "../../../workloads/litellm/virtual-keys";
import type { Litellm } from "./litellm";
import type { LitellmInstall } from "./litellm-install";

const run = promisify(execFile);

/** A key as the stack makes it up. */
export function newKey(): string {
    return `sk-${randomBytes(20).toString("hex")}`;
}

export interface WantedKey {
    readonly spec: KeySpec;
    readonly key: string;
    /** Minutes that a key that it takes the place of goes on. */
    readonly overlapMinutes: number;
}

/** A sandbox's key with the defaults of the config. */
export function wantedKey(
    name: string,
    models: readonly string[],
    config: Partial<VirtualKeyRequest["config"]> = {},
    key = newKey(),
): WantedKey {
    const complete = {
        budgetUsd: 50,
        budgetPeriod: "30d",
        expiresIn: "30d",
        rotation: 1,
        overlapMinutes: 0,
        ...config,
    };
    const spec = keySpec({ name, models, agent: "openclaw-slack", config: complete });
    return { spec, key, overlapMinutes: complete.overlapMinutes };
}

/** Prometheus' own key. */
export function wantedMetricsKey(): WantedKey {
    return { spec: metricsKeySpec(1), key: newKey(), overlapMinutes: 0 };
}

/** Runs the Job's script as the Job does; returns what it said, a line a key. */
export async function registerKeys(
    install: LitellmInstall,
    litellm: Litellm,
    folder: string,
    wanted: readonly WantedKey[],
): Promise<string[]> {
    const job = await mkdtemp(join(folder, "keys-"));
    const [script, keys] = [join(job, "virtual-keys.py"), join(job, "keys.json")];
    await writeFile(script, registrationScript());
    await writeFile(
        keys,
        JSON.stringify(
            wanted.map(({ spec, key, overlapMinutes }) => ({ ...spec, key, overlap_minutes: overlapMinutes })),
        ),
    );
    const { stdout } = await run(join(install.bin, "python"), [script], {
        env: { LITELLM_URL: litellm.url, LITELLM_MASTER_KEY: litellm.masterKey, KEYS_FILE: keys },
    });
    return stdout.trim().split("\n");
}
