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

/** Where kata-deploy puts its part of containerd's config, and where people put theirs. */
export const containerdDropIns = ["/opt/kata/containerd/config.d/*.toml", "/etc/containerd/conf.d/*.toml"] as const;

/**
 * User data of a Kata node. nodeadm writes containerd's config anew at each boot and would drop the import that
 * kata-deploy adds to it: sandboxes that the kubelet restarts after a reboot would find no handler for their runtime.
 */
export function kataNodeUserData(): string {
    return [
        "apiVersion: node.eks.aws/v1alpha1",
        "kind: NodeConfig",
        "spec:",
        "  containerd:",
        "    config: |",
        `      imports = ${JSON.stringify(containerdDropIns)}`,
        "",
    ].join("\n");
}
