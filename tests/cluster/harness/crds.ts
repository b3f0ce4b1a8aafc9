import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { agentSandbox, cloudNativePg, karpenterCrds, kubePrometheusStack } from "../../../config/versions";
import { moduleFolder } from "../../harness/go-tool";
import type { KubeClient } from "./kube-client";

/** Where each project keeps the CRDs that its own releases ship; releases are those that the program pins. */
const sources = [
    { module: "sigs.k8s.io/agent-sandbox", version: agentSandbox, folder: "k8s/crds" },
    // NodePool, NodeClaim, NodeOverlay and EC2NodeClass; its `nestedVirtualization` is in 1.14.
    {
        module: "github.com/aws/karpenter-provider-aws",
        version: `v${karpenterCrds.version}`,
        folder: "pkg/apis/crds",
    },
    {
        module: "github.com/prometheus-operator/prometheus-operator",
        version: `v${kubePrometheusStack.appVersion}`,
        folder: "example/prometheus-operator-crd",
    },
    {
        module: "github.com/cloudnative-pg/cloudnative-pg",
        version: `v${cloudNativePg.appVersion}`,
        folder: "config/crd/bases",
    },
    // EKS chooses the release of its snapshot-controller add-on; v1 of the API has been the same since 2020.
    { module: "github.com/kubernetes-csi/external-snapshotter/client/v8", version: "v8.6.0", folder: "config/crd" },
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
