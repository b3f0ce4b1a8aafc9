import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { KubeObject } from "./kube-client";
import { tool } from "./tools";

const run = promisify(execFile);

/** One end of a connection: an address, and the pod that has it, if it is one of the cluster's. */
export interface Peer {
    readonly ip: string;
    readonly pod?: {
        readonly namespace: string;
        readonly namespaceLabels: Readonly<Record<string, string>>;
        readonly labels: Readonly<Record<string, string>>;
    };
}

export interface Connection {
    readonly from: Peer;
    readonly to: Peer;
    readonly port: number;
    /** Default: TCP. */
    readonly protocol?: "TCP" | "UDP";
}

function toTrafficPeer({ ip, pod }: Peer) {
    return {
        IP: ip,
        Internal: pod && { Namespace: pod.namespace, NamespaceLabels: pod.namespaceLabels, PodLabels: pod.labels },
    };
}

/** Whether policies let each connection through, in both directions, as Cyclonus reads the API's rules. */
export async function evaluate(
    policies: readonly KubeObject[],
    connections: readonly Connection[],
): Promise<readonly boolean[]> {
    const folder = await mkdtemp(join(tmpdir(), "clawstack-policies-"));
    try {
        const policyFile = join(folder, "policies.yaml");
        const trafficFile = join(folder, "traffic.json");
        const list = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicyList", items: policies };
        await writeFile(policyFile, JSON.stringify(list));
        const traffic = connections.map(({ from, to, port, protocol = "TCP" }) => ({
            Source: toTrafficPeer(from),
            Destination: toTrafficPeer(to),
            Protocol: protocol,
            ResolvedPort: port,
            ResolvedPortName: "",
        }));
        await writeFile(trafficFile, JSON.stringify(traffic));
        const { stdout } = await run(
            await tool("cyclonus"),
            ["analyze", "--mode=query-traffic", `--policy-path=${policyFile}`, `--traffic-path=${trafficFile}`],
            { maxBuffer: 256 << 20 },
        );
        const verdicts = [...stdout.matchAll(/is allowed\?\s*\|\s*(true|false)/gi)].map(
            ([, verdict]) => verdict?.toLowerCase() === "true",
        );
        if (verdicts.length !== connections.length) {
            throw new Error(`${connections.length} questions, ${verdicts.length} answers:\n${stdout.slice(0, 2000)}`);
        }
        return verdicts;
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}
