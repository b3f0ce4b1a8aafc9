import { execFileSync, spawnSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { parse } from "yaml";
import { cloudConfig, encodeUserData, USER_DATA_LIMIT } from "../../bootstrap";
import { file, filesOf } from "./harness/files";

const kinds = {
    "with the sandbox": {},
    "with the sandbox and a channel": { agent: "openclaw-slack" },
    "without the sandbox": { sandbox: false },
    "without the sandbox, with a channel": { sandbox: false, agent: "openclaw-slack" },
};

for (const [what, change] of Object.entries(kinds)) {
    describe(`host: files ${what}`, () => {
        const files = filesOf(change);

        it("the set-up passes shellcheck", () => {
            const { status, stdout, error } = spawnSync("shellcheck", ["-s", "bash", "-S", "warning", "-"], {
                input: file(files, "/setup"),
                encoding: "utf8",
            });
            expect(error).to.equal(undefined);
            expect(stdout).to.equal("");
            expect(status).to.equal(0);
        });

        it("the programs are Python and JavaScript that parse", () => {
            for (const name of ["/secrets", "/report"]) {
                execFileSync("python3", ["-c", "import ast,sys; ast.parse(sys.stdin.read())"], {
                    input: file(files, name),
                });
            }
            execFileSync(process.execPath, ["--check", "--input-type=module", "-"], {
                input: file(files, "verify.mjs"),
            });
        });

        it("user data is within EC2's 16 KB, and carries every file (seed: it had grown to 40)", () => {
            const data = Buffer.from(encodeUserData(cloudConfig(files)), "base64");
            expect(data.length).to.be.at.most(USER_DATA_LIMIT);
            const text = data[0] === 0x1f ? gunzipSync(data).toString() : data.toString();
            const { write_files: written } = parse(text) as { write_files: { path: string; content: string }[] };
            expect(written.map(({ path, content }) => ({ path, content }))).to.deep.equal(
                files.map(({ path, content }) => ({ path, content })),
            );
        });

        it("holds no secret", () => {
            expect(JSON.stringify(files)).not.to.match(/xox[abp]-\w|xapp-\w|\bsk-[A-Za-z0-9]{8}|AKIA/);
        });
    });
}

describe("host: user data", () => {
    it("has the same bytes each time: others would replace the instance", () => {
        const text = cloudConfig(filesOf());
        expect(encodeUserData(text)).to.equal(encodeUserData(text));
    });

    it("is plain when it is small", () => {
        expect(Buffer.from(encodeUserData("#cloud-config\n{}\n"), "base64").toString()).to.equal("#cloud-config\n{}\n");
    });

    it("takes the longest persona", () => {
        const text = cloudConfig(
            filesOf({
                persona: Array.from({ length: 500 }, (_, i) => `w${i * 7919}`)
                    .join(" ")
                    .slice(0, 4000),
            }),
        );
        expect(Buffer.from(encodeUserData(text), "base64").length).to.be.at.most(USER_DATA_LIMIT);
    });

    it("fails when it is too large even compressed, and says what to shorten", () => {
        const noise = execFileSync("head", ["-c", "40000", "/dev/urandom"]).toString("base64");
        expect(() => encodeUserData(noise)).to.throw(/16384; shorten host.persona/);
    });
});

/** The blueprint's table of solved problems and the lessons of its history. */
describe("host: problems that were solved once stay solved", () => {
    const files = filesOf();
    const setup = file(files, "/setup");

    it("LLM request timeout: the agent's route is the one that OpenShell lets through", () => {
        const profile = parse(file(files, "clawstack-litellm.yaml")) as { endpoints: { host: string; port: number }[] };
        const { models } = { models: JSON.parse(file(files, "managed/provider.json")) as { baseUrl: string } };
        expect(models.baseUrl).to.equal(`http://${profile.endpoints[0]?.host}:${profile.endpoints[0]?.port}/v1`);
        expect(file(files, "litellm.service")).to.include(`--host ${profile.endpoints[0]?.host} --port 4000`);
    });

    it("host.openshell.internal unreachable: an address that no start of Docker changes, and no loopback", () => {
        expect(file(files, "clawstack-address.service")).to.include("ip address replace 10.254.254.1/32 dev lo");
        expect(setup).not.to.include("host.openshell.internal");
    });

    it("device token mismatch: the agent owns identity before it starts", () => {
        expect(setup).to.match(/install -d -m 0700 .* \S+\/agent\/identity/);
        expect(setup).to.match(/chown -R 1000:1000 \/var\/lib\/clawstack\/agent\n/);
        expect(setup.indexOf("step_agent_state()")).to.be.lessThan(setup.indexOf("step_sandbox()"));
    });

    it("k3s namespace not ready: 512 inotify instances", () => {
        expect(setup).to.include("fs.inotify.max_user_instances = 512");
    });

    it("HOME unbound in user data", () => {
        expect(setup).to.match(/^export HOME=\/root PATH=/m);
    });

    it("sandbox create hung on its session", () => {
        expect(setup).to.match(/--restart-policy always --detach/);
    });

    it("a forward in the background died without a word", () => {
        expect(file(files, "dashboard-forward.service")).to.match(
            /ExecStart=\/usr\/bin\/openshell forward start 18789 openclaw\n[^]*Restart=always/,
        );
    });

    it("a second run made the sandbox anew", () => {
        expect(setup).to.match(/if \[ "\$revision" = [^]*openshell sandbox start openclaw\n\s+exit 0/);
    });

    it("no secret is an argument of a program", () => {
        expect(setup).to.match(
            /provider create --name litellm --type clawstack-litellm --credential LITELLM_API_KEY$/m,
        );
        expect(setup).not.to.match(/--credential \S+=/);
    });
});
