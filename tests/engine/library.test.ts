import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import {
    CancelledError,
    ChangesFoundError,
    ConfigError,
    ConflictError,
    destroy,
    EngineFailedError,
    EngineMissingError,
    outputs,
    preview,
    ProviderFailedError,
    refresh,
    StackMissingError,
    up,
    type ChangeOptions,
    type StackEvent,
    type StackSettings,
} from "../../automation";
import { readState, TestBackend } from "./harness/backend";
import { expectMadeOnce, leftBehind } from "./harness/expect";

const root = path.resolve(__dirname, "../..");

const settings: StackSettings = {
    region: "us-west-2",
    cluster: { name: "library" },
    gateway: { models: [{ name: "claude", provider: "bedrock", modelId: "us.anthropic.claude-opus-4-6-v1" }] },
    sandboxes: [{ name: "helper", agent: "openclaw-slack", storage: { onRemove: "delete" } }],
    secrets: { sandboxes: { helper: { slackBotToken: "xoxb-LIBRARY-BOT", slackAppToken: "xapp-LIBRARY-APP" } } },
};

/** What was thrown. */
async function thrown(operation: Promise<unknown>): Promise<Error> {
    try {
        await operation;
    } catch (error) {
        return error as Error;
    }
    throw new Error("nothing was thrown");
}

async function until(isSo: () => boolean, what: string): Promise<void> {
    for (const deadline = Date.now() + 120_000; !isSo(); await sleep(50)) {
        if (Date.now() > deadline) throw new Error(`not in two minutes: ${what}`);
    }
}

describe("engine: the library (providers are stand-ins)", function () {
    this.timeout(15 * 60_000);
    let backend: TestBackend;
    let options: ChangeOptions;
    before(async () => {
        backend = await TestBackend.start();
        options = { stack: "library", settings, backend: backend.url, env: backend.env };
    });
    after(() => backend?.dispose());

    it("says that the engine is missing, and how to get it", async () => {
        const error = await thrown(preview({ ...options, engineFolder: backend.folder }));
        expect(error).to.be.instanceOf(EngineMissingError).with.property("code", "ENGINE_MISSING");
        expect(error.message).to.contain(`no Pulumi CLI in ${backend.folder}`).and.contain("--version 3.");
    });

    it("refuses a wrong config with every problem, before the engine runs", async () => {
        const wrong = { ...settings, region: "nowhere", secrets: {} };
        const error = await thrown(up({ ...options, settings: wrong, engineFolder: "/none" }));
        expect(error).to.be.instanceOf(ConfigError).with.property("code", "CONFIG_INVALID");
        const keys = (error as ConfigError).issues.map(({ key }) => key);
        expect(keys).to.deep.equal([
            "aws:region",
            "clawstack:secrets.sandboxes.helper.slackBotToken",
            "clawstack:secrets.sandboxes.helper.slackAppToken",
        ]);
    });

    it("says that there is no such stack", async () => {
        for (const operation of [destroy, refresh, outputs]) {
            const error = await thrown(operation({ ...options, stack: "none" }));
            expect(error).to.be.instanceOf(StackMissingError).with.property("code", "STACK_MISSING");
            expect(error.message).to.contain("no stack none");
        }
    });

    it("does not begin when it is cancelled before", async () => {
        const error = await thrown(up({ ...options, signal: AbortSignal.abort() }));
        expect(error).to.be.instanceOf(CancelledError);
        expect(backend.cloud.calls).to.deep.equal([]);
    });

    it("tells a locked stack, a cancelled up and a provider's refusal apart, and carries on after each", async () => {
        const { cloud } = backend;
        cloud.delay = 300;
        const cancel = new AbortController();
        const first = thrown(up({ ...options, signal: cancel.signal }));
        await until(() => cloud.calls.length > 5, "five resources");

        const conflict = await thrown(up(options));
        expect(conflict, conflict.message).to.be.instanceOf(ConflictError).with.property("code", "CONFLICT");
        expect(conflict.message).to.match(/library is being changed by someone else.*\n.*locked by 1 lock/);
        expect(conflict.message).to.match(/pid \d+/);

        cancel.abort();
        const cancelled = await first;
        expect(cancelled, cancelled.message).to.be.instanceOf(CancelledError).with.property("code", "CANCELLED");
        const made = cloud.calls.length;
        await sleep(1000);
        expect(cloud.calls.length, "nothing goes on after it").to.equal(made);

        cloud.delay = 0;
        cloud.fail = ({ type }) => (type.endsWith(":Sandbox") ? "the webhook is down" : undefined);
        const failed = await thrown(up(options));
        expect(failed, failed.message).to.be.instanceOf(ProviderFailedError);
        const { failures } = failed as ProviderFailedError;
        expect(failures.map(({ name }) => name)).to.deep.equal(["sandbox-helper"]);
        expect(failures[0]?.message).to.contain("the webhook is down");

        cloud.fail = undefined;
        const events: StackEvent[] = [];
        const { changes, outputs: values } = await up({ ...options, onEvent: (event) => events.push(event) });
        expect(changes.map(({ name, operation }) => `${operation} ${name}`)).to.include("create sandbox-helper");
        expect(values["cluster_name"]).to.deep.equal({ value: "library", secret: false });
        const ofSandbox = events.filter(
            (event) => event.kind === "resource" && event.urn.endsWith(":Sandbox::sandbox-helper"),
        );
        expect(ofSandbox.map((event) => event.kind === "resource" && event.phase)).to.deep.equal(["started", "done"]);
        expect(events.at(-1)).to.have.property("kind", "summary");
        expectMadeOnce(cloud.calls);
    });

    it("keeps the settings' secrets out of the state and of its folders", () => {
        const state = readState(backend.folder);
        for (const secret of ["xoxb-LIBRARY-BOT", "xapp-LIBRARY-APP"]) {
            expect(state.includes(secret)).to.equal(false);
            expect(state.includes(Buffer.from(secret).toString("base64"))).to.equal(false);
        }
        expect(state).to.contain("ciphertext");
    });

    it("finds nothing to change afterwards, and says so by an error where changes were not expected", async () => {
        const { summary, changes } = await preview({ ...options, expectNoChanges: true });
        expect(Object.keys(summary)).to.deep.equal(["same"]);
        expect(changes).to.deep.equal([]);
        const [helper] = settings.sandboxes as [NonNullable<StackSettings["sandboxes"]>[number]];
        const dearer = { ...settings, sandboxes: [{ ...helper, key: { budgetUsd: 99 } }] };
        const error = await thrown(preview({ ...options, settings: dearer, expectNoChanges: true }));
        expect(error, error.message).to.be.instanceOf(ChangesFoundError).with.property("code", "CHANGES_FOUND");
    });

    it("says that a passphrase does not fit", async () => {
        const error = await thrown(up({ ...options, env: { ...backend.env, PULUMI_CONFIG_PASSPHRASE: "another" } }));
        expect(error).to.be.instanceOf(EngineFailedError).with.property("code", "ENGINE_FAILED");
        expect(error.message).to.contain("passphrase");
    });

    it("refreshes, and destroys what it made", async () => {
        const { summary } = await refresh(options);
        expect(Object.keys(summary)).to.deep.equal(["same"]);
        await destroy(options);
        expect(leftBehind(backend.cloud)).to.deep.equal([]);
        expect(await outputs(options)).to.deep.equal({});
    });
});

