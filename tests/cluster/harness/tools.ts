import { join } from "node:path";
import { agentSandbox as agentSandboxRelease, karpenter } from "../../../config/versions";
import { buildGoTool, moduleFolder, type GoTool } from "../../harness/go-tool";

/** The Kubernetes release that the tests run: the newest patch to be had of the minor that stacks get by default. */
export const KUBERNETES = "1.35.4";

const kubernetes: GoTool = {
    module: "k8s.io/kubernetes",
    version: `v${KUBERNETES}`,
    stagingVersion: `v0${KUBERNETES.slice(1)}`,
    packages: ["kube-apiserver", "kube-controller-manager", "kube-scheduler"].map(
        (name) => `k8s.io/kubernetes/cmd/${name}`,
    ),
    linkerValues: {
        "k8s.io/component-base/version.gitVersion": `v${KUBERNETES}`,
        "k8s.io/component-base/version.gitMajor": KUBERNETES.split(".")[0] ?? "",
        "k8s.io/component-base/version.gitMinor": KUBERNETES.split(".")[1] ?? "",
    },
};

/** The client that Jobs of the platform run in their pods. */
const kubectl: GoTool = {
    ...kubernetes,
    name: "kubectl",
    packages: ["k8s.io/kubernetes/cmd/kubectl"],
};

const etcd: GoTool = {
    module: "go.etcd.io/etcd/server/v3",
    version: "v3.6.13",
    packages: ["go.etcd.io/etcd/server/v3"],
    binary: "etcd",
};

const agentSandbox: GoTool = {
    module: "sigs.k8s.io/agent-sandbox",
    version: agentSandboxRelease,
    packages: ["sigs.k8s.io/agent-sandbox/cmd/agent-sandbox-controller"],
};

const kwok: GoTool = {
    module: "sigs.k8s.io/kwok",
    version: "v0.7.0",
    packages: ["sigs.k8s.io/kwok/cmd/kwok"],
};

/** Evaluates NetworkPolicies by the API's rules; SIG Network's conformance tests of CNIs grew out of it. */
const cyclonus: GoTool = {
    module: "github.com/mattfenwick/cyclonus",
    version: "v0.5.6",
    packages: ["github.com/mattfenwick/cyclonus/cmd/cyclonus"],
};

const helm: GoTool = {
    module: "helm.sh/helm/v3",
    version: "v3.19.0",
    packages: ["helm.sh/helm/v3/cmd/helm"],
    linkerValues: { "helm.sh/helm/v3/internal/version.version": "v3.19.0" },
};

const binaries = {
    "kube-apiserver": kubernetes,
    "kube-controller-manager": kubernetes,
    "kube-scheduler": kubernetes,
    kubectl,
    etcd,
    "agent-sandbox-controller": agentSandbox,
    kwok,
    cyclonus,
    helm,
} satisfies Record<string, GoTool>;

export type ToolName = keyof typeof binaries;

/** Path of a tool's binary; the tool is built when it is not there. */
export async function tool(name: ToolName): Promise<string> {
    return join(await buildGoTool(binaries[name]), name);
}

/** Builds every tool, so that no test's time limit pays for it. Minutes on a machine that has none of them. */
export async function buildAllTools(): Promise<void> {
    for (const spec of new Set<GoTool>(Object.values(binaries))) await buildGoTool(spec);
}

/** Helm charts that releases carry in their Go modules. */
export const charts = {
    "agent-sandbox": { module: agentSandbox.module, version: agentSandbox.version, folder: "helm" },
    karpenter: {
        module: "github.com/aws/karpenter-provider-aws",
        version: `v${karpenter.version}`,
        folder: "charts/karpenter",
    },
    "karpenter-crd": {
        module: "github.com/aws/karpenter-provider-aws",
        version: `v${karpenter.version}`,
        folder: "charts/karpenter-crd",
    },
} as const;

export type ChartName = keyof typeof charts;

/** Folder of a chart of the pinned release. */
export async function chartFolder(name: ChartName): Promise<string> {
    const { module, version, folder } = charts[name];
    return join(await moduleFolder(module, version), folder);
}
