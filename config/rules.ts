import * as ipaddr from "ipaddr.js";
import type { AgentKindSpecs } from "./agent-kind";
import type { ConfigIssue } from "./errors";
import { hostRules } from "./host-rules";
import { describeFound, formatKey, removeCommand, setCommand } from "./issues";
import type { Indexed, PartialStack } from "./parse";
import type { SandboxConfig, WarmPoolConfig } from "./schema/sandboxes";

/** Rules that look at more than one key. Each gets what parsed, and reports in the same terms as the schema. */
export type Rule = (stack: PartialStack, report: Report, kinds: AgentKindSpecs) => void;
/** `value` is what the command proposes to set; `mend` says that the key has to go instead. */
type Report = (path: readonly PropertyKey[], allowed: string, value?: unknown, mend?: "set" | "remove") => void;

type Cidr = [ipaddr.IPv4, number];
const parseCidr = (cidr: string) => ipaddr.parseCIDR(cidr) as Cidr;

function overlaps(a: Cidr, b: Cidr): boolean {
    const prefix = Math.min(a[1], b[1]);
    return a[0].match(b[0], prefix);
}

const networkBlocks: Rule = ({ network, cluster }, report) => {
    if (network) {
        const [, prefix] = parseCidr(network.cidr);
        // Three public and three private subnets, an address for every pod: below /20 a few nodes use it up.
        if (prefix < 16 || prefix > 20) {
            report(
                ["network", "cidr"],
                "a block from /16 (the largest of a VPC) to /20 (4,096 addresses)",
                "10.1.0.0/16",
            );
        }
        if (parseCidr(network.cidr)[0].range() !== "private") {
            report(["network", "cidr"], "a block of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16", "10.1.0.0/16");
        }
    }
    if (cluster) {
        const [address, prefix] = parseCidr(cluster.serviceCidr);
        if (prefix < 12 || prefix > 24 || address.range() !== "private") {
            report(["cluster", "serviceCidr"], "a private block from /12 to /24", "172.20.0.0/16");
        }
    }
    if (network && cluster && overlaps(parseCidr(network.cidr), parseCidr(cluster.serviceCidr))) {
        report(
            ["cluster", "serviceCidr"],
            `a block that does not overlap network.cidr (${network.cidr})`,
            "172.20.0.0/16",
        );
    }
};

const publicEndpoint: Rule = ({ cluster }, report) => {
    if (cluster?.endpoint.publicAccess && cluster.endpoint.allowedCidrs.length === 0) {
        report(
            ["cluster", "endpoint", "allowedCidrs", 0],
            "at least one block when publicAccess is true, such as your office's; or set publicAccess to false",
            "203.0.113.0/24",
        );
    }
};

const coreNodes: Rule = ({ cluster }, report) => {
    if (!cluster) return;
    const { min, desired, max } = cluster.coreNodes;
    if (min > max) report(["cluster", "coreNodes", "min"], `at most coreNodes.max (${max})`, max);
    if (desired < min || desired > max) {
        report(
            ["cluster", "coreNodes", "desired"],
            `from coreNodes.min (${min}) to coreNodes.max (${max})`,
            Math.max(min, Math.min(desired, max)),
        );
    }
};

const somePool: Rule = ({ target, nodePools, sandboxes, warmPools }, report) => {
    if (target === "host" || !nodePools || sandboxes.length + warmPools.length === 0) return;
    if (!nodePools.nested.enabled && !nodePools.bareMetal.enabled) {
        report(
            ["nodePools", "nested", "enabled"],
            "at least one pool enabled while there are sandboxes: nested or bareMetal",
            true,
        );
    }
};

const uniqueNames: Rule = ({ raw, gateway }, report) => {
    const seen = new Map<string, string>();
    for (const list of ["sandboxes", "warmPools"]) {
        const entries = Array.isArray(raw[list]) ? (raw[list] as { name?: unknown }[]) : [];
        entries.forEach((entry, index) => {
            if (typeof entry?.name !== "string") return;
            const first = seen.get(entry.name);
            if (first) report([list, index, "name"], `a name of its own: ${first} has this one`, `${entry.name}-2`);
            else seen.set(entry.name, `${list}[${index}]`);
        });
    }
    gateway?.models.forEach((model, index) => {
        const first = gateway.models.findIndex(({ name }) => name === model.name);
        if (first !== index)
            report(["gateway", "models", index, "name"], `a name of its own: models[${first}] has this one`);
    });
};

