import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { Writable } from "node:stream";
import { expect } from "chai";
import { main } from "../../../automation/plan/cli";

function sink() {
    const chunks: string[] = [];
    const stream = new Writable({
        write(chunk: Buffer, _encoding, done) {
            chunks.push(chunk.toString());
            done();
        },
    });
    return { stream, text: () => chunks.join("") };
}

async function run(...args: string[]) {
    const [out, err] = [sink(), sink()];
    const code = await main(args, { out: out.stream, err: err.stream });
    return { code, out: out.text(), err: err.text() };
}

describe("npm start", () => {
    let folder: string;
    before(() => (folder = mkdtempSync(path.join(tmpdir(), "clawstack-start-"))));
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("prints one JSON object of the promised shape, and nothing else", async () => {
        const { code, out, err } = await run("--json", "--out", folder);
        expect(code).to.equal(0);
        expect(err).to.equal("");
        const plan = JSON.parse(out) as Record<string, unknown[]> & { cost: { items: object[] } };
        expect(plan).to.have.all.keys("stack resources manifests findings cost missing outputs".split(" "));
        expect(plan["resources"]?.[1]).to.have.all.keys("urn", "type", "name", "parent", "inputs");
        expect(plan["missing"]?.[0]).to.have.all.keys("key", "command");
        expect(plan.cost).to.have.all.keys("currency", "monthly", "items");
        expect(plan.cost.items[0]).to.have.all.keys("name", "monthly");
    });

    it("prints plain text where there is no terminal", async () => {
        const { out } = await run("--out", folder);
        expect(out).to.match(/^Plan of stack dev\n/);
        expect(out).not.to.contain("\u001b[");
    });

    for (const [what, args, code, message] of [
        ["an unknown option", ["--bogus"], 2, /--bogus/],
        ["a stray argument", ["prod"], 2, /prod/],
        ["a stack name that is a path", ["--stack", "../dev"], 2, /--stack takes/],
        ["no such stack", ["--stack", "nope"], 1, /allowed: a stack with a settings file: dev, /],
        ["no such file", ["--config-file", "/none.yaml"], 1, /no such file/],
    ] as const) {
        it(`answers ${what} in one message without a stack trace`, async () => {
            const result = await run(...args);
            expect(result).to.include({ code, out: "" });
            expect(result.err).to.match(message);
            expect(result.err).not.to.match(/^\s+at /m);
        });
    }

    it("gives the line and column of YAML that does not parse", async () => {
        const file = path.join(folder, "broken.yaml");
        writeFileSync(file, "config:\n  aws:region: [us-west-2\n  clawstack:gateway: {}\n");
        const { code, err } = await run("--config-file", file);
        expect(code).to.equal(1);
        expect(err).to.match(/line 3, column \d+/);
    });

    it("says where it can't write", async () => {
        const file = path.join(folder, "a-file");
        writeFileSync(file, "");
        const { code, out, err } = await run("--out", file);
        expect({ code, out }).to.deep.equal({ code: 1, out: "" });
        expect(err).to.contain("can't be written");
    });
});
