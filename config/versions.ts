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
}

/** Karpenter: the first releases with nested virtualization in EC2NodeClass are of 2026; 1.14 serves it. */
export const karpenter: ChartVersion = { chart: "oci://public.ecr.aws/karpenter/karpenter", version: "1.14.1" };
/** Karpenter's CRDs, in a chart of their own, so that an upgrade of Karpenter upgrades them. */
export const karpenterCrds: ChartVersion = { chart: "oci://public.ecr.aws/karpenter/karpenter-crd", version: "1.14.1" };