const offeredModels: Rule = ({ gateway, sandboxes, warmPools }, report) => {
    if (!gateway) return;
    const offered = gateway.models.map(({ name }) => name);
    const allowed = `a model that the gateway offers: ${offered.join(", ")}`;
    const check = (list: string, entries: readonly Indexed<SandboxConfig | WarmPoolConfig>[]) => {
        for (const { index, value } of entries) {
            if (value.model && !offered.includes(value.model)) report([list, index, "model"], allowed, offered[0]);
        }
    };
    check("sandboxes", sandboxes);
    check("warmPools", warmPools);
    gateway.models.forEach((model, index) => {
        model.fallbacks.forEach((fallback, position) => {
            if (fallback === model.name || !offered.includes(fallback)) {
                const others = offered.filter((name) => name !== model.name);
                report(
                    ["gateway", "models", index, "fallbacks", position],
                    `another model that the gateway offers: ${others.join(", ") || "there is none"}`,
                    others[0],
                );
            }
        });
    });
};

/** Bytes of a memory quantity in Mi or Gi. */
function bytes(quantity: string): number {
    return Number.parseInt(quantity, 10) * (quantity.endsWith("Gi") ? 1024 ** 3 : 1024 ** 2);
}

/** Millicores of a CPU quantity. */
function millicores(quantity: string): number {
    return quantity.endsWith("m") ? Number.parseInt(quantity, 10) : Number(quantity) * 1000;
}

const requestsWithinLimits: Rule = ({ sandboxes, warmPools }, report) => {
    const check = (list: string, entries: readonly Indexed<SandboxConfig | WarmPoolConfig>[]) => {
        for (const { index, value } of entries) {
            const { requests, limits } = value.resources;
            const path = [list, index, "resources", "requests"];
            if (millicores(requests.cpu) > millicores(limits.cpu)) {
                report([...path, "cpu"], `at most limits.cpu (${limits.cpu})`, limits.cpu);
            }
            if (bytes(requests.memory) > bytes(limits.memory)) {
                report([...path, "memory"], `at most limits.memory (${limits.memory})`, limits.memory);
            }
        }
    };
    check("sandboxes", sandboxes);
    check("warmPools", warmPools);
};

const offeredCapacity: Rule = ({ nodePools, sandboxes, warmPools }, report) => {
    if (!nodePools) return;
    const offered = new Set<string>(
        [nodePools.nested, nodePools.bareMetal].flatMap(({ enabled, capacityTypes }) => (enabled ? capacityTypes : [])),
    );
    const check = (list: string, entries: readonly Indexed<SandboxConfig | WarmPoolConfig>[]) => {
        for (const { index, value } of entries) {
            if (value.capacityType !== "any" && !offered.has(value.capacityType)) {
                report(
                    [list, index, "capacityType"],
                    `any, or what an enabled pool offers: ${[...offered].join(", ") || "there is none"}`,
                    "any",
                );
            }
        }
    };
    check("sandboxes", sandboxes);
    check("warmPools", warmPools);
};

const restoreSource: Rule = ({ gateway }, report) => {
    if (gateway?.database.mode !== "rds" || !gateway.database.restoreFrom) return;
    const { snapshot, instance, targetTime } = gateway.database.restoreFrom;
    const path = ["gateway", "database", "restoreFrom"];
    if ((snapshot === undefined) === (instance === undefined)) {
        report(
            [...path, "snapshot"],
            "either snapshot or instance: one of the two",
            "rds:my-instance-2026-11-24-03-00",
        );
    } else if (targetTime && !instance) {
        report([...path, "targetTime"], "a time goes with instance; a snapshot has its own");
    }
};

const suspendedOrScheduled: Rule = ({ sandboxes }, report) => {
    for (const { index, value } of sandboxes) {
        if (value.suspended && value.schedule) {
            report(["sandboxes", index, "suspended"], "false, or no schedule: a schedule would resume it", false);
        }
    }
};

const rules: readonly Rule[] = [
    networkBlocks,
    publicEndpoint,
    coreNodes,
    somePool,
    uniqueNames,
    offeredModels,
    requestsWithinLimits,
    offeredCapacity,
    restoreSource,
    suspendedOrScheduled,
    ...hostRules,
];

/** Problems that only several keys together show. */
export function crossFieldIssues(stack: PartialStack, name: string, kinds: AgentKindSpecs): ConfigIssue[] {
    const issues: ConfigIssue[] = [];
    for (const rule of rules) {
        const report: Report = (path, allowed, value, mend = "set") => {
            issues.push({
                key: formatKey(path),
                found:
                    describeFound(stack, path) === "nothing"
                        ? describeFound(stack.raw, path)
                        : describeFound(stack, path),
                allowed,
                command: mend === "remove" ? removeCommand(name, path) : setCommand(name, path, value),
            });
        };
        rule(stack, report, kinds);
    }
    return issues;
}
