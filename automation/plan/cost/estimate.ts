import type { StackConfig } from "../../../config/types";
import type { AgentCost, CostEstimate, CostItem, PlannedResource } from "../model";
import { KATA_OVERHEAD, kataPods, type KataPod } from "./kata-nodes";
import { databaseClass, HOURS, hourly, instanceType, monthly, perGb, PRICES, SPOT_SHARE } from "./prices";
import { estimateWeek, type WeekEstimate } from "./week";

/** What is priced out of one kind of resource. */
type Pricing = (resource: PlannedResource, config: StackConfig) => CostItem[];

function item(name: string, amount: number, detail: string): CostItem {
    return { name, monthly: Math.round(amount * 100) / 100, detail };
}

/** `2 x m5.xlarge`, `m5.xlarge`. */
const times = (count: number, what: string) => (count === 1 ? what : `${count} x ${what}`);
const unpriced = (name: string, what: string) =>
    item(name, 0, `${what} is not in the price table: add its price yourself`);

function record(value: unknown): Record<string, unknown> {
    return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function instances(name: string, type: string, count: number): CostItem {
    const price = instanceType(type);
    return price
        ? item(name, price.hourly * HOURS * count, `${times(count, type)} at ${price.hourly.toFixed(3)} an hour`)
        : unpriced(name, type);
}

const controlPlane: Pricing = () => [
    item("EKS control plane", hourly.eksCluster * HOURS, `${hourly.eksCluster.toFixed(2)} an hour`),
];

const vpc: Pricing = ({ inputs }) => {
    const zones = Number(inputs["numberOfAvailabilityZones"] ?? 3);
    const strategy = record(inputs["natGateways"])["strategy"] ?? "OnePerAz";
    const count = strategy === "None" ? 0 : strategy === "Single" ? 1 : zones;
    if (count === 0) return [];
    const each = hourly.natGateway + hourly.publicIpv4;
    return [
        item(
            "NAT gateways",
            each * HOURS * count,
            `${times(count, each.toFixed(3))} an hour with its address; ${perGb.nat} a GB on top`,
        ),
    ];
};

const interfaceEndpoint: Pricing = ({ inputs }, config) => {
    if (inputs["vpcEndpointType"] !== "Interface") return [];
    const subnets = inputs["subnetIds"];
    const zones = Array.isArray(subnets) ? subnets.length : config.network.availabilityZones;
    return [
        item(
            "Interface endpoints",
            hourly.interfaceEndpoint * HOURS * zones,
            `in ${zones} zones at ${hourly.interfaceEndpoint.toFixed(2)} an hour`,
        ),
    ];
};

const nodeGroup: Pricing = ({ inputs }) => {
    const type = String(
        (inputs["instanceTypes"] as unknown[] | undefined)?.[0] ?? inputs["instanceType"] ?? "t3.medium",
    );
    const count = Number(record(inputs["scalingConfig"])["desiredSize"] ?? inputs["desiredCapacity"] ?? 1);
    return [instances("Core nodes", type, count)];
};

const database: Pricing = ({ inputs }) => {
    const name = String(inputs["instanceClass"]);
    const zones = inputs["multiAz"] === true ? 2 : 1;
    const price = databaseClass(name);
    const storage = Number(inputs["allocatedStorage"] ?? 0);
    return [
        price === undefined
            ? unpriced("RDS instance", name)
            : item("RDS instance", price * zones * HOURS, `${name} in ${zones === 2 ? "two zones" : "one zone"}`),
        item("RDS storage", storage * monthly.rdsStorage * zones, `${storage} GB gp3${zones === 2 ? ", twice" : ""}`),
    ];
};

const host: Pricing = ({ inputs }) => {
    const disk = Number(record(inputs["rootBlockDevice"])["volumeSize"] ?? 8);
    return [
        instances("EC2 host", String(inputs["instanceType"]), 1),
        item("Host's root volume", disk * monthly.gp3, `${disk} GB gp3`),
    ];
};

const pricings: Readonly<Record<string, Pricing>> = {
    "eks:index:Cluster": controlPlane,
    "aws:eks/cluster:Cluster": controlPlane,
    "awsx:ec2:Vpc": vpc,
    "aws:ec2/natGateway:NatGateway": () => [
        item("NAT gateways", (hourly.natGateway + hourly.publicIpv4) * HOURS, "one with its address"),
    ],
    "aws:ec2/vpcEndpoint:VpcEndpoint": interfaceEndpoint,
    "eks:index:ManagedNodeGroup": nodeGroup,
    "aws:eks/nodeGroup:NodeGroup": nodeGroup,
    "aws:rds/instance:Instance": database,
    "aws:ec2/instance:Instance": host,
    "aws:ebs/volume:Volume": ({ inputs }) => [
        item("EBS volumes", Number(inputs["size"] ?? 0) * monthly.gp3, `${String(inputs["size"])} GB gp3`),
    ],
    "aws:kms/key:Key": () => [item("KMS keys", monthly.kmsKey, `${monthly.kmsKey} a key`)],
    "aws:secretsmanager/secret:Secret": () => [item("Secrets Manager", monthly.secretsManagerSecret, "a secret")],
};

/** Size in GiB of each volume of a warm pool's sandboxes, by pool; out of its planned template. */
function templateVolumes(resources: readonly PlannedResource[]): Map<string, number> {
    const templates = resources.filter(({ inputs }) => inputs["kind"] === "SandboxTemplate");
    return new Map(
        templates.map(({ inputs }) => {
            const claims = record(inputs["spec"])["volumeClaimTemplates"];
            const sizes = (Array.isArray(claims) ? claims : []).map((claim) => {
                const requests = record(record(record(record(claim)["spec"])["resources"])["requests"]);
                return Number.parseInt(String(requests["storage"] ?? "0"), 10);
            });
            return [String(record(inputs["metadata"])["name"]), sizes.reduce((sum, size) => sum + size, 0)];
        }),
    );
}

/** GiB of volumes by agent. */
function agentVolumes(resources: readonly PlannedResource[], config: StackConfig): Map<string, number> {
    const perSandbox = templateVolumes(resources);
    return new Map([
        ...config.sandboxes.map(({ name, storage }) => [name, storage.sizeGi] as const),
        ...config.warmPools.map(({ name, replicas }) => [name, (perSandbox.get(name) ?? 0) * replicas] as const),
    ]);
}

/** Volumes of the cluster that outlive nodes and pods. */
function volumes(config: StackConfig, ofAgents: ReadonlyMap<string, number>): CostItem[] {
    const { gateway, monitoring } = config;
    const { database: db } = gateway;
    const parts = [
        ["sandboxes", [...ofAgents.values()].reduce((sum, size) => sum + size, 0)],
        ["Prometheus", monitoring.prometheus.storageGi],
        ["Grafana", monitoring.grafana.storageGi],
        ["Postgres", db.mode === "embedded" ? db.storageGi * db.instances : 0],
    ] as const;
    const total = parts.reduce((sum, [, size]) => sum + size, 0);
    const detail = parts.filter(([, size]) => size > 0).map(([name, size]) => `${name} ${size}`);
    return [item("Volumes (gp3)", total * monthly.gp3, `${total} GB: ${detail.join(", ")}`)];
}

function kataNodes(config: StackConfig, pods: readonly KataPod[], week: WeekEstimate | undefined): CostItem[] {
    if (pods.length === 0) return [];
    if (!week) return [unpriced("Kata nodes", "no type of the enabled pools that holds every sandbox")];
    const disk = config.nodePools.rootVolumeGi;
    const count = week.peak.reduce((sum, nodes) => sum + nodes.count, 0);
    const kinds = week.peak.map(
        ({ count, instanceType, spot, pool }) => `${times(count, instanceType)}${spot ? " (spot)" : ""} of ${pool}`,
    );
    const scheduled = pods.some(({ schedule }) => schedule) ? ", fewer out of their hours" : "";
    const sandboxes = `${pods.length} ${pods.length === 1 ? "sandbox" : "sandboxes"}${scheduled}`;
    return [
        item("Kata nodes", week.instances, `${kinds.join(" and ")} for ${sandboxes}`),
        item("Kata nodes' root volumes", week.volumes, times(count, `${disk} GB gp3`)),
    ];
}

/** What each agent costs a month, when all of them run as configured: its part of the nodes, its volume, its models. */
function agentCosts(
    config: StackConfig,
    week: WeekEstimate | undefined,
    ofAgents: ReadonlyMap<string, number>,
): AgentCost[] {
    const cents = (amount: number) => Math.round(amount * 100) / 100;
    return [...config.sandboxes, ...config.warmPools].map(({ name, key }) => {
        const compute = cents(week?.byAgent.get(name) ?? 0);
        const volume = cents((ofAgents.get(name) ?? 0) * monthly.gp3);
        return {
            name,
            compute,
            volume,
            monthly: cents(compute + volume),
            modelsAtMost: cents(budgetMonthly(key.budgetUsd, key.budgetPeriod)),
        };
    });
}

/** Items of one name become one: the sum, with the number of them. */
function merge(items: readonly CostItem[]): CostItem[] {
    const groups = new Map<string, CostItem[]>();
    for (const each of items) groups.set(each.name, [...(groups.get(each.name) ?? []), each]);
    return [...groups].map(([name, group]) => {
        const sum = group.reduce((total, each) => total + each.monthly, 0);
        const detail = group[0]?.detail ?? "";
        return item(name, sum, group.length > 1 ? `${group.length} x ${detail}` : detail);
    });
}

const PERIOD_DAYS: Readonly<Record<string, number>> = { s: 1 / 86_400, m: 1 / 1440, h: 1 / 24, d: 1 };

/** A budget a period as USD a month of 30 days. */
function budgetMonthly(budgetUsd: number, period: string): number {
    const days = Number.parseInt(period, 10) * (PERIOD_DAYS[period.at(-1) ?? "d"] ?? 1);
    return days > 0 ? (budgetUsd * 30) / days : budgetUsd;
}

function modelBudgets(config: StackConfig): CostItem[] {
    return [...config.sandboxes, ...config.warmPools].map(({ name, key }) =>
        item(name, budgetMonthly(key.budgetUsd, key.budgetPeriod), `${key.budgetUsd} every ${key.budgetPeriod}`),
    );
}

function assumptions(config: StackConfig, pods: readonly KataPod[]): string[] {
    const spot = pods.some(({ capacity }) => capacity === "spot");
    const hours = pods.some(({ schedule }) => schedule) ? "run in the hours of their schedules, or" : "run";
    return [
        `on-demand list prices of ${PRICES.region}, ${HOURS} hours a month, no savings plan, no tax`,
        ...(config.region === PRICES.region ? [] : [`${config.region} may cost more than ${PRICES.region}`]),
        ...(spot ? [`spot at ${SPOT_SHARE * 100} % of the on-demand price; the market decides`] : []),
        ...(config.target === "cluster"
            ? [
                  `sandboxes ${hours} all month, each with its requests and ${KATA_OVERHEAD.millicores}m CPU and ${KATA_OVERHEAD.memoryMi}Mi for its VM`,
              ]
            : []),
        `not in it: traffic (NAT ${perGb.nat} a GB, endpoints ${perGb.interfaceEndpoint} a GB), logs (${perGb.logs} a GB), backups (S3 ${monthly.s3} a GB, snapshots ${monthly.snapshot} a GB)`,
    ];
}

/** What a stack costs a month, from its planned resources and its config. */
export function estimateCost(resources: readonly PlannedResource[], config: StackConfig): CostEstimate {
    const priced = resources.flatMap((resource) => pricings[resource.type]?.(resource, config) ?? []);
    const onCluster = config.target === "cluster";
    const pods = onCluster ? kataPods(config) : [];
    const week = estimateWeek(pods, config.nodePools, config.nodePools.rootVolumeGi);
    const ofAgents = agentVolumes(resources, config);
    const ofCluster = onCluster ? [...kataNodes(config, pods, week), ...volumes(config, ofAgents)] : [];
    const items = merge([...priced, ...ofCluster]).sort((a, b) => b.monthly - a.monthly);
    const models = modelBudgets(config);
    const total = (list: readonly CostItem[]) =>
        Math.round(list.reduce((sum, each) => sum + each.monthly, 0) * 100) / 100;
    return {
        currency: PRICES.currency,
        monthly: total(items),
        items,
        agents: onCluster ? agentCosts(config, week, ofAgents) : [],
        models,
        modelsMonthly: total(models),
        assumptions: assumptions(config, pods),
        prices: { region: PRICES.region, date: PRICES.date },
    };
}
