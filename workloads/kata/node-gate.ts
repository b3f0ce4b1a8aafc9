import { kubectl } from "../../config/versions";
import { KATA_LABEL, KATA_STARTUP_TAINT, KATA_TAINT } from "../../infra";
import { labels, restrictedContainer, restrictedPod } from "../pod-security";

/**
 * Waits until the kubelet reports the handler, which it does once containerd has read kata-deploy's config, and takes
 * the taint off. Sleeps afterwards: a DaemonSet's pod must not end.
 */
export function nodeGateScript(handler: string): string {
    return [
        "set -eu",
        `until kubectl get node "$NODE_NAME" -o jsonpath='{.status.runtimeHandlers[*].name}' | grep -qw -- '${handler}'; do`,
        "  sleep 2",
        "done",
        `kubectl taint node "$NODE_NAME" '${KATA_STARTUP_TAINT.key}-' || true`,
        'echo "$NODE_NAME runs Kata"',
        "exec sleep infinity",
    ].join("\n");
}

/** Spec of the DaemonSet that opens Kata nodes for sandboxes. */
export function nodeGateSpec(handler: string) {
    const selector = labels("kata-node-gate");
    return {
        selector: { matchLabels: selector },
        template: {
            metadata: { labels: selector },
            spec: {
                serviceAccountName: "kata-node-gate",
                nodeSelector: { ...KATA_LABEL },
                tolerations: [
                    { ...KATA_TAINT, operator: "Equal" },
                    { ...KATA_STARTUP_TAINT, operator: "Equal" },
                ],
                securityContext: restrictedPod,
                terminationGracePeriodSeconds: 1,
                containers: [
                    {
                        name: "gate",
                        image: kubectl.image,
                        command: ["sh", "-c", nodeGateScript(handler)],
                        env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
                        securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
                        resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "128Mi" } },
                    },
                ],
            },
        },
    };
}
