import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Certificate {
    readonly key: string;
    readonly cert: string;
    /** Who signed it; a client that trusts it trusts the server. */
    readonly ca: string;
    /** File of `ca`. */
    readonly caFile: string;
}

/** A certificate for these names, signed by an authority made for it. */
export async function certificate(folder: string, names: readonly string[]): Promise<Certificate> {
    const file = (name: string) => join(folder, name);
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const ca = [...newKey, "-keyout", file("ca.key"), "-out", file("ca.crt"), "-days", "2", "-subj", "/CN=test"];
    await run("openssl", ["req", "-x509", ...ca]);
    await run("openssl", ["req", ...newKey, "-keyout", file("key"), "-out", file("csr"), "-subj", "/CN=server"]);
    await writeFile(file("ext"), `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`);
    const signed = ["-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial", "-extfile", file("ext")];
    await run("openssl", ["x509", "-req", "-in", file("csr"), ...signed, "-days", "2", "-out", file("crt")]);
    const [key, cert, authority] = await Promise.all(
        ["key", "crt", "ca.crt"].map((name) => readFile(file(name), "utf8")),
    );
    return { key: key ?? "", cert: cert ?? "", ca: authority ?? "", caFile: file("ca.crt") };
}
