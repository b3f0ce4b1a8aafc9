/** Tag of every EBS volume of a cluster; its value is the cluster's name. */
export const CLUSTER_TAG = "clawstack.dev/cluster";

/** Labels of an object of Kubernetes that the platform made. */
export function labels(name: string): Record<string, string> {
    return { "app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "clawstack" };
}
