import { expect } from "chai";
import { ConfigError, configFrom, type ConfigIssue } from "../../../config";
import { kinds, slackSecrets, stackValues } from "./kinds";

function issuesOf(sections: Record<string, unknown>, more: Record<string, string> = {}): readonly ConfigIssue[] {
    try {
        configFrom({ ...stackValues(sections), ...more }, kinds, "dev", "stack dev");
    } catch (error) {
        if (error instanceof ConfigError) return error.issues;
        throw error;
    }
    return [];
}

const support = { name: "support", agent: "echo" };

/** What is wrong, the config, and the parts of the report that a user needs to mend it. */
const cases: [string, Record<string, unknown>, { key: string; found?: string; allowed: RegExp; command: RegExp }][] = [
    [
        "an unknown section",
        { clutser: {} },
        {
            key: "clawstack:clutser",
            allowed: /did you mean cluster/,
            command: /config rm --stack dev --path 'clutser'/,
        },
    ],
    [
        "an unknown key",
        { cluster: { kubernetesVerion: "1.35" } },
        {
            key: "clawstack:cluster.kubernetesVerion",
            allowed: /did you mean kubernetesVersion/,
            command: /config rm --stack dev --path 'cluster.kubernetesVerion'/,
        },
    ],
    [
        "an unknown key of a sandbox",
        { sandboxes: [{ ...support, budget: 5 }], secrets: slackSecrets },
        { key: "clawstack:sandboxes[0].budget", allowed: /here are: name, agent/, command: /config rm/ },
    ],
    [
        "a sandbox name that Kubernetes refuses",
        { sandboxes: [{ ...support, name: "Support_Bot" }] },
        {
            key: "clawstack:sandboxes[0].name",
            found: '"Support_Bot"',
            allowed: /lower-case/,
            command: /sandboxes\[0\]\.name/,
        },
    ],
    [
        "a name that is too long",
        { sandboxes: [{ ...support, name: "a".repeat(41) }] },
        { key: "clawstack:sandboxes[0].name", allowed: /at most 40/, command: /config set/ },
    ],
    [
        "an agent that there is not",
        { sandboxes: [{ name: "support", agent: "openclaw-irc" }] },
        {
            key: "clawstack:sandboxes[0].agent",
            found: '"openclaw-irc"',
            allowed: /one of echo/,
            command: /sandboxes\[0\]\.agent/,
        },
    ],
    [
        "two sandboxes of one name",
        { sandboxes: [support, support], secrets: slackSecrets },
        { key: "clawstack:sandboxes[1].name", allowed: /sandboxes\[0\] has this one/, command: /support-2/ },
    ],
    [
        "a warm pool with a sandbox's name",
        { sandboxes: [support], warmPools: [support], secrets: slackSecrets },
        { key: "clawstack:warmPools[0].name", allowed: /sandboxes\[0\] has this one/, command: /support-2/ },
    ],
    [
        "a Slack token of the wrong kind",
        {
            sandboxes: [support],
            secrets: { sandboxes: { support: { slackBotToken: "xoxp-1", slackAppToken: "xapp-1" } } },
        },
        {
            key: "clawstack:secrets.sandboxes.support.slackBotToken",
            found: "[secret, 6 characters]",
            allowed: /xoxb-/,
            command: /--secret --path 'secrets.sandboxes.support.slackBotToken'$/,
        },
    ],
    [
        "a secret that is not set",
        { sandboxes: [support] },
        {
            key: "clawstack:secrets.sandboxes.support.slackBotToken",
            found: "nothing",
            allowed: /secret/,
            command: /--secret/,
        },
    ],
    [
        "a secret that no setting calls for",
        {
            sandboxes: [support],
            secrets: { sandboxes: { support: { ...slackSecrets.sandboxes.support, slackToken: "x" } } },
        },
        { key: "clawstack:secrets.sandboxes.support.slackToken", allowed: /slackBotToken/, command: /config rm/ },
    ],
    [
        "a budget below 0",
        { sandboxes: [{ ...support, key: { budgetUsd: -1 } }], secrets: slackSecrets },
        { key: "clawstack:sandboxes[0].key.budgetUsd", found: "-1", allowed: /from 0 to/, command: /key\.budgetUsd/ },
    ],
    [
        "a budget period without a unit",
        { sandboxes: [{ ...support, key: { budgetPeriod: "30" } }], secrets: slackSecrets },
        { key: "clawstack:sandboxes[0].key.budgetPeriod", found: '"30"', allowed: /30d/, command: /config set/ },
    ],
    [
        "a CIDR that is none",
        { network: { cidr: "10.1.0.0" } },
        { key: "clawstack:network.cidr", found: '"10.1.0.0"', allowed: /10\.1\.0\.0\/16/, command: /10\.1\.0\.0\/16/ },
    ],
    [
        "a CIDR that is too small",
        { network: { cidr: "10.1.0.0/24" } },
        {
            key: "clawstack:network.cidr",
            found: '"10.1.0.0/24"',
            allowed: /\/16 .* to \/20/,
            command: /10\.1\.0\.0\/16/,
        },
    ],
    [
        "a public CIDR",
        { network: { cidr: "52.1.0.0/16" } },
        { key: "clawstack:network.cidr", allowed: /192\.168\.0\.0\/16/, command: /10\.1\.0\.0\/16/ },
    ],
    [
        "CIDRs that overlap",
        { network: { cidr: "172.20.0.0/16" } },
        { key: "clawstack:cluster.serviceCidr", allowed: /overlap network\.cidr/, command: /cluster\.serviceCidr/ },
    ],
    [
        "a Kubernetes version out of support",
        { cluster: { kubernetesVersion: "1.31" } },
        { key: "clawstack:cluster.kubernetesVersion", found: '"1.31"', allowed: /"1\.35"/, command: /1\.35/ },
    ],
    [
        "a public endpoint for the whole world",
        { cluster: { endpoint: { publicAccess: true } } },
        {
            key: "clawstack:cluster.endpoint.allowedCidrs[0]",
            found: "nothing",
            allowed: /at least one/,
            command: /203/,
        },
    ],
    [
        "a virtual instance type in the metal pool",
        { nodePools: { bareMetal: { instanceTypes: ["m5.xlarge"] } } },
        { key: "clawstack:nodePools.bareMetal.instanceTypes[0]", allowed: /bare-metal/, command: /m5\.metal/ },
    ],
    [
        "a metal instance type in the nested pool",
        { nodePools: { nested: { instanceTypes: ["m5.metal"] } } },
        { key: "clawstack:nodePools.nested.instanceTypes[0]", allowed: /c8i, m8i, r8i/, command: /config set/ },
    ],
    [
        "sandboxes without a pool to run on",
        { nodePools: { nested: { enabled: false } }, sandboxes: [support], secrets: slackSecrets },
        { key: "clawstack:nodePools.nested.enabled", found: "false", allowed: /at least one pool/, command: /true/ },
    ],
    [
        "a database restored to a moment that has not come",
        { gateway: { database: { mode: "embedded", restoreFrom: { targetTime: "2999-01-01T00:00:00Z" } } } },
        {
            key: "clawstack:gateway.database.restoreFrom.targetTime",
            found: '"2999-01-01T00:00:00Z"',
            allowed: /has passed, in UTC/,
            command: /restoreFrom\.targetTime/,
        },
    ],
    [
        "a database restored to a moment of no time zone",
        { gateway: { database: { mode: "rds", restoreFrom: { instance: "a", targetTime: "2026-01-01 00:00" } } } },
        { key: "clawstack:gateway.database.restoreFrom.targetTime", allowed: /in UTC/, command: /targetTime/ },
    ],
    [
        "an RDS database restored from two sources",
        { gateway: { database: { mode: "rds", restoreFrom: { instance: "a", snapshot: "b" } } } },
        { key: "clawstack:gateway.database.restoreFrom.snapshot", allowed: /one of the two/, command: /snapshot/ },
    ],
    [
        "an RDS snapshot with a time",
        {
            gateway: {
                database: { mode: "rds", restoreFrom: { snapshot: "b", targetTime: "2026-01-01T00:00:00Z" } },
            },
        },
        { key: "clawstack:gateway.database.restoreFrom.targetTime", allowed: /goes with instance/, command: /Time/ },
    ],
    [
        "a volume from what is no snapshot",
        { sandboxes: [{ ...support, storage: { restoreFrom: "vol-0123456789abcdef0" } }], secrets: slackSecrets },
        {
            key: "clawstack:sandboxes[0].storage.restoreFrom",
            allowed: /snap-0123456789abcdef0/,
            command: /restoreFrom/,
        },
    ],
    [
        "hours in a time zone that is none",
        {
            sandboxes: [{ ...support, schedule: { timezone: "Mars/Olympus", from: "08:00", to: "18:00" } }],
            secrets: slackSecrets,
        },
        {
            key: "clawstack:sandboxes[0].schedule.timezone",
            found: '"Mars/Olympus"',
            allowed: /Europe\/Berlin/,
            command: /schedule\.timezone/,
        },
    ],
    [
        "hours by an offset, which know no summer time",
        {
            sandboxes: [{ ...support, schedule: { timezone: "+02:00", from: "08:00", to: "18:00" } }],
            secrets: slackSecrets,
        },
        { key: "clawstack:sandboxes[0].schedule.timezone", allowed: /IANA/, command: /schedule\.timezone/ },
    ],
    [
        "hours that end when they start",
        {
            sandboxes: [{ ...support, schedule: { timezone: "UTC", from: "08:00", to: "08:00" } }],
            secrets: slackSecrets,
        },
        { key: "clawstack:sandboxes[0].schedule.to", allowed: /another time than from/, command: /schedule\.to/ },
    ],
    [
        "a time that is none",
        {
            sandboxes: [{ ...support, schedule: { timezone: "UTC", from: "8am", to: "18:00" } }],
            secrets: slackSecrets,
        },
        { key: "clawstack:sandboxes[0].schedule.from", allowed: /08:30/, command: /schedule\.from/ },
    ],
    [
        "a sandbox suspended for good, with hours",
        {
            sandboxes: [{ ...support, suspended: true, schedule: { timezone: "UTC", from: "08:00", to: "18:00" } }],
            secrets: slackSecrets,
        },
        { key: "clawstack:sandboxes[0].suspended", allowed: /no schedule/, command: /suspended' false/ },
    ],
    [
        "spot where no pool offers it",
        {
            nodePools: { nested: { capacityTypes: ["on-demand"] } },
            sandboxes: [{ ...support, capacityType: "spot" }],
            secrets: slackSecrets,
        },
        { key: "clawstack:sandboxes[0].capacityType", allowed: /any, .*on-demand/, command: /capacityType' any/ },
    ],
    [
        "a budget that tells nobody",
        { budget: { monthlyUsd: 500, emails: [] } },
        { key: "clawstack:budget.emails", allowed: /at least one e-mail/, command: /budget\.emails/ },
    ],
    [
        "a model that no one offers",
        { sandboxes: [{ ...support, model: "gpt-7" }], secrets: slackSecrets },
        {
            key: "clawstack:sandboxes[0].model",
            found: '"gpt-7"',
            allowed: /claude-opus-4-6/,
            command: /claude-opus-4-6/,
        },
    ],
    [
        "an image that can change under a running stack",
        { sandboxes: [{ ...support, image: "ghcr.io/example/echo:latest" }], secrets: slackSecrets },
        { key: "clawstack:sandboxes[0].image", allowed: /exact tag or a digest/, command: /config set/ },
    ],
    [
        "requests above limits",
        { sandboxes: [{ ...support, resources: { requests: { memory: "8Gi" } } }], secrets: slackSecrets },
        { key: "clawstack:sandboxes[0].resources.requests.memory", found: '"8Gi"', allowed: /4Gi/, command: /4Gi/ },
    ],
    [
        "a section that is no mapping",
        { cluster: "1.35" },
        { key: "clawstack:cluster", found: '"1.35"', allowed: /mapping/, command: /config set/ },
    ],
];

describe("config: bad input", () => {
    for (const [what, sections, expected] of cases) {
        it(`refuses ${what}`, () => {
            const issue = issuesOf(sections).find(({ key }) => key === expected.key);
            expect(issue, JSON.stringify(issuesOf(sections), null, 1)).to.exist;
            if (expected.found) expect(issue?.found).to.equal(expected.found);
            expect(issue?.allowed).to.match(expected.allowed);
            expect(issue?.command).to.match(expected.command);
        });
    }

    it("refuses a stack without a region, and names the command", () => {
        expect(() => configFrom({}, kinds, "dev", "stack dev")).to.throw(
            /aws:region\n.*nothing\n.*\n.*config set --stack dev aws:region/,
        );
    });

    it("reports all problems at once", () => {
        const keys = issuesOf({
            network: { cidr: "10.1.0.0/28" },
            cluster: { kubernetesVersion: "1.20", coreNodes: { min: 5 } },
            sandboxes: [{ name: "A", agent: "echo" }, { name: "b", agent: "echo", key: { budgetUsd: -2 } }, support],
        }).map(({ key }) => key);
        expect(keys).to.include.members([
            "clawstack:network.cidr",
            "clawstack:cluster.kubernetesVersion",
            "clawstack:sandboxes[0].name",
            "clawstack:sandboxes[1].key.budgetUsd",
            "clawstack:secrets.sandboxes.support.slackBotToken",
        ]);
    });

    it("never prints a secret's value", () => {
        const secrets = {
            sandboxes: { support: { slackBotToken: "hunter2", slackAppToken: "hunter2", other: "hunter2" } },
        };
        expect(JSON.stringify(issuesOf({ sandboxes: [support], secrets }))).not.to.contain("hunter2");
    });
});
