import { mkdirSync, readFileSync, symlinkSync, writeFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { TestBackend, type Finished } from "./harness/backend";
import { leftBehind } from "./harness/expect";

const root = path.resolve(__dirname, "../..");

describe("engine: the command line (providers are stand-ins)", function () {
    this.timeout(15 * 60_000);
    let backend: TestBackend;
    let project: string;
    /** `clawstack ARGS`, as a script would call it: there is no terminal. */
    const clawstack = (...args: string[]): Promise<Finished> =>
        backend.run(process.execPath, [path.join(root, "automation/clawstack.cjs"), ...args], project);
    const onStack = (command: string, ...args: string[]) =>
        clawstack(command, "--stack", "cli", "--project", project, ...args);

    before(async () => {
        backend = await TestBackend.start();
        // A checkout of its own, as the engine writes to its settings file: links to ours, and a stack of the test.
        project = path.join(backend.folder, "project");
        mkdirSync(project);
        for (const name of readdirSync(root)) {
            if (!/^(Pulumi\..+\.yaml|\..*|out|bin)$/.test(name))
                symlinkSync(path.join(root, name), path.join(project, name));
        }
        writeFileSync(
            path.join(project, "Pulumi.cli.yaml"),
            stringify({
                config: {
                    "aws:region": "us-west-2",
                    "clawstack:cluster": { name: "cli" },
                    "clawstack:gateway": {
                        models: [{ name: "claude", provider: "bedrock", modelId: "us.anthropic.claude-opus-4-6-v1" }],
                    },
                },
            }),
        );
    });
    after(() => backend?.dispose());

    for (const [what, args, message] of [
        ["no command", ["--stack", "dev"], /a command is needed: plan, preview, up/],
        ["an unknown command", ["deploy", "--stack", "dev"], /no command deploy/],
        ["no stack", ["up"], /--stack is needed: clawstack up --stack dev/],
        ["an unknown option", ["up", "--stack", "dev", "--bogus"], /--bogus/],
        ["another command's option", ["outputs", "--stack", "dev", "--yes"], /--yes is for up and refresh and destroy/],
        ["a number that is none", ["up", "--stack", "dev", "--parallel", "0"], /--parallel takes a whole number/],
        ["nobody to ask", ["destroy", "--stack", "dev"], /there is no terminal to ask at: pass --yes/],
    ] as const) {
        it(`answers ${what} with 2 and one message`, async () => {
            const { code, stdout, stderr } = await clawstack(...args);
            expect({ code, stdout }, stderr).to.deep.equal({ code: 2, stdout: "" });
            expect(stderr)
                .to.match(message)
                .and.not.match(/^\s+at /m);
        });
    }

    it("tells all of it with --help", async () => {
        const { code, stdout } = await clawstack("--help");
        expect(code).to.equal(0);
        for (const word of [
            "preview",
            "up",
            "refresh",
            "destroy",
            "outputs",
            "plan",
            "--json",
            "--yes",
            "Exit codes",
        ]) {
            expect(stdout).to.contain(word);
        }
    });

    it("names every problem of a wrong config, as JSON too", async () => {
        const { code, stdout, stderr } = await clawstack("preview", "--stack", "nope", "--project", project, "--json");
        expect(code, stderr).to.equal(1);
        const { error } = JSON.parse(stdout) as { error: { code: string; issues: { allowed: string }[] } };
        expect(error.code).to.equal("CONFIG_INVALID");
        expect(error.issues[0]?.allowed).to.contain("a stack with a settings file: cli");
    });

    it("brings a stack up from its settings file, with progress, and masks its secrets", async () => {
        const { code, stdout, stderr } = await onStack("up", "--yes", "--json");
        expect(code, stderr).to.equal(0);
        expect(stderr).to.match(/^create litellm \(kubernetes:apps\/v1:Deployment\)$/m);
        const { summary, outputs } = JSON.parse(stdout) as {
            summary: Record<string, number>;
            outputs: Record<string, unknown>;
        };
        expect(summary["create"]).to.be.greaterThan(100);
        expect(outputs).to.include({ cluster_name: "cli", kubeconfig: "[secret]", grafana_admin_password: "[secret]" });
        // Pulumi's own note of how the stack's secrets are encrypted.
        expect(readFileSync(path.join(project, "Pulumi.cli.yaml"), "utf8")).to.contain("encryptionsalt");
    });

    it("shows a secret output only when it is asked to", async () => {
        const masked = await onStack("outputs");
        expect(masked.stdout).to.match(/^grafana_admin_password +\[secret\]$/m);
        const shown = await onStack("outputs", "--show-secrets", "--json");
        expect((JSON.parse(shown.stdout) as Record<string, string>)["grafana_admin_password"]).to.match(/^\w{20,}$/);
    });

    it("exits with 3 on a drift, and with 0 without one", async () => {
        const none = await onStack("preview", "--refresh", "--expect-no-changes");
        expect(none.code, none.stderr).to.equal(0);
        expect(none.stdout).to.match(/^no changes, \d+ unchanged/m);
        const file = path.join(project, "Pulumi.cli.yaml");
        writeFileSync(file, readFileSync(file, "utf8").replace("name: cli", "name: cli\n    logRetentionDays: 14"));
        const some = await onStack("preview", "--expect-no-changes", "--json");
        expect(some.code, some.stderr).to.equal(3);
        expect(JSON.parse(some.stdout)).to.have.nested.property("error.code", "CHANGES_FOUND");
    });

    it("ends with 130 on an interrupt, without a change more", async () => {
        const { cloud } = backend;
        let pid = 0;
        let asked = 0;
        cloud.fail = () => {
            if (++asked === 5) process.kill(pid, "SIGINT");
            return undefined;
        };
        const args = [
            path.join(root, "automation/clawstack.cjs"),
            "destroy",
            "--stack",
            "cli",
            "--project",
            project,
            "--yes",
        ];
        const { code, stderr } = await backend.run(process.execPath, args, project, (started) => (pid = started));
        cloud.fail = undefined;
        expect(code, stderr).to.equal(130);
        expect(stderr).to.contain("cancelled");
        expect(leftBehind(cloud)).to.not.be.empty;
    });

    it("destroys what is left", async () => {
        const { code, stdout, stderr } = await onStack("destroy", "--yes");
        expect(code, stderr).to.equal(0);
        expect(stdout).to.match(/^\d+ delete/);
        expect(leftBehind(backend.cloud)).to.deep.equal([]);
    });
});
