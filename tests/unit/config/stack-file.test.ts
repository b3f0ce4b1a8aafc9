import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { findStackFile, readStackFile } from "../../../config";

describe("config: stack files", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(path.join(tmpdir(), "clawstack-config-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const write = (content: string) => {
        const file = path.join(folder, "Pulumi.dev.yaml");
        writeFileSync(file, content);
        return file;
    };

    it("reads keys as the engine hands them over, and knows what is encrypted", () => {
        const file = write(
            "config:\n  aws:region: us-west-2\n  clawstack:network:\n    cidr: 10.2.0.0/16\n  clawstack:hidden:\n    secure: v1:a\n",
        );
        expect(readStackFile(file)).to.deep.equal({
            stack: "dev",
            file,
            values: {
                "aws:region": "us-west-2",
                "clawstack:network": '{"cidr":"10.2.0.0/16"}',
                "clawstack:hidden": '{"secure":"v1:a"}',
            },
            encrypted: ["clawstack:hidden"],
        });
    });

    it("says where YAML stops to parse", () => {
        const file = write("config:\n  aws:region: us-west-2\n  clawstack:network: {cidr: [\n");
        expect(() => readStackFile(file)).to.throw(/no YAML at line \d+, column \d+/);
    });

    it("says that a file is not there, or can't be read", () => {
        expect(() => readStackFile(path.join(folder, "none.yaml"))).to.throw(/found: {3}no such file/);
        expect(() => readStackFile(folder)).to.throw(/can't be read \(EISDIR\)/);
    });

    it("refuses a config that is no mapping", () => {
        expect(() => readStackFile(write("config: [1, 2]\n"))).to.throw(/no mapping/);
    });

    it("lists the stacks there are when asked for another", () => {
        write("config: {}\n");
        expect(() => findStackFile("prd", folder)).to.throw(/found: {3}"prd"\n.*settings file: dev/);
    });
});
