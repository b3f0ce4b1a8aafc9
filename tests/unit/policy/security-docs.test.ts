import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";

const root = path.resolve(__dirname, "../../..");
const page = readFileSync(path.join(root, "docs/security.md"), "utf8");

/** `file` _title_, as the table of threats names tests. */
const references = [...page.matchAll(/`(tests\/[\w./-]+\.test\.ts)` _([^_]+)_/g)].map(([, file = "", title = ""]) => ({
    file,
    title,
}));
const rows = page
    .slice(page.indexOf("## Threats"), page.indexOf("## Rules"))
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (Threat|-)/.test(line));

describe("docs/security.md", () => {
    it("names a test for every threat", () => {
        expect(rows.length).to.be.greaterThan(25);
        for (const row of rows) expect(row, row.slice(0, 60)).to.match(/`tests\/[\w./-]+\.test\.ts` _/);
    });

    it("names tests in one form alone, so that none goes unchecked", () => {
        expect(page.match(/tests\/[\w./-]+\.test\.ts/g)).to.have.length(references.length);
    });

    for (const { file, title } of references) {
        it(`names a test that exists: ${file} ${title}`, () => {
            expect(existsSync(path.join(root, file)), file).to.equal(true);
            const source = readFileSync(path.join(root, file), "utf8");
            const titles = [...source.matchAll(/\b(?:it|describe)\(\s*(["`])((?:(?!\1)[\s\S])*)\1/g)];
            expect(titles.map(([, , found]) => found).join("\n")).to.include(title);
        });
    }
});
