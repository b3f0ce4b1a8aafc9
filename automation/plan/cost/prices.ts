/**
 * Prices in USD, on demand, Linux, us-west-2 (where they equal us-east-1's). EC2: AWS's public price list as of
 * February 2026, the newest that names C8i, M8i and R8i. Everything else: AWS's pricing pages, checked November 2026.
 * Savings plans, free tiers and taxes are left out.
 */
export const PRICES = { region: "us-west-2", date: "2026-02-09", currency: "USD" } as const;

/** AWS's own figure for a month. */
export const HOURS = 730;

/** EC2 families whose price grows with their size, by the hour and `xlarge` (4 vCPUs). */
const families: Readonly<Record<string, { hourly: number; memoryGi: number }>> = {
    c5: { hourly: 0.17, memoryGi: 8 },
    c5d: { hourly: 0.192, memoryGi: 8 },
    c6i: { hourly: 0.17, memoryGi: 8 },
    c7i: { hourly: 0.1785, memoryGi: 8 },
    c8i: { hourly: 0.18742, memoryGi: 8 },
    m5: { hourly: 0.192, memoryGi: 16 },
    m5a: { hourly: 0.172, memoryGi: 16 },
    m5d: { hourly: 0.226, memoryGi: 16 },
    m6i: { hourly: 0.192, memoryGi: 16 },
    m7i: { hourly: 0.2016, memoryGi: 16 },
    m8i: { hourly: 0.21168, memoryGi: 16 },
    m6g: { hourly: 0.154, memoryGi: 16 },
    m7g: { hourly: 0.1632, memoryGi: 16 },
    m8g: { hourly: 0.17952, memoryGi: 16 },
    r8i: { hourly: 0.27783, memoryGi: 32 },
    t3: { hourly: 0.1664, memoryGi: 16 },
};

/** Bare metal, by the hour. */
const metal: Readonly<Record<string, InstanceType>> = {
    "m5.metal": { hourly: 4.608, vcpus: 96, memoryGi: 384 },
    "m5d.metal": { hourly: 5.424, vcpus: 96, memoryGi: 384 },
    "c5.metal": { hourly: 4.08, vcpus: 96, memoryGi: 192 },
    "c5d.metal": { hourly: 4.608, vcpus: 96, memoryGi: 192 },
    "c8i.metal-48xl": { hourly: 9.89578, vcpus: 192, memoryGi: 384 },
    "c8i.metal-96xl": { hourly: 17.99232, vcpus: 384, memoryGi: 768 },
};

/** RDS for PostgreSQL, one zone, by the hour and `large`. */
const rdsFamilies: Readonly<Record<string, number>> = { t4g: 0.129, m6g: 0.159, m7g: 0.168, r6g: 0.225 };

/** Share of the on-demand price that a spot instance is taken to cost; AWS says up to 90 % less, markets move. */
export const SPOT_SHARE = 0.4;

export const hourly = {
    /** EKS control plane, Kubernetes version in standard support. */
    eksCluster: 0.1,
    natGateway: 0.045,
    /** A public IPv4 address. */
    publicIpv4: 0.005,
    /** Interface endpoint, in one zone. */
    interfaceEndpoint: 0.01,
} as const;

export const monthly = {
    /** gp3, GB; its first 3,000 IOPS and 125 MB/s are in it. */
    gp3: 0.08,
    /** gp3 of RDS, GB, one zone. */
    rdsStorage: 0.115,
    s3: 0.023,
    /** Snapshots of EBS volumes, GB of changed blocks. */
    snapshot: 0.05,
    kmsKey: 1,
    secretsManagerSecret: 0.4,
} as const;

export const perGb = {
    /** Through a NAT gateway. */
    nat: 0.045,
    /** Through an interface endpoint. */
    interfaceEndpoint: 0.01,
    /** Taken in by CloudWatch Logs. */
    logs: 0.5,
} as const;

export interface InstanceType {
    /** USD an hour. */
    readonly hourly: number;
    readonly vcpus: number;
    readonly memoryGi: number;
}

/** `xlarge`s in a size: `large` is half, `2xlarge` two. */
function xlarges(size: string): number | undefined {
    const small: Record<string, number> = { medium: 0.25, large: 0.5, xlarge: 1 };
    const times = /^(\d+)xlarge$/.exec(size)?.[1];
    return times ? Number(times) : small[size];
}

/** Price and size of an EC2 instance type; undefined: not in the table. */
export function instanceType(name: string): InstanceType | undefined {
    const [family = "", size = ""] = name.split(".");
    const units = xlarges(size);
    const price = families[family];
    if (metal[name] || !price || units === undefined) return metal[name];
    // A burstable size below xlarge has two vCPUs whatever it costs.
    const vcpus = family.startsWith("t") ? Math.max(2, units * 4) : units * 4;
    return { hourly: price.hourly * units, vcpus, memoryGi: price.memoryGi * units };
}

/** USD an hour of an RDS instance class in one zone; undefined: not in the table. */
export function databaseClass(name: string): number | undefined {
    const [, family = "", size = ""] = name.split(".");
    const units = size === "small" ? 0.125 : size === "micro" ? 0.0625 : xlarges(size);
    const price = rdsFamilies[family];
    return price === undefined || units === undefined ? undefined : price * 2 * units;
}