describe("engine: a program outside of the repository (providers are stand-ins)", function () {
    this.timeout(15 * 60_000);
    let backend: TestBackend;
    let folder: string;
    before(async () => {
        backend = await TestBackend.start();
        folder = mkdtempSync(path.join(tmpdir(), "clawstack-outside-"));
        cpSync(path.join(__dirname, "outside"), folder, { recursive: true });
    });
    after(() => {
        rmSync(folder, { recursive: true, force: true });
        backend?.dispose();
    });

    it("installs the library by path, and gets its types", async () => {
        const install = await backend.run("npm", ["install", "--no-fund", "--no-audit", root], folder);
        expect(install.code, install.stderr).to.equal(0);
        const tsc = path.join(root, "node_modules/typescript/bin/tsc");
        const types = path.join(root, "node_modules/@types");
        const check = await backend.run(process.execPath, [tsc, "-p", ".", "--typeRoots", types], folder);
        expect(check.code, check.stdout).to.equal(0);
    });

    it("drives preview, up, outputs and destroy through it alone", async () => {
        const { code, stdout, stderr } = await backend.run(process.execPath, ["program.js"], folder);
        expect(code, stderr).to.equal(0);
        const told = JSON.parse(stdout) as Record<string, Record<string, number>>;
        expect(told).to.deep.include({ refused: ["aws:region"], same: true, secret: true });
        expect(told["planned"]).to.have.keys("create").and.deep.equal(told["made"]);
        expect(told["gone"]).to.deep.equal({ delete: told["made"]?.["create"] });
        expect(leftBehind(backend.cloud)).to.deep.equal([]);
    });
});
