import type { NodePoolsConfig, ScheduleConfig } from "../../../config/types";
import { estimateNodes, type Capacity, type KataPod, type NodeEstimate } from "./kata-nodes";
import { monthly as prices } from "./prices";

const HOURS_A_WEEK = 168;
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/**
 * Hours of a week, from Monday 0:00 on, in which a sandbox runs; one that is begun counts whole. All time zones are
 * taken as one: sandboxes of several may run at more hours than this says, on no more nodes.
 */
export function hoursOf(schedule: ScheduleConfig | undefined): Set<number> {
    if (!schedule) return new Set(Array.from({ length: HOURS_A_WEEK }, (_, hour) => hour));
    const hour = (time: string) => Number(time.slice(0, 2)) + Number(time.slice(3)) / 60;
    const from = hour(schedule.from);
    const to = hour(schedule.to) < from ? hour(schedule.to) + 24 : hour(schedule.to);
    return new Set(
        schedule.days.flatMap((day) => {
            const start = days.indexOf(day) * 24 + Math.floor(from);
            const end = days.indexOf(day) * 24 + Math.ceil(to);
            return Array.from({ length: end - start }, (_, index) => (start + index) % HOURS_A_WEEK);
        }),
    );
}

/** What nodes cost over a week in which sandboxes come and go, as USD a month. */
export interface WeekEstimate {
    /** Nodes of the busiest hour, by capacity. */
    readonly peak: readonly NodeEstimate[];
    /** Instances, and apart from them their root volumes. */
    readonly instances: number;
    readonly volumes: number;
    /** Both, by agent. */
    readonly byAgent: ReadonlyMap<string, number>;
}

/** Share of a pod in the nodes that hold some pods: of what there is less of, CPU or memory, by its requests. */
function shares(pods: readonly KataPod[]): number[] {
    const total = (key: "millicores" | "memoryMi") => pods.reduce((sum, pod) => sum + pod[key], 0);
    const [cpu, memory] = [total("millicores"), total("memoryMi")];
    const weights = pods.map((pod) => Math.max(pod.millicores / cpu, pod.memoryMi / memory));
    const sum = weights.reduce((all, weight) => all + weight, 0);
    return weights.map((weight) => weight / sum);
}

/**
 * Nodes of every hour of a week for the pods that run then.
 *
 * @returns undefined when at some hour no priced type of the enabled pools holds every pod.
 */
export function estimateWeek(
    pods: readonly KataPod[],
    pools: NodePoolsConfig,
    rootVolumeGi: number,
): WeekEstimate | undefined {
    const hours = pods.map(({ schedule }) => hoursOf(schedule));
    const byAgent = new Map<string, number>();
    const peak = new Map<Capacity, NodeEstimate>();
    const known = new Map<string, NodeEstimate | undefined>();
    let instances = 0;
    let volumes = 0;
    for (let hour = 0; hour < HOURS_A_WEEK; hour++) {
        for (const capacity of ["spot", "on-demand"] as const) {
            const running = pods.flatMap((pod, index) =>
                pod.capacity === capacity && hours[index]?.has(hour) ? [{ pod, index }] : [],
            );
            if (running.length === 0) continue;
            const list = running.map(({ pod }) => pod);
            const key = `${capacity} ${running.map(({ index }) => index).join()}`;
            if (!known.has(key)) known.set(key, estimateNodes(list, pools, capacity));
            const nodes = known.get(key);
            if (!nodes) return undefined;
            const most = peak.get(capacity);
            if (!most || nodes.monthly > most.monthly) peak.set(capacity, nodes);
            const disks = nodes.count * rootVolumeGi * prices.gp3;
            instances += nodes.monthly / HOURS_A_WEEK;
            volumes += disks / HOURS_A_WEEK;
            shares(list).forEach((share, position) => {
                const agent = list[position]?.agent ?? "";
                const amount = (share * (nodes.monthly + disks)) / HOURS_A_WEEK;
                byAgent.set(agent, (byAgent.get(agent) ?? 0) + amount);
            });
        }
    }
    return { peak: [...peak.values()], instances, volumes, byAgent };
}
