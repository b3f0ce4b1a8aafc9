/** What makes a node a Kata node, for the pools that make it and the workloads that look for it. */

export interface Taint {
    readonly key: string;
    readonly value?: string;
    readonly effect: "NoSchedule";
}

/** Label of nodes that run Kata; the RuntimeClass selects by it. */
export const KATA_LABEL = { "katacontainers.io/kata-runtime": "true" } as const;

/** Keeps everything but sandboxes off Kata nodes. */
export const KATA_TAINT: Taint = { key: "kata", value: "true", effect: "NoSchedule" };

/** Holds sandboxes off a new node until its containerd knows Kata's runtime handler. */
export const KATA_STARTUP_TAINT: Taint = { key: "clawstack.dev/kata-not-ready", value: "true", effect: "NoSchedule" };

/**
 * User data of a Kata node: nodeadm writes containerd's config anew at each boot, and without this import the file that
 * kata-deploy drops beside it would be forgotten.
 */
export function kataNodeUserData(): string {
    return [
        "apiVersion: node.eks.aws/v1alpha1",
        "kind: NodeConfig",
        "spec:",
        "  containerd:",
        "    config: |",
        '      imports = ["/etc/containerd/conf.d/*.toml"]',
        "",
    ].join("\n");
}
