import { expect } from "chai";
import { sectionsOf, TestStack, type HandedIn, type Sections } from "./harness/stack";

/** Dev with everything in it that can be rotated: a model with a key of its own, alerts on Slack, two agents. */
function everything(): Sections {
    const sections = structuredClone(sectionsOf("dev"));
    const gateway = sections["gateway"] as { models: object[] };
    gateway.models.push({ name: "qwen", provider: "openai", baseUrl: "https://api.siliconflow.cn/v1" });
    (sections["monitoring"] as Sections)["alerts"] = { slackChannel: "#alerts" };
    (sections["sandboxes"] as object[]).push({ name: "other-slack", agent: "openclaw-slack" });
    return sections;
}

const at = <T>(sections: Sections, key: string): T => sections[key] as T;

interface Rotation {
    readonly change?: (sections: Sections) => void;
    readonly secrets?: HandedIn;
    /** What the engine does, in no order: an operation, a name and the last word of a type. */
    readonly does: readonly string[];
    /** Pairs of the above of which the first must come before the second. */
    readonly order: readonly (readonly [string, string])[];
}

const sandbox = (name: string) => [
    `update sandbox-${name} Secret`,
    `create sandbox-${name} Sandbox`,
    `delete sandbox-${name} Sandbox`,
];

const newLogin = [
    "create database-login RandomPassword",
    "delete database-login RandomPassword",
    "create postgres-admin RandomPassword",
    "delete postgres-admin RandomPassword",
    "update database-login Secret",
    "update postgres-admin Secret",
    "create database-login-login Job",
    "delete database-login-login Job",
    "update litellm-database Secret",
    "update litellm Deployment",
    "create database-login-retire Job",
    "delete database-login-retire Job",
];
const loginOrder = [
    ["update database-login Secret", "create database-login-login Job"],
    // The new login is there before anyone uses it, and the old one goes when nobody does.
    ["create database-login-login Job", "update litellm Deployment"],
    ["update litellm-database Secret", "update litellm Deployment"],
    ["update litellm Deployment", "create database-login-retire Job"],
] as const;

