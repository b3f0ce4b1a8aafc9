import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { moduleFolder } from "../../harness/go-tool";
import type { KubeClient } from "./kube-client";
import { AGENT_SANDBOX } from "./tools";

/** Where each project keeps the CRDs that its own releases ship. */
const sources = [
    { module: "sigs.k8s.io/agent-sandbox", version: AGENT_SANDBOX, folder: "k8s/crds" },
    // NodePool, NodeClaim, NodeOverlay and EC2NodeClass; its `nestedVirtualization` is in 1.14.
    { module: "github.com/aws/karpenter-provider-aws", version: "v1.14.1", folder: "pkg/apis/crds" },
    {
        module: "github.com/prometheus-operator/prometheus-operator",
        version: "v0.92.0",
        folder: "example/prometheus-operator-crd",
    },
    { module: "github.com/cloudnative-pg/cloudnative-pg", version: "v1.29.0", folder: "config/crd/bases" },
    { module: "github.com/cloudnative-pg/plugin-barman-cloud", version: "v0.15.0", folder: "config/crd/bases" },
] as const;

/** Generated CRDs are in files named `<group>_<plural>.yaml`. */
const CRD_FILE = /^(?<group>[a-z0-9.-]+)_(?<plural>[a-z0-9]+)\.ya?ml$/;

/** Installs the CRDs of the pinned releases, untouched, and waits until they are served. Returns their names. */
export async function installCrds(client: KubeClient): Promise<string[]> {
    const installed: string[] = [];
    for (const { module, version, folder } of sources) {
        const directory = join(await moduleFolder(module, version), folder);
        for (const file of await readdir(directory)) {
            const { group, plural } = CRD_FILE.exec(file)?.groups ?? {};
            if (!group || !plural) continue;
            const name = `${plural}.${group}`;
            await client.raw(
                "PATCH",
                `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}?fieldManager=crds&force=true`,
                await readFile(join(directory, file), "utf8"),
                "application/apply-patch+yaml",
            );
            installed.push(name);
        }
    }
    for (const name of installed) {
        await client.waitFor(
            { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name },
            "established",
            (crd) =>
                (crd?.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions?.some(
                    ({ type, status }) => type === "Established" && status === "True",
                ) ?? false,
        );
    }
    return installed;
}
