import type { Proxies } from "../../../sandboxes/proxies";

/** The proxies as a sandbox sees them. */
export const proxies: Proxies = {
    egress: {
        host: "egress-proxy.egress.svc.cluster.local",
        address: "172.20.0.11",
        namespace: "egress",
        podLabels: { "app.kubernetes.io/name": "egress-proxy" },
    },
    inference: {
        host: "inference-proxy.litellm.svc.cluster.local",
        address: "172.20.0.12",
        namespace: "litellm",
        podLabels: { "app.kubernetes.io/name": "inference-proxy" },
    },
};
