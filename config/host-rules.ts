import type { AgentKindSpecs } from "./agent-kind";
import { awsRegions } from "./regions";
import type { Rule } from "./rules";
import { SANDBOX_DISK_GI } from "./schema/host";
import { valueAt } from "./issues";

/** Sections that only one target reads. */
const clusterOnly = ["network", "cluster", "nodePools", "warmPools", "monitoring", "backups"] as const;

/** Keys of shared sections that mean nothing on a host, with the reason. */
const notOnHost: Readonly<Record<string, string>> = {
    "gateway.replicas": "one LiteLLM runs on a host",
    "gateway.database": "LiteLLM on a host keeps no database",
    "gateway.masterKeyRotation": "on a host, raise key.rotation of the agent",
};
const notOfHostAgent: Readonly<Record<string, string>> = {
    storage: "the agent's volume on a host is host.dataVolume",
    schedule: "to stop the agent, stop the instance",
    capacityType: "a host is an on-demand instance",
    suspended: "to stop the agent, stop the instance",
    "key.expiresIn": "the agent's key on a host lives until key.rotation is raised",
    "key.requestsPerMinute": "limits a minute are not enforced on a host",
    "key.tokensPerMinute": "limits a minute are not enforced on a host",
};

const knownRegion: Rule = ({ region }, report) => {
    if (region && !awsRegions.includes(region)) report(["region"], `a region of AWS: ${awsRegions.join(", ")}`);
};

/** A key that the target does not read would be a setting that does nothing. */
const oneTarget: Rule = ({ target, raw }, report) => {
    if (target === "cluster" && raw["host"] !== undefined) {
        report(["host"], "nothing while target is cluster; or set target: host", undefined, "remove");
    }
    if (target !== "host") return;
    for (const section of clusterOnly) {
        if (raw[section] === undefined) continue;
        report([section], "nothing while target is host; or set target: cluster", undefined, "remove");
    }
    for (const [key, reason] of Object.entries(notOnHost)) {
        const path = key.split(".");
        if (valueAt(raw, path) !== undefined) report(path, `nothing: ${reason}`, undefined, "remove");
    }
    const agents = Array.isArray(raw["sandboxes"]) ? raw["sandboxes"] : [];
    agents.forEach((agent: unknown, index) => {
        for (const [key, reason] of Object.entries(notOfHostAgent)) {
            const path = key.split(".");
            if (valueAt(agent, path) !== undefined) {
                report(["sandboxes", index, ...path], `nothing: ${reason}`, undefined, "remove");
            }
        }
    });
};

function hostKinds(kinds: AgentKindSpecs): string {
    return Object.values(kinds)
        .filter(({ onHost }) => onHost)
        .map(({ kind }) => kind)
        .join(", ");
}

const oneAgent: Rule = ({ target, raw, sandboxes }, report, kinds) => {
    if (target !== "host") return;
    const count = Array.isArray(raw["sandboxes"]) ? raw["sandboxes"].length : 0;
    if (count !== 1) report(["sandboxes"], `exactly one agent on a host, of ${hostKinds(kinds)}; not ${count}`);
    for (const { index, value } of sandboxes) {
        const fits = kinds[value.agent]?.onHost?.(value.settings);
        if (fits === undefined) report(["sandboxes", index, "agent"], `on a host: ${hostKinds(kinds)}`);
        else if (fits !== true) report(["sandboxes", index, "settings"], fits);
    }
};

/** The instance's role follows from the models; a default would grant what nobody asked for. */
const namedModels: Rule = ({ target, raw }, report) => {
    if (target === "host" && valueAt(raw, ["gateway", "models"]) === undefined) {
        report(
            ["gateway", "models"],
            "at least one model: the host may call those that are named here, and no other",
            undefined,
        );
    }
};

const hostDisk: Rule = ({ target, host }, report) => {
    if (target === "host" && host?.sandbox && host.rootVolumeGi < SANDBOX_DISK_GI) {
        report(
            ["host", "rootVolumeGi"],
            `at least ${SANDBOX_DISK_GI} GiB with the sandbox, whose images need it; or set host.sandbox to false`,
            SANDBOX_DISK_GI,
        );
    }
};

/** Graviton families carry a g after their generation: m7g, t4g, c8gd. */
const isArm = (instanceType: string) => /^([a-z]+\d+g[a-z-]*|a1)\./.test(instanceType);

const hostArchitecture: Rule = ({ target, host }, report) => {
    if (target !== "host" || !host) return;
    const actual = isArm(host.instanceType) ? "arm64" : "x86_64";
    if (host.architecture !== actual) {
        report(["host", "architecture"], `${actual}, which is what ${host.instanceType} has`, actual);
    }
};

export const hostRules: readonly Rule[] = [knownRegion, oneTarget, oneAgent, namedModels, hostDisk, hostArchitecture];
