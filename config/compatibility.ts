/*
 * What runs with what: looked up where each project says it, for the versions of `versions.ts`. A version that is not
 * here is one that nobody has looked up; the policy `supported-versions` says so, and where to look.
 */

/** Kubernetes minors from the first to the last, both included: `["1.34", "1.36"]`. */
export type KubernetesRange = readonly [first: string, last: string];

export interface Component {
    readonly name: string;
    /** Its line in `config/versions.ts`. */
    readonly line: string;
    /** Tells the component in a plan: a chart's name or a manifest's URL. */
    readonly artifact: RegExp;
    /** By minor version of the artifact. */
    readonly supports: Readonly<Record<string, KubernetesRange>>;
    /** Where the next one is looked up. */
    readonly source: string;
}

export const components: readonly Component[] = [
    {
        name: "Karpenter",
        line: "karpenter",
        artifact: /\/karpenter$/,
        supports: { "1.14": ["1.26", "1.36"] },
        source: "MinK8sVersion and MaxK8sVersion in pkg/providers/version/version.go of the release",
    },
    {
        name: "CloudNativePG",
        line: "cloudNativePg",
        artifact: /^cloudnative-pg$/,
        // The chart 0.29 installs the operator 1.30.
        supports: { "0.29": ["1.34", "1.36"] },
        source: "docs/src/supported_releases.md of the operator's release",
    },
    {
        name: "agent-sandbox",
        line: "agentSandbox",
        artifact: /\/agent-sandbox\/releases\//,
        // It names no range. It is built with the client of 1.36, and tests/cluster run it on 1.35.
        supports: { "0.5": ["1.34", "1.36"] },
        source: "k8s.io/client-go in go.mod of the release, and tests/cluster",
    },
    {
        name: "Kata Containers",
        line: "kataDeploy",
        artifact: /\/kata-deploy$/,
        // It names no range; these are the versions that EKS offers. No test runs a VM.
        supports: { "4.0": ["1.34", "1.36"] },
        source: "the release's notes, and kubeVersion in the chart's Chart.yaml",
    },
    {
        name: "kube-prometheus-stack",
        line: "kubePrometheusStack",
        artifact: /^kube-prometheus-stack$/,
        // No upper end is given; the last is what EKS offers today.
        supports: { "87.1": ["1.25", "1.36"] },
        source: "kubeVersion in Chart.yaml, and UPGRADE.md of the chart",
    },
];

/** `1.35` -> 35. */
export function minorOf(kubernetesVersion: string): number {
    return Number(kubernetesVersion.split(".")[1]);
}

/** `v0.5.6` -> `0.5`. */
export function minorVersion(version: string): string {
    return version.replace(/^v/, "").split(".").slice(0, 2).join(".");
}

export function supportsKubernetes([first, last]: KubernetesRange, kubernetesVersion: string): boolean {
    const minor = minorOf(kubernetesVersion);
    return minor >= minorOf(first) && minor <= minorOf(last);
}

/** Days before the end of a Kubernetes version's standard support at which plans begin to warn. */
export const SUPPORT_WARNING_DAYS = 60;
