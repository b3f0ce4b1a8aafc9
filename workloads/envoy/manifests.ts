import { envoy } from "../../config/versions";
import type { ProxiedAgent } from "../agent-ports";
import { labels, restrictedContainer, restrictedPod } from "../pod-security";
import { AGENTS_DIR, BOOTSTRAP_DIR, METRICS_PORT } from "./bootstrap";

/** Seconds that a pod that ends still serves, so that callers move on: connections are renewed each minute. */
const DRAIN_SECONDS = 100;

/** Where the agents' listeners are. */
export type ListenersVolume =
    { readonly configMap: { readonly name: string } } | { readonly secret: { readonly secretName: string } };

export interface EnvoyDeploymentInput {
    readonly name: string;
    readonly bootstrapConfigMap: string;
    /** Hash of the bootstrap config; another one rolls the pods. Agents come and go without. */
    readonly bootstrapRevision: string;
    readonly listeners: ListenersVolume;
}

/** Spec of a proxy's Deployment: two replicas on two nodes, a read-only file system, no service account. */
export function envoyDeploymentSpec(input: EnvoyDeploymentInput) {
    const { name } = input;
    const podLabels = labels(name);
    const ready = { httpGet: { path: "/ready", port: METRICS_PORT }, timeoutSeconds: 3 };
    return {
        replicas: 2,
        selector: { matchLabels: podLabels },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
            metadata: {
                labels: podLabels,
                annotations: { "clawstack.dev/config-revision": input.bootstrapRevision },
            },
            spec: {
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                // Without the proxies no agent hears or answers.
                priorityClassName: "system-cluster-critical",
                securityContext: restrictedPod,
                topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map(
                    (topologyKey) => ({
                        maxSkew: 1,
                        topologyKey,
                        whenUnsatisfiable: "ScheduleAnyway",
                        labelSelector: { matchLabels: podLabels },
                    }),
                ),
                containers: [
                    {
                        name: "envoy",
                        image: envoy.image,
                        command: ["/usr/local/bin/envoy"],
                        args: [
                            ...["--config-path", `${BOOTSTRAP_DIR}/envoy.yaml`],
                            ...["--concurrency", "2"],
                            "--disable-hot-restart",
                            // A listener that changes takes no new connection by its old settings; those it has are closed
                            // after their next answer, at the latest after ten minutes.
                            ...["--drain-strategy", "immediate", "--drain-time-s", "600"],
                            ...["--file-flush-interval-msec", "1000"],
                            ...["--log-level", "warning", "--component-log-level", "rbac:error"],
                        ],
                        ports: [{ name: "metrics", containerPort: METRICS_PORT, protocol: "TCP" }],
                        startupProbe: { ...ready, periodSeconds: 2, failureThreshold: 60 },
                        readinessProbe: { ...ready, periodSeconds: 5 },
                        livenessProbe: { ...ready, periodSeconds: 15, failureThreshold: 4 },
                        lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
                        securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
                        // 240 MB with 1,000 agents, as measured (docs/performance.md).
                        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
                        volumeMounts: [
                            { name: "bootstrap", mountPath: BOOTSTRAP_DIR, readOnly: true },
                            { name: "agents", mountPath: AGENTS_DIR, readOnly: true },
                        ],
                    },
                ],
                volumes: [
                    { name: "bootstrap", configMap: { name: input.bootstrapConfigMap } },
                    { name: "agents", ...input.listeners },
                ],
                terminationGracePeriodSeconds: DRAIN_SECONDS + 20,
            },
        },
    };
}

/**
 * Spec of a proxy's Service, with a port for each agent. Its address is fixed: agents have it in their hosts file and need
 * no name server.
 */
export function envoyServiceSpec(name: string, clusterIP: string, agents: readonly ProxiedAgent[]) {
    const ports = agents.map((agent) => ({
        name: `port-${agent.port}`,
        port: agent.port,
        targetPort: agent.port,
        protocol: "TCP",
    }));
    return {
        clusterIP,
        selector: labels(name),
        // A Service has at least one port, though there be no agent.
        ports: ports.length > 0 ? ports : [{ name: "metrics", port: METRICS_PORT, protocol: "TCP" }],
    };
}
