/**
 * Every version that the platform pins, in one place: an upgrade is a change of one line here and a preview.
 * docs/operations.md says in which order to upgrade.
 */

/** Kubernetes minors that EKS offers, with the last day of standard support (EKS release calendar, November 2026). */
export const kubernetesSupport: Readonly<Record<string, string>> = {
    "1.34": "2026-12-02",
    "1.35": "2027-03-27",
    "1.36": "2027-08-02",
};

export interface ChartVersion {
    /** Chart name, or the whole `oci://` reference where the chart has no HTTP repository. */
    readonly chart: string;
    readonly version: string;
    /** HTTP repository; absent for OCI charts. */
    readonly repository?: string;
    /** Release of what the chart installs, where it has a number of its own; the tests take its CRDs from there. */
    readonly appVersion?: string;
}

/** Karpenter: the first releases with nested virtualization in EC2NodeClass are of 2026; 1.14 serves it. */
export const karpenter: ChartVersion = { chart: "oci://public.ecr.aws/karpenter/karpenter", version: "1.14.1" };
/** Karpenter's CRDs, in a chart of their own, so that an upgrade of Karpenter upgrades them. */
export const karpenterCrds: ChartVersion = { chart: "oci://public.ecr.aws/karpenter/karpenter-crd", version: "1.14.1" };

/** Release of the EKS-optimized AL2023 image of Kata nodes; a newer one replaces them, one at a time. */
export const eksNodeImage = "v20260903";

/** Kata Containers; from 4.0 the Rust runtime is the default shim, and the Go one is on its way out. */
export const kataDeploy: ChartVersion = {
    chart: "oci://ghcr.io/kata-containers/kata-deploy-charts/kata-deploy",
    version: "4.0.0",
};
/** Release of agent-sandbox; its manifests carry the controller and the CRDs of v1beta1. */
export const agentSandbox = "v0.5.6";
/** CloudNativePG's operator 1.30: the last minor with backups of its own; 1.31 wants the Barman Cloud plugin. */
export const cloudNativePg: ChartVersion = {
    chart: "cloudnative-pg",
    version: "0.29.1",
    appVersion: "1.30.1",
    repository: "https://cloudnative-pg.github.io/charts",
};
export const kubePrometheusStack: ChartVersion = {
    chart: "kube-prometheus-stack",
    version: "87.1.0",
    appVersion: "0.92.0",
    repository: "https://prometheus-community.github.io/helm-charts",
};
/** Grafana; the chart's image and the container that sets the password before it starts must be the same. */
export const grafana = "12.2.1";
/** LiteLLM's image for a read-only, non-root pod; the tests run the same version of the package. */
export const litellm = { version: "1.106.2", image: "ghcr.io/berriai/litellm-non_root:v1.106.2" };
/** Envoy: the proxies between agents and all else. Without a shell; the tests run the same version from PyPI. */
export const envoy = { version: "1.40.0", image: "docker.io/envoyproxy/envoy:distroless-v1.40.0" };
/** PostgreSQL of the embedded database (a `system` image: it has the tools that back up to S3) and of RDS. */
export const postgres = { image: "ghcr.io/cloudnative-pg/postgresql:17.6-system-bookworm", rdsEngineVersion: "17" };
/**
 * OpenClaw: the image, and the channel plugins that are installed from npm. A plugin asks for an OpenClaw of its own
 * version or newer, so raise the image first.
 */
export const openclaw = {
    image: "ghcr.io/openclaw/openclaw:2026.9.6",
    plugins: {
        // 2026.9.5 and 2026.9.6 can't open Slack's WebSocket through a proxy (the plugin's undici 7 is handed a dispatcher of 8).
        slack: "2026.9.4",
        feishu: "2026.9.5",
    },
} as const;
/** Hermes Agent; tags are the dates of releases, this one is 0.19.0. */
export const hermes = { image: "nousresearch/hermes-agent:v2026.7.20" };
/** A shell and kubectl, for the pod that releases Kata nodes. */
export const kubectl = { image: "docker.io/alpine/k8s:1.35.0" };
/**
 * OpenShell on a host: the release whose Debian package carries the CLI and the gateway. 0.1 has no inference route of its
 * own any more; docs/host.md says what that changed.
 */
export const openshell = { version: "0.1.5" };
/**
 * Node and OpenClaw on a host without a sandbox, from npm, with npm's own digests. Raise OpenClaw with the image of the
 * agent kinds.
 */
export const hostNode = {
    version: "24.21.0",
    integrity: {
        x86_64: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
        arm64: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
    },
};
export const hostNpm = {
    version: "11.21.2",
    integrity: "sha512-7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==",
};
