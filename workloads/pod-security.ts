/** Security settings of our own pods: Pod Security `restricted`. */
export const restrictedPod = {
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    fsGroup: 1000,
    seccompProfile: { type: "RuntimeDefault" },
};

export const restrictedContainer = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
};

/** Labels of a namespace of our own pods. */
export const restrictedNamespace = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
};

/** Labels of every object of ours. */
export function labels(name: string): Record<string, string> {
    return { "app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "clawstack" };
}
