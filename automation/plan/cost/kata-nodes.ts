import type { NodePoolsConfig, ScheduleConfig, StackConfig } from "../../../config/types";
import { HOURS, instanceType, SPOT_SHARE, type InstanceType } from "./prices";

/** What a pod asks of a node. */
export interface PodSize {
    readonly millicores: number;
    readonly memoryMi: number;
}

/** Nodes that a pool would run for some pods. */
export interface NodeEstimate {
    readonly pool: string;
    readonly instanceType: string;
    readonly count: number;
    readonly spot: boolean;
    /** USD a month, without the volumes. */
    readonly monthly: number;
}

/** What the VM of a Kata pod takes beside its containers; the overhead of the chart's RuntimeClass kata-qemu. */
export const KATA_OVERHEAD: PodSize = { millicores: 250, memoryMi: 160 };

/** What the kubelet, the system and the daemon sets of a node keep: 0.5 vCPU, and 1 GiB and 5 % of its memory. */
function allocatable(type: InstanceType): PodSize {
    return { millicores: type.vcpus * 1000 - 500, memoryMi: Math.floor(type.memoryGi * 1024 * 0.95) - 1024 };
}

function toMillicores(quantity: string): number {
    return quantity.endsWith("m") ? Number.parseInt(quantity, 10) : Number(quantity) * 1000;
}

function toMebibytes(quantity: string): number {
    return Number.parseInt(quantity, 10) * (quantity.endsWith("Gi") ? 1024 : 1);
}

export type Capacity = "spot" | "on-demand";

/** A pod that runs in a VM, of a sandbox or of a warm pool. */
export interface KataPod extends PodSize {
    /** Sandbox or warm pool. */
    readonly agent: string;
    readonly capacity: Capacity;
    /** Hours in which it runs; absent: always. */
    readonly schedule?: ScheduleConfig;
}

/** What a sandbox that takes any capacity gets: spot where the pool that Karpenter tries first offers it. */
function defaultCapacity({ nested, bareMetal }: NodePoolsConfig): Capacity {
    const [first] = [nested, bareMetal].filter(({ enabled }) => enabled).sort((a, b) => b.weight - a.weight);
    return first?.capacityTypes.includes("spot") ? "spot" : "on-demand";
}

/** Pods that run in VMs: those of sandboxes that are not suspended for good, and the replicas of warm pools. */
export function kataPods(config: StackConfig): KataPod[] {
    const pod = (entry: StackConfig["sandboxes"][number] | StackConfig["warmPools"][number]): KataPod => {
        const { requests } = entry.resources;
        return {
            agent: entry.name,
            millicores: toMillicores(requests.cpu) + KATA_OVERHEAD.millicores,
            memoryMi: toMebibytes(requests.memory) + KATA_OVERHEAD.memoryMi,
            capacity: entry.capacityType === "any" ? defaultCapacity(config.nodePools) : entry.capacityType,
            schedule: "schedule" in entry ? entry.schedule : undefined,
        };
    };
    return [
        ...config.sandboxes.filter(({ suspended }) => !suspended).map(pod),
        ...config.warmPools.flatMap((pool) => Array.from({ length: pool.replicas }, () => pod(pool))),
    ];
}

/** Nodes of one type that hold the pods, largest first into the first that fits; undefined: one fits on none. */
export function nodesNeeded(pods: readonly PodSize[], type: InstanceType): number | undefined {
    const room = allocatable(type);
    const free: { millicores: number; memoryMi: number }[] = [];
    const largestFirst = [...pods].sort((a, b) => b.memoryMi - a.memoryMi || b.millicores - a.millicores);
    // Once a node can't take the smallest pod it takes none, and is looked at no more.
    const smallest = {
        millicores: Math.min(...pods.map(({ millicores }) => millicores)),
        memoryMi: Math.min(...pods.map(({ memoryMi }) => memoryMi)),
    };
    let full = 0;
    for (const pod of largestFirst) {
        if (pod.millicores > room.millicores || pod.memoryMi > room.memoryMi) return undefined;
        let node = free.find((each) => each.millicores >= pod.millicores && each.memoryMi >= pod.memoryMi);
        if (!node) free.push((node = { ...room }));
        node.millicores -= pod.millicores;
        node.memoryMi -= pod.memoryMi;
        if (node.millicores < smallest.millicores || node.memoryMi < smallest.memoryMi) {
            free.splice(free.indexOf(node), 1);
            full++;
        }
    }
    return full + free.length;
}

/**
 * The cheapest nodes of the pool that Karpenter tries first, all of one type.
 *
 * @returns undefined when no pool offers the capacity, no pod runs, or no priced type holds every pod.
 */
export function estimateNodes(
    pods: readonly PodSize[],
    pools: NodePoolsConfig,
    capacity: Capacity = defaultCapacity(pools),
): NodeEstimate | undefined {
    if (pods.length === 0) return undefined;
    const offering = [
        { name: "kata-nested", ...pools.nested },
        { name: "kata-bare-metal", ...pools.bareMetal },
    ]
        .filter((pool) => pool.enabled && pool.capacityTypes.includes(capacity))
        .sort((a, b) => b.weight - a.weight);
    const spot = capacity === "spot";
    for (const pool of offering) {
        const choices = pool.instanceTypes.flatMap((name) => {
            const type = instanceType(name);
            const count = type && nodesNeeded(pods, type);
            if (!type || count === undefined) return [];
            const monthly = type.hourly * (spot ? SPOT_SHARE : 1) * HOURS * count;
            return [{ pool: pool.name, instanceType: name, count, spot, monthly }];
        });
        choices.sort((a, b) => a.monthly - b.monthly);
        if (choices[0]) return choices[0];
    }
    return undefined;
}
