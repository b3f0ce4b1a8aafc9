import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { openshell } from "../../config/versions";
import { cacheFolder } from "../harness/cache";
import { file, filesOf } from "./harness/files";
import { python } from "./harness/python";

interface Message {
    readonly filesystem: { readOnly: string[]; readWrite: string[] };
    readonly networkPolicies?: object;
}

describe("host: the policy, read by OpenShell's own message types (PyPI openshell; its YAML parser is not published)", function () {
    this.timeout(10 * 60_000);
    let interpreter: string;
    before(async () => {
        interpreter = await python(`openshell@${openshell.version}`, [
            `openshell==${openshell.version}`,
            "PyYAML==6.0.3",
        ]);
    });
    const read = (kind: "policy" | "profile", yaml: string) =>
        spawnSync(interpreter, [path.join(__dirname, "protocol.py"), kind], { input: yaml, encoding: "utf8" });

    for (const agent of ["openclaw-api", "openclaw-slack"]) {
        it(`takes the policy and the profiles of ${agent}`, () => {
            const files = filesOf({ agent });
            const policy = read("policy", file(files, "policy.yaml"));
            expect(policy.stderr).to.equal("");
            const { filesystem, networkPolicies } = JSON.parse(policy.stdout) as Message;
            expect(filesystem.readWrite).to.have.members(["/sandbox", "/tmp", "/dev/null"]);
            // Deny all: what is let through comes with the providers.
            expect(networkPolicies ?? {}).to.deep.equal({});
            for (const { path: name, content } of files.filter(({ path }) => /clawstack-\w+\.yaml$/.test(path))) {
                const profile = read("profile", content);
                expect(profile.stderr, name).to.equal("");
                expect(profile.status, name).to.equal(0);
            }
        });
    }

    it("lets channel hosts through only when there is a channel, and never npm", () => {
        const hosts = (agent: string) =>
            filesOf({ agent })
                .filter(({ path }) => path.endsWith("clawstack-channel.yaml"))
                .flatMap(({ content }) => (parse(content) as { endpoints: { host: string }[] }).endpoints)
                .map(({ host }) => host);
        expect(hosts("openclaw-api")).to.deep.equal([]);
        expect(hosts("openclaw-slack")).to.include("slack.com").and.not.include("registry.npmjs.org");
    });

    it("refuses a field that OpenShell does not know", () => {
        const policy = parse(file(filesOf(), "policy.yaml")) as Record<string, object>;
        const wrong = { ...policy, filesystem_policy: { ...policy["filesystem_policy"], read_wirte: ["/"] } };
        const { status, stderr } = read("policy", stringify(wrong));
        expect(status).not.to.equal(0);
        expect(stderr).to.include("read_wirte");
    });
});

describe("host: the policy's rules on this kernel (Landlock, seccomp, notification; by sandlock, not by OpenShell)", function () {
    this.timeout(10 * 60_000);
    let interpreter: string;
    let folder: string;
    before(async () => {
        interpreter = await python("sandlock@0.9.0", ["sandlock==0.9.0", "PyYAML==6.0.3"]);
        mkdirSync(cacheFolder(), { recursive: true });
        folder = mkdtempSync(path.join(cacheFolder(), "host-policy-"));
        const files = filesOf();
        for (const name of ["policy.yaml", "clawstack-litellm.yaml"]) {
            writeFileSync(path.join(folder, name), file(files, name));
        }
        mkdirSync(path.join(folder, "sandbox"));
        const program = file(files, "verify.mjs").replaceAll(
            '"/sandbox"',
            JSON.stringify(path.join(folder, "sandbox")),
        );
        writeFileSync(path.join(folder, "sandbox", "verify.mjs"), program);
    });
    after(() => folder && rmSync(folder, { recursive: true, force: true }));

    /** Runs a command in a network of its own, with neighbours that answer anyone. */
    const among = (...command: string[]) =>
        spawnSync(
            "unshare",
            ["--user", "--map-root-user", "--net", "python3", path.join(__dirname, "neighbours.py"), ...command],
            { encoding: "utf8", timeout: 180_000 },
        );
    const confined = (...command: string[]) =>
        among(
            ...[interpreter, path.join(__dirname, "confine.py")],
            ...[path.join(folder, "policy.yaml"), path.join(folder, "clawstack-litellm.yaml")],
            ...[path.join(folder, "sandbox"), process.execPath, "--", ...command],
        );
    const fetches = (...urls: string[]) => [
        process.execPath,
        "--input-type=module",
        "-e",
        `for (const url of ${JSON.stringify(urls)}) console.log((await fetch(url)).status);`,
    ];

    it("every neighbour answers a program that nothing holds", () => {
        const { stdout, stderr } = among(
            ...fetches("http://10.254.254.1:4000/model/info", "http://169.254.169.254/", "http://1.1.1.1/"),
        );
        expect(stdout.trim().split("\n"), stderr).to.deep.equal(["200", "200", "200"]);
    });

    it("from inside, the host's own checks pass: writes, connections, metadata, system calls, administration", () => {
        const { stdout, stderr, status } = confined(process.execPath, path.join(folder, "sandbox", "verify.mjs"));
        expect(stdout, stderr).to.match(/^ok .*the models, through LiteLLM \(works\)$/m);
        for (const refused of ["metadata", "internet", "/etc/x", "/usr/x", "unshare", "mount", "administration"]) {
            expect(stdout, stderr).to.match(new RegExp(`^ok .*${refused}.*\\(refused\\)$`, "m"));
        }
        expect(stdout).not.to.include("FAIL");
        expect(status, stdout + stderr).to.equal(0);
    });

    it("a turn goes through, and another route of LiteLLM does not", () => {
        const turn = (route: string) =>
            confined(
                process.execPath,
                "--input-type=module",
                "-e",
                `console.log((await fetch("http://10.254.254.1:4000${route}", { method: "POST", body: "{}" })).status);`,
            ).stdout.trim();
        expect(turn("/v1/chat/completions")).to.equal("200");
        expect(turn("/key/generate")).to.equal("403");
    });
});
