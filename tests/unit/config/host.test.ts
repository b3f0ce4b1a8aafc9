import { expect } from "chai";
import { ConfigError, configFrom, type ConfigIssue } from "../../../config";
import { agentKinds } from "../../../sandboxes";
import { stackValues } from "./kinds";

const models = [{ name: "opus", provider: "bedrock", modelId: "us.anthropic.claude-opus-4-6-v1" }];
const right = { target: "host", gateway: { models }, sandboxes: [{ name: "assistant", agent: "openclaw-api" }] };

function issuesOf(sections: Record<string, unknown>, more: Record<string, string> = {}): readonly ConfigIssue[] {
    try {
        configFrom({ ...stackValues(sections), ...more }, agentKinds, "host", "stack host");
    } catch (error) {
        if (error instanceof ConfigError) return error.issues;
        throw error;
    }
    return [];
}

const region = { "aws:region": "us-wset-2" };
const agent = right.sandboxes[0];
const cases: [string, ConfigChange, { key: string; allowed: RegExp; command: RegExp }][] = [
    [
        "no access to a model",
        { gateway: undefined },
        { key: "clawstack:gateway.models", allowed: /at least one model/, command: /config set/ },
    ],
    [
        "an empty list of models",
        { gateway: { models: [] } },
        { key: "clawstack:gateway.models", allowed: /at least one model/, command: /config set/ },
    ],
    [
        "a disk too small for the sandbox",
        { host: { rootVolumeGi: 20 } },
        {
            key: "clawstack:host.rootVolumeGi",
            allowed: /at least 25 GiB with the sandbox.*host\.sandbox to false/,
            command: /'host\.rootVolumeGi' 25$/,
        },
    ],
    [
        "keys of the other target",
        { cluster: { name: "clawstack-dev" } },
        {
            key: "clawstack:cluster",
            allowed: /nothing while target is host; or set target: cluster/,
            command: /config rm --stack host --path 'cluster'/,
        },
    ],
    [
        "a host's keys on a cluster",
        { target: "cluster", host: { sandbox: true } },
        { key: "clawstack:host", allowed: /set target: host/, command: /config rm --stack host --path 'host'/ },
    ],
    [
        "a database for a host",
        { gateway: { models, database: { mode: "rds" } } },
        { key: "clawstack:gateway.database", allowed: /keeps no database/, command: /config rm/ },
    ],
    [
        "no agent",
        { sandboxes: [] },
        { key: "clawstack:sandboxes", allowed: /exactly one agent.*not 0/, command: /set/ },
    ],
    [
        "two agents",
        { sandboxes: [agent, { ...agent, name: "other" }] },
        { key: "clawstack:sandboxes", allowed: /exactly one agent.*not 2/, command: /set/ },
    ],
    [
        "an agent that runs on a cluster alone",
        { sandboxes: [{ name: "assistant", agent: "hermes-feishu", settings: { allowAllUsers: true } }] },
        { key: "clawstack:sandboxes[0].agent", allowed: /on a host: openclaw-slack/, command: /set/ },
    ],
    [
        "a channel that calls the host",
        { sandboxes: [{ name: "assistant", agent: "openclaw-feishu", settings: { connectionMode: "webhook" } }] },
        { key: "clawstack:sandboxes[0].settings", allowed: /connectionMode: websocket/, command: /set/ },
    ],
    [
        "a volume of the agent's own",
        { sandboxes: [{ ...agent, storage: { sizeGi: 4 } }] },
        { key: "clawstack:sandboxes[0].storage", allowed: /host\.dataVolume/, command: /config rm/ },
    ],
    [
        "an expiry that nothing would enforce",
        { sandboxes: [{ ...agent, key: { expiresIn: "30d" } }] },
        { key: "clawstack:sandboxes[0].key.expiresIn", allowed: /key\.rotation/, command: /config rm/ },
    ],
    [
        "an architecture that the instance type has not",
        { host: { instanceType: "m7g.large" } },
        { key: "clawstack:host.architecture", allowed: /arm64, which is what m7g.large has/, command: /arm64$/ },
    ],
    [
        "a public image that is no image",
        { host: { ami: "ubuntu" } },
        { key: "clawstack:host.ami", allowed: /an image id/, command: /host\.ami/ },
    ],
    [
        "a persona too long for user data",
        { host: { persona: "a".repeat(4001) } },
        { key: "clawstack:host.persona", allowed: /4000 characters/, command: /host\.persona/ },
    ],
];

type ConfigChange = Record<string, unknown>;

function changed(change: ConfigChange): ConfigChange {
    return Object.fromEntries(Object.entries({ ...right, ...change }).filter(([, value]) => value !== undefined));
}

describe("config: the host target", () => {
    it("takes a region, models and one agent, and gives the rest", () => {
        const { config } = configFrom(stackValues(right), agentKinds, "host", "stack host");
        expect(config.host).to.deep.include({ sandbox: true, rootVolumeGi: 30, architecture: "x86_64" });
        expect(config.host.dataVolume).to.deep.equal({ sizeGi: 10, onRemove: "retain" });
        expect(config.sandboxes[0]?.model).to.equal("opus");
    });

    for (const [what, change, { key, allowed, command }] of cases) {
        it(`refuses ${what}`, () => {
            const issues = issuesOf(changed(change));
            const issue = issues.find((each) => each.key === key);
            expect(issue, JSON.stringify(issues)).not.to.equal(undefined);
            expect(issue?.allowed).to.match(allowed);
            expect(issue?.command).to.match(command);
        });
    }

    it("refuses a region that AWS has not", () => {
        const [issue] = issuesOf(right, region);
        expect(issue).to.deep.include({ key: "aws:region", found: '"us-wset-2"' });
        expect(issue?.allowed).to.include("us-west-2");
    });

    it("takes a small disk without the sandbox", () => {
        expect(issuesOf(changed({ host: { sandbox: false, rootVolumeGi: 12 } }))).to.deep.equal([]);
    });

    it("says everything at once", () => {
        const issues = issuesOf(changed({ gateway: undefined, cluster: {}, host: { rootVolumeGi: 20 } }), region);
        expect(issues.map(({ key }) => key)).to.include.members([
            "aws:region",
            "clawstack:gateway.models",
            "clawstack:cluster",
            "clawstack:host.rootVolumeGi",
        ]);
    });
});
