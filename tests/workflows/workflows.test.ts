import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { parse } from "yaml";
import { buildGoTool } from "../harness/go-tool";

const run = promisify(execFile);
const root = path.resolve(__dirname, "../..");
const folder = path.join(root, ".github/workflows");
const names = readdirSync(folder).sort();
const files = names.map((name) => ({ name, text: readFileSync(path.join(folder, name), "utf8") }));

interface Job {
    readonly permissions?: Record<string, string>;
    readonly environment?: string;
    readonly uses?: string;
    readonly needs?: string;
    readonly with?: Record<string, unknown>;
    readonly steps?: { readonly uses?: string; readonly with?: Record<string, unknown> }[];
}

interface Workflow {
    readonly on: Record<string, unknown>;
    readonly permissions?: Record<string, string>;
    readonly jobs: Record<string, Job>;
}

function workflow(name: string): Workflow {
    return parse(readFileSync(path.join(folder, name), "utf8")) as Workflow;
}

describe("workflows", () => {
    describe("by actionlint, with shellcheck", function () {
        this.timeout(10 * 60_000);
        let actionlint: string;
        before(async () => {
            const built = await buildGoTool({
                module: "github.com/rhysd/actionlint",
                version: "v1.7.12",
                packages: ["github.com/rhysd/actionlint/cmd/actionlint"],
            });
            actionlint = path.join(built, "actionlint");
            await run("shellcheck", ["--version"]);
        });

        const lint = async (paths: readonly string[]) => {
            try {
                return (await run(actionlint, ["-no-color", "-shellcheck", "shellcheck", ...paths], { cwd: root }))
                    .stdout;
            } catch (error) {
                return (error as { stdout: string }).stdout || String(error);
            }
        };

        it("has nothing to say of them", async () => {
            expect(await lint(names.map((name) => path.join(folder, name)))).to.equal("");
        });

        it("would say something of a mistake in an expression or a script", async () => {
            const scratch = mkdtempSync(path.join(tmpdir(), "clawstack-workflows-"));
            try {
                const steps = ["      - run: echo ${{ github.nothing }}", "      - run: cd $UNQUOTED/folder"];
                const text = ["on: push", "jobs:", "  a:", "    runs-on: ubuntu-24.04", "    steps:", ...steps, ""];
                const file = path.join(scratch, "wrong.yml");
                writeFileSync(file, text.join("\n"));
                const said = await lint([file]);
                expect(said).to.contain('property "nothing" is not defined').and.contain("SC2086");
            } finally {
                rmSync(scratch, { recursive: true, force: true });
            }
        });
    });

    it("pin every action by commit, and say which release it is", () => {
        const uses = files.flatMap(({ text }) => text.match(/^\s*-? ?uses: .*$/gm) ?? []).map((line) => line.trim());
        const foreign = uses.filter((line) => !line.includes("./.github/"));
        expect(foreign).to.have.length.greaterThan(7);
        for (const line of foreign) expect(line).to.match(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    it("hold no AWS key, and no secret at all", () => {
        for (const { name, text } of files) {
            expect(text, name).not.to.match(/aws-access-key-id|aws-secret-access-key|\$\{\{\s*secrets\./i);
        }
        const signIn = workflow("pulumi.yml").jobs["pulumi"]?.steps?.find(({ uses }) =>
            uses?.includes("configure-aws"),
        );
        expect(signIn?.with).to.have.property("role-to-assume", "${{ vars.AWS_ROLE_ARN }}");
    });

    it("have no right but those that a job names", () => {
        for (const name of names) {
            const { permissions, jobs } = workflow(name);
            expect(permissions, name).to.deep.equal({});
            for (const [job, { permissions: own }] of Object.entries(jobs)) {
                expect(own, `${name}: ${job}`).to.include({ contents: "read" });
                expect(Object.values(own ?? {}).filter((right) => right === "write").length).to.be.at.most(2);
            }
        }
    });

    it("use the engine's release that the program is tested with", () => {
        const { version } = JSON.parse(
            readFileSync(path.join(root, "node_modules/@pulumi/pulumi/package.json"), "utf8"),
        ) as {
            version: string;
        };
        const step = workflow("pulumi.yml").jobs["pulumi"]?.steps?.find(({ uses }) =>
            uses?.startsWith("pulumi/actions@"),
        );
        expect(step?.with?.["pulumi-version"]).to.equal(version);
    });

    it("preview with a comment on pull requests, in environments of their own", () => {
        const { on, jobs } = workflow("preview.yml");
        expect(Object.keys(on)).to.deep.equal(["pull_request"]);
        expect(jobs["preview"]?.with).to.include({
            command: "preview",
            comment: true,
            environment: "${{ matrix.stack }}-preview",
        });
    });

    it("deploy on a merge, prod after dev and in the environment that holds its approval", () => {
        const { on, jobs } = workflow("deploy.yml");
        expect(on["push"]).to.deep.include({ branches: ["main"] });
        expect(jobs["dev"]?.with).to.include({ command: "up", stack: "dev", environment: "dev" });
        expect(jobs["prod"]).to.include({ needs: "dev" });
        expect(jobs["prod"]?.with).to.include({ command: "up", stack: "prod", environment: "prod" });
    });

    it("look for drift every night, and fail on it", () => {
        const { on, jobs } = workflow("drift.yml");
        expect(on["schedule"]).to.deep.equal([{ cron: "17 4 * * *" }]);
        expect(jobs["drift"]?.with).to.include({ command: "preview", refresh: true, "expect-no-changes": true });
    });
});
