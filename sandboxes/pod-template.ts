import type { SandboxConfig, WarmPoolConfig } from "../config";
import { revisionOf } from "../workloads/revision";
import type { AgentWorkload } from "./agents";

export interface PodTemplateInput {
    readonly config: Pick<SandboxConfig | WarmPoolConfig, "name" | "image" | "resources" | "key">;
    readonly workload: AgentWorkload;
    readonly labels: Readonly<Record<string, string>>;
    readonly runtimeClassName: string;
    /** Names of the Secret and the ConfigMap. */
    readonly secretName: string;
    readonly configMapName: string;
    /** Keys of the Secret; each is an environment variable of that name. */
    readonly secretEnv: readonly string[];
    /** PVC to mount; absent where a claim template of this name provides it. */
    readonly claimName?: string;
    /** Changes when a secret does, so that the pod is made anew; never derived from a secret's value. */
    readonly secretRevision: string;
}

/** Name of the volume that holds the agent's state. */
export const STATE_VOLUME = "workspace";

const containerSecurity = {
    allowPrivilegeEscalation: false,
    // Agents write caches beside their state.
    readOnlyRootFilesystem: false,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
};

/**
 * Copies each config file on the first run and keeps what is there after: edits by hand live on. A file that nobody
 * edited follows the stack; the copy of what was written last tells the two apart.
 */
export function configScript(stateDir: string): string {
    return [
        "set -eu",
        `mkdir -p "${stateDir}/.clawstack"`,
        "for source in /config/*; do",
        '  name=$(basename "$source")',
        `  target="${stateDir}/$name"`,
        `  written="${stateDir}/.clawstack/$name"`,
        '  if [ ! -e "$target" ] || { [ -e "$written" ] && cmp -s "$target" "$written"; }; then',
        '    cp "$source" "$target"',
        '    cp "$source" "$written"',
        '    echo "$name: written from the stack"',
        "  else",
        '    echo "$name: kept, it was edited here"',
        "  fi",
        "done",
    ].join("\n");
}

function httpGet({ path, port }: { path: string; port: number }) {
    return { httpGet: { path, port } };
}

function probes({ startup, liveness, readiness }: AgentWorkload) {
    return {
        // Five minutes: OpenClaw's gateway was measured at 34 s on two idle cores.
        ...(startup ? { startupProbe: { ...httpGet(startup), periodSeconds: 5, failureThreshold: 60 } } : {}),
        ...(liveness
            ? { livenessProbe: { ...httpGet(liveness), periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 4 } }
            : {}),
        ...(readiness ? { readinessProbe: { ...httpGet(readiness), periodSeconds: 15, timeoutSeconds: 10 } } : {}),
    };
}

/** Pod template of a sandbox: unprivileged, in a VM, with one volume and no credential but its own virtual key. */
export function podTemplate(input: PodTemplateInput) {
    const { config, workload } = input;
    const mounts = [
        { name: STATE_VOLUME, mountPath: workload.mountPath },
        { name: "config", mountPath: "/config", readOnly: true },
    ];
    const state = input.claimName
        ? [{ name: STATE_VOLUME, persistentVolumeClaim: { claimName: input.claimName } }]
        : [];
    return {
        metadata: {
            labels: { ...input.labels },
            annotations: {
                // Karpenter replaces a node only once its agents have ended.
                "karpenter.sh/do-not-disrupt": "true",
                "clawstack.dev/config-revision": revisionOf(workload.files),
                "clawstack.dev/secret-revision": input.secretRevision,
            },
        },
        spec: {
            runtimeClassName: input.runtimeClassName,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: {
                runAsNonRoot: true,
                runAsUser: 1000,
                runAsGroup: 1000,
                fsGroup: 1000,
                // A large volume is not walked at every start.
                fsGroupChangePolicy: "OnRootMismatch",
                seccompProfile: { type: "RuntimeDefault" },
            },
            initContainers: [
                {
                    name: "config",
                    image: config.image,
                    command: ["sh", "-c", configScript(workload.stateDir)],
                    securityContext: containerSecurity,
                    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                    volumeMounts: mounts,
                },
            ],
            containers: [
                {
                    name: "agent",
                    image: config.image,
                    command: [...workload.command],
                    env: [
                        ...Object.entries(workload.env).map(([name, value]) => ({ name, value })),
                        ...input.secretEnv.map((name) => ({
                            name,
                            valueFrom: { secretKeyRef: { name: input.secretName, key: name } },
                        })),
                    ],
                    ports: Object.entries(workload.ports).map(([name, containerPort]) => ({
                        name,
                        containerPort,
                        protocol: "TCP",
                    })),
                    ...probes(workload),
                    securityContext: containerSecurity,
                    resources: config.resources,
                    volumeMounts: mounts,
                },
            ],
            volumes: [...state, { name: "config", configMap: { name: input.configMapName } }],
            // Long enough to end a turn and close the channel's connection.
            terminationGracePeriodSeconds: 60,
        },
    };
}
