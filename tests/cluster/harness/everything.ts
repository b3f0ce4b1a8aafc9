import { join } from "node:path";
import { plan } from "../../../automation/plan";
import type { ControlPlane } from "./control-plane";
import { startCluster, withAwsIds } from "./index";
import type { KubeObject } from "./kube-client";
import { buildAllTools } from "./tools";

/** A cluster on which everything runs that a stack with every option declares. */
export interface Everything {
    readonly plane: ControlPlane;
    readonly manifests: readonly KubeObject[];
}

async function start(): Promise<Everything> {
    await buildAllTools();
    const { plane } = await startCluster();
    try {
        const configFile = join(__dirname, "../Pulumi.everything.yaml");
        const manifests = withAwsIds((await plan({ configFile })).manifests);
        for (const manifest of manifests) await plane.admin.apply(manifest);
        return { plane, manifests };
    } catch (error) {
        await plane.stop();
        throw error;
    }
}

let users = 0;
let running: Promise<Everything> | undefined;

/**
 * The one cluster that several suites use, each with sandboxes of its own: started by the first, stopped by the last. A
 * suite takes its part when its file is loaded, so that the count is known before the first one ends.
 */
export function sharedEverything(): { start(): Promise<Everything>; stop(): Promise<void> } {
    users++;
    return {
        start: () => (running ??= start()),
        stop: async () => {
            users--;
            if (users > 0) return;
            const cluster = running;
            running = undefined;
            await (await cluster?.catch(() => undefined))?.plane.stop();
        },
    };
}
