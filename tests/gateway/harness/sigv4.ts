import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";

const hash = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** Each part of the path is encoded once more than it was sent, as for every service but S3. */
function canonicalPath(path: string): string {
    return path
        .split("/")
        .map((part) =>
            encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
        )
        .join("/");
}

/** What is wrong with a request's AWS Signature Version 4, or nothing. */
export function signatureProblem(request: IncomingMessage, body: Buffer, secretKey: string): string | undefined {
    const pattern =
        /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
    const match = pattern.exec(request.headers.authorization ?? "");
    if (!match) return "no AWS4-HMAC-SHA256 signature";
    const [, day, region, service, signedHeaders, signature] = match as unknown as [
        string,
        string,
        string,
        string,
        string,
        string,
    ];
    const [path = "/", query = ""] = (request.url ?? "/").split("?");
    const canonicalHeaders = signedHeaders
        .split(";")
        .map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`)
        .join("");
    const canonical = [request.method, canonicalPath(path), query, canonicalHeaders, signedHeaders, hash(body)].join(
        "\n",
    );
    const scope = `${day}/${region}/${service}/aws4_request`;
    const toSign = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, hash(canonical)].join("\n");
    const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${secretKey}`);
    return hmac(key, toSign).toString("hex") === signature ? undefined : "the signature is another";
}