const rotations: Readonly<Record<string, Rotation>> = {
    "LiteLLM's master key (gateway.masterKeyRotation)": {
        change: (sections) => (at<Sections>(sections, "gateway")["masterKeyRotation"] = 2),
        does: [
            "create litellm-master-key RandomPassword",
            "delete litellm-master-key RandomPassword",
            "create litellm-metrics-key RandomPassword",
            "delete litellm-metrics-key RandomPassword",
            "update litellm-masterkey Secret",
            "update litellm-metrics-key Secret",
            "update litellm Deployment",
            "update virtual-keys Secret",
            "create virtual-keys Job",
            "delete virtual-keys Job",
        ],
        order: [
            ["update litellm-masterkey Secret", "update litellm Deployment"],
            // The Job speaks to replicas that know the new key.
            ["update litellm Deployment", "create virtual-keys Job"],
            ["update virtual-keys Secret", "create virtual-keys Job"],
        ],
    },
    "the database's passwords (gateway.database.passwordRotation)": {
        change: (sections) => (at<{ database: Sections }>(sections, "gateway").database["passwordRotation"] = 2),
        does: [
            ...newLogin,
            "create postgres-app RandomPassword",
            "delete postgres-app RandomPassword",
            "update postgres-app Secret",
        ],
        order: [...loginOrder, ["update postgres-admin Secret", "create database-login-login Job"]],
    },
    "an agent's virtual key, while the agent runs on (key.rotation)": {
        change: (sections) => (at<{ key?: object }[]>(sections, "sandboxes")[1]!.key = { rotation: 2 }),
        does: [
            "create virtual-keys-other-slack RandomPassword",
            "delete virtual-keys-other-slack RandomPassword",
            "update virtual-keys Secret",
            "create virtual-keys Job",
            "delete virtual-keys Job",
            "update inference-proxy-agents Secret",
        ],
        order: [
            // LiteLLM knows the new key before the inference proxy uses it; the old one goes on for key.overlapMinutes.
            ["create virtual-keys Job", "update inference-proxy-agents Secret"],
        ],
    },
    "OpenClaw's gateway token (tokenRotation)": {
        change: (sections) => (at<{ tokenRotation?: number }[]>(sections, "sandboxes")[1]!.tokenRotation = 2),
        does: [
            "create sandbox-other-slack-openclaw-gateway-token RandomPassword",
            "delete sandbox-other-slack-openclaw-gateway-token RandomPassword",
            ...sandbox("other-slack"),
        ],
        order: [["update sandbox-other-slack Secret", "create sandbox-other-slack Sandbox"]],
    },
    "a channel's token (pulumi config set --secret)": {
        secrets: { sandboxes: { "dev-slack": { slackBotToken: "xoxb-another-token" } } },
        does: sandbox("dev-slack"),
        order: [["update sandbox-dev-slack Secret", "create sandbox-dev-slack Sandbox"]],
    },
    "a model's API key (pulumi config set --secret)": {
        secrets: { models: { qwen: { apiKey: "second-key-of-qwen" } } },
        does: ["update litellm-model-keys Secret", "update litellm Deployment"],
        order: [["update litellm-model-keys Secret", "update litellm Deployment"]],
    },
    "Grafana's password (monitoring.grafana.passwordRotation)": {
        change: (sections) => (at<Sections>(sections, "monitoring")["grafana"] = { passwordRotation: 2 }),
        does: [
            "create monitoring-grafana RandomPassword",
            "delete monitoring-grafana RandomPassword",
            "update monitoring-grafana-admin Secret",
            "update monitoring-stack Release",
        ],
        order: [["update monitoring-grafana-admin Secret", "update monitoring-stack Release"]],
    },
    "the webhook of alerts (pulumi config set --secret)": {
        secrets: { slackWebhookUrl: "https://hooks.slack.com/services/ANOTHER" },
        // Alertmanager reads the file anew for every alert.
        does: ["update monitoring-alerts-slack Secret"],
        order: [],
    },
};

/** What must never be replaced or deleted by a rotation. */
const holdsData = /PersistentVolumeClaim|:Cluster|:Bucket|rds\/instance|salt|aws:kms/;

const short = (call: string) => call.replace(/ \S+[:/]([A-Za-z]+)$/, " $1");

describe("engine: rotation of secrets (real Pulumi engine; providers are stand-ins)", function () {
    this.timeout(20 * 60_000);
    let test: TestStack;
    // One rotation after the other, each on top of those before.
    const sections = everything();
    let secrets: HandedIn = { models: { qwen: { apiKey: "first-key-of-qwen" } } };
    before(async () => {
        test = await TestStack.create("rotation");
        await test.configure(sections, secrets);
        await test.stack.up();
        test.takeCalls();
    });
    after(() => test?.dispose());

    for (const [what, { change, secrets: given, does, order }] of Object.entries(rotations)) {
        describe(what, () => {
            let calls: string[];
            let full: string[];
            before(async () => {
                change?.(sections);
                secrets = { ...secrets, ...given };
                await test.configure(sections, secrets);
                await test.stack.up();
                full = test.takeCalls();
                calls = full.map(short);
            });

            it("changes this, and nothing else", () => expect(calls).to.have.members(does));

            it("replaces nothing that holds data", () => {
                expect(full.filter((call) => /^(create|delete)/.test(call) && holdsData.test(call))).to.deep.equal([]);
            });

            for (const [first, second] of order) {
                it(`${first}, then ${second}`, () => {
                    expect(calls.indexOf(first), first).to.be.greaterThan(-1);
                    expect(calls.lastIndexOf(first)).to.be.lessThan(calls.indexOf(second));
                });
            }
        });
    }
});
