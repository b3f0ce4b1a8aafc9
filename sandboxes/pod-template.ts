import type * as pulumi from "@pulumi/pulumi";
import type { SandboxConfig, WarmPoolConfig } from "../config";
import { revisionOf } from "../workloads/revision";
import { CONFIG_DIR, SEED_DIR, type AgentWorkload } from "./agents";
import { podNames, proxyEnv, type Proxies } from "./proxies";

export interface PodTemplateInput {
    readonly config: Pick<SandboxConfig | WarmPoolConfig, "name" | "image" | "resources" | "key" | "capacityType">;
    readonly workload: AgentWorkload;
    readonly labels: Readonly<Record<string, string>>;
    readonly runtimeClassName: string;
    readonly proxies: Proxies;
    /** The agent's port on both proxies. */
    readonly port: number;
    /** Names of the Secret and the ConfigMap. */
    readonly secretName: string;
    readonly configMapName: string;
    /** Keys of the Secret; each is an environment variable of that name. */
    readonly secretEnv: readonly string[];
    /** PVC to mount; absent where a claim template of this name provides it. */
    readonly claimName?: string;
    /** Changes when a secret does, so that the pod is made anew. */
    readonly secretRevision: pulumi.Input<string>;
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

const MANAGED_PREFIX = "managed.";

/** Data of the ConfigMap: files by name, those that stay the stack's with a prefix. */
export function configData({ files, managed }: AgentWorkload): Record<string, string> {
    const prefixed = Object.entries(managed).map(([name, content]) => [`${MANAGED_PREFIX}${name}`, content] as const);
    return { ...files, ...Object.fromEntries(prefixed) };
}

/** Where each key of the ConfigMap stands below `CONFIG_DIR`. */
function configItems({ files, managed }: AgentWorkload) {
    return [
        ...Object.keys(files).map((name) => ({ key: name, path: `seed/${name}` })),
        ...Object.keys(managed).map((name) => ({ key: `${MANAGED_PREFIX}${name}`, path: `managed/${name}` })),
    ];
}

/**
 * Copies each config file on the first run and keeps what is there after: edits by hand live on. A file that nobody
 * edited follows the stack; the copy of what was written last tells the two apart.
 */
export function configScript(stateDir: string, seedDir: string = SEED_DIR): string {
    return [
        "set -eu",
        `mkdir -p "${stateDir}/.clawstack"`,
        `for source in "${seedDir}"/*; do`,
        '  name=$(basename "$source")',
        `  target="${stateDir}/$name"`,
        `  written="${stateDir}/.clawstack/$name"`,
        '  if [ ! -e "$target" ] || cmp -s "$target" "$source" || { [ -e "$written" ] && cmp -s "$target" "$written"; }; then',
        // Renamed into place: a pod that ends half way leaves no half a file.
        '    cp "$source" "$target.new"',
        '    mv "$target.new" "$target"',
        '    cp "$source" "$written"',
        '    echo "$name: as the stack has it"',
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
        // Five minutes: OpenClaw was measured at 24 to 60 s on two busy cores.
        ...(startup ? { startupProbe: { ...httpGet(startup), periodSeconds: 5, failureThreshold: 60 } } : {}),
        ...(liveness
            ? { livenessProbe: { ...httpGet(liveness), periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 4 } }
            : {}),
        ...(readiness ? { readinessProbe: { ...httpGet(readiness), periodSeconds: 15, timeoutSeconds: 10 } } : {}),
    };
}

/** Pod template of a sandbox: unprivileged, in a VM, with one volume and no credential but those of its channel. */
export function podTemplate(input: PodTemplateInput) {
    const { config, workload } = input;
    const mounts = [
        { name: STATE_VOLUME, mountPath: workload.mountPath },
        { name: "config", mountPath: CONFIG_DIR, readOnly: true },
    ];
    const state = input.claimName
        ? [{ name: STATE_VOLUME, persistentVolumeClaim: { claimName: input.claimName } }]
        : [];
    const plain = { ...workload.env, ...proxyEnv(input.proxies, input.port), ...workload.proxyEnv };
    const env = Object.entries(plain).map(([name, value]) => ({ name, value }));
    const setup = workload.setup
        ? [
              {
                  name: "setup",
                  image: config.image,
                  command: ["sh", "-c", workload.setup],
                  env,
                  securityContext: containerSecurity,
                  // As the agent's own, after which it runs: the pod needs no more for it.
                  resources: config.resources,
                  volumeMounts: mounts,
              },
          ]
        : [];
    return {
        metadata: {
            labels: { ...input.labels },
            annotations: {
                // Karpenter replaces a node only once its agents have ended.
                "karpenter.sh/do-not-disrupt": "true",
                "clawstack.dev/config-revision": revisionOf(configData(workload)),
                "clawstack.dev/secret-revision": input.secretRevision,
            },
        },
        spec: {
            runtimeClassName: input.runtimeClassName,
            ...(config.capacityType === "any"
                ? {}
                : { nodeSelector: { "karpenter.sh/capacity-type": config.capacityType } }),
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            ...podNames(input.proxies),
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
                ...setup,
            ],
            containers: [
                {
                    name: "agent",
                    image: config.image,
                    command: [...workload.command],
                    env: [
                        ...env,
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
            volumes: [
                ...state,
                { name: "config", configMap: { name: input.configMapName, items: configItems(workload) } },
            ],
            // An idle agent ends at once, one at work ends its turn first; EC2 gives a spot node these two minutes.
            terminationGracePeriodSeconds: 120,
        },
    };
}
