import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import "../../../automation/stack/connections";
import { readStackFile } from "../../../config";
import { agentKinds } from "../../../sandboxes/agents";
import { readState } from "./backend";
import { providePulumi } from "./cli";
import { describeUrn, startProviders, type Call, type Cloud } from "./providers";

const root = path.resolve(__dirname, "../../..");

/** Secrets of every agent of the stacks that ship. Each has a mark of its own, to look for in the state. */
export const handedIn = {
    slackBotToken: "xoxb-HANDED-IN-BOT-TOKEN",
    slackAppToken: "xapp-HANDED-IN-APP-TOKEN",
    feishuAppId: "cli_HANDEDINAPPID",
    feishuAppSecret: "HANDED-IN-APP-SECRET",
};
const webhook = "https://hooks.slack.com/services/HANDED-IN-WEBHOOK";

export type Sections = Record<string, unknown>;

/** Secrets that people hand in, by the keys of `clawstack:secrets`. */
export interface HandedIn {
    readonly sandboxes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly models?: Readonly<Record<string, { readonly apiKey: string }>>;
    readonly slackWebhookUrl?: string;
}

/** Sections of a stack's settings file, as plain values. */
export function sectionsOf(stack: string): Sections {
    const { values } = readStackFile(path.join(root, `Pulumi.${stack}.yaml`));
    return Object.fromEntries(
        Object.entries(values)
            .filter(([key]) => key.startsWith("clawstack:"))
            .map(([key, value]) => [key.slice("clawstack:".length), fromText(value)]),
    );
}

/** Structured values are JSON text, scalars are as they are. */
function fromText(value: string): unknown {
    return /^[[{]/.test(value) ? JSON.parse(value) : value;
}

function projectProgram(): () => unknown {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- `export =` of the program, as the engine loads it
    return require(path.join(root, "index.ts")) as () => unknown;
}

/** Sections of a stack that can go again: its protection is what it should be, but a test has to destroy it. */
export function unprotectedSectionsOf(stack: string): Sections {
    const sections = sectionsOf(stack);
    (sections["cluster"] as Sections)["deletionProtection"] = false;
    const { database } = sections["gateway"] as { database: Sections };
    if (database["mode"] === "rds") database["deletionProtection"] = false;
    return sections;
}

/** A stack of the program under the real engine, with stand-ins for its providers. */
export class TestStack {
    readonly cloud: Cloud = { calls: [], resources: new Map() };
    private constructor(
        readonly stack: Stack,
        private readonly folder: string,
        private readonly stopProviders: () => void,
    ) {}

    /** @param program Another program than the project's own. */
    static async create(name: string, program: () => unknown = projectProgram()): Promise<TestStack> {
        await providePulumi();
        const folder = mkdtempSync(path.join(tmpdir(), "clawstack-engine-"));
        const cloud: Cloud = { calls: [], resources: new Map() };
        const providers = await startProviders(cloud);
        const run = async () => (program() ?? {}) as Record<string, unknown>;
        const stack = await LocalWorkspace.createStack(
            { stackName: name, projectName: "clawstack", program: run },
            {
                envVars: {
                    PULUMI_CONFIG_PASSPHRASE: "a passphrase of the test",
                    PULUMI_HOME: path.join(folder, "home"),
                    PULUMI_DEBUG_PROVIDERS: providers.attach,
                    PULUMI_SKIP_UPDATE_CHECK: "true",
                },
                projectSettings: { name: "clawstack", runtime: "nodejs", backend: { url: `file://${folder}` } },
            },
        );
        const created = new TestStack(stack, folder, providers.stop);
        Object.defineProperty(created, "cloud", { value: cloud });
        return created;
    }

    /**
     * Sets the stack's config: the region, these sections, and a secret for whatever asks for one.
     *
     * @param given Secrets in the place of the usual ones.
     */
    async configure(sections: Sections, given: HandedIn = {}): Promise<void> {
        const agents = [...((sections["sandboxes"] ?? []) as Agent[]), ...((sections["warmPools"] ?? []) as Agent[])];
        const secrets = {
            sandboxes: Object.fromEntries(
                agents.map((agent) => [agent.name, { ...secretsOf(agent), ...given.sandboxes?.[agent.name] }]),
            ),
            models: given.models ?? {},
            monitoring: { slackWebhookUrl: given.slackWebhookUrl ?? webhook },
        };
        const plain = Object.entries(sections).map(
            ([key, value]) =>
                [`clawstack:${key}`, { value: typeof value === "string" ? value : JSON.stringify(value) }] as const,
        );
        await this.stack.setAllConfig({
            "aws:region": { value: "us-west-2" },
            ...Object.fromEntries(plain),
            "clawstack:secrets": { value: JSON.stringify(secrets), secret: true },
        });
    }

    /** The state as the backend stores it. */
    stateFile(): string {
        return readState(this.folder);
    }

    /**
     * Of resources made under these URNs, those that an `up` would delete, replace or make anew. Gives the state these
     * names for the time of a preview; they are matched by type and name to the ones that the state has.
     */
    async lostUnder(urns: readonly string[]): Promise<string[]> {
        const state = await this.stack.exportStack();
        const { resources = [] } = state.deployment as { resources?: { urn: string }[] };
        let text = JSON.stringify(state.deployment);
        for (const urn of urns) {
            const { type, name } = describeUrn(urn);
            const now = resources.find((each) => each.urn.endsWith(`${type}::${name}`))?.urn;
            if (!now) return [urn];
            text = text.replaceAll(JSON.stringify(now), JSON.stringify(urn));
        }
        const harmless = ["same", "update", "read"];
        const lost = new Set<string>();
        await this.stack.importStack({ ...state, deployment: JSON.parse(text) as object });
        try {
            await this.stack.preview({
                onEvent: ({ resourcePreEvent }) => {
                    if (resourcePreEvent && !harmless.includes(resourcePreEvent.metadata.op)) {
                        lost.add(resourcePreEvent.metadata.urn);
                    }
                },
            });
        } finally {
            await this.stack.importStack(state);
        }
        return urns.filter((urn) => lost.has(urn));
    }

    /** Changes since they were last taken. */
    take(): Call[] {
        return this.cloud.calls.splice(0);
    }

    /** As `take`, `create sandbox-a kubernetes:core/v1:Secret`. */
    takeCalls(): string[] {
        return this.take().map(({ operation, name, type }) => `${operation} ${name} ${type}`);
    }

    dispose(): void {
        this.stopProviders();
        rmSync(this.folder, { recursive: true, force: true });
    }
}

interface Agent {
    readonly name: string;
    readonly agent: string;
    readonly settings?: unknown;
}

/** A value for each secret that the agent asks for. */
function secretsOf({ agent, settings }: Agent): Record<string, string> {
    const kind = agentKinds[agent];
    if (!kind) throw new Error(`no agent kind ${agent}`);
    const values: Record<string, string> = handedIn;
    return Object.fromEntries(
        kind.secrets(kind.settings.parse(settings)).map(({ key }) => [key, values[key] ?? `HANDED-IN-${key}`]),
    );
}
