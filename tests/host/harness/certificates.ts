import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A certificate authority for the stand-ins, and a server's key and certificate for these names. */
export function makeCertificates(folder: string, names: readonly string[]): { authority: string; server: string } {
    const at = (name: string) => join(folder, name);
    const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe", cwd: folder });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl("req", "-x509", ...key, "-days", "30", "-subj", "/CN=stand-ins", "-keyout", "ca.key", "-out", "ca.pem");
    openssl(
        ...["req", "-x509", ...key, "-days", "30", "-subj", `/CN=${names[0]}`, "-CA", "ca.pem", "-CAkey", "ca.key"],
        ...["-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`],
        ...["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "server.key", "-out", "server.crt"],
    );
    return {
        authority: readFileSync(at("ca.pem"), "utf8"),
        server: readFileSync(at("server.key"), "utf8") + readFileSync(at("server.crt"), "utf8"),
    };
}
