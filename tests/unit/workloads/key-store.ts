import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Key = Record<string, unknown>;

export const MASTER_KEY = "sk-master";

const tokenOf = (key: unknown) => createHash("sha256").update(String(key)).digest("hex");

/** LiteLLM's key routes as far as the registration of keys uses them, in memory. */
export class KeyStore {
    readonly keys: Key[] = [];
    /** `METHOD path` of each call. */
    readonly calls: string[] = [];
    readonly bodies: Key[] = [];
    private readonly server = createServer((request, response) => void this.serve(request, response));

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    start(): Promise<void> {
        return new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    }

    stop(): Promise<void> {
        return new Promise((resolve) => this.server.close(() => resolve()));
    }

    reset(): void {
        this.keys.length = this.calls.length = this.bodies.length = 0;
    }

    add({ key, ...fields }: Key): void {
        this.keys.push({ ...fields, token: tokenOf(key) });
    }

    key(alias: string): Key | undefined {
        return this.keys.find((key) => key["key_alias"] === alias);
    }

    private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const url = new URL(request.url ?? "/", this.url);
        this.calls.push(`${request.method} ${url.pathname}`);
        let text = "";
        for await (const chunk of request) text += String(chunk);
        const body = (text ? JSON.parse(text) : {}) as Key;
        if (text) this.bodies.push(body);
        const authorized =
            url.pathname === "/health/readiness" || request.headers.authorization === `Bearer ${MASTER_KEY}`;
        const [status, answer] = authorized ? this.answer(url, body) : [401, { error: "no such key" }];
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    }

    private answer({ pathname, searchParams }: URL, body: Key): [number, object] {
        switch (pathname) {
            case "/health/readiness":
                return [200, { status: "healthy" }];
            case "/key/list": {
                const [page, size] = [Number(searchParams.get("page")), Number(searchParams.get("size"))];
                const keys = this.keys.slice((page - 1) * size, page * size);
                return [200, { keys, total_pages: Math.ceil(this.keys.length / size) }];
            }
            case "/key/generate":
                // LiteLLM repeats what it was sent when it refuses.
                if (this.key(String(body["key_alias"]))) {
                    return [400, { error: `alias already exists: ${JSON.stringify(body)}` }];
                }
                this.add(body);
                return [200, { key: body["key"] }];
            case "/key/update": {
                // A key, or the hash that it is listed by.
                const found = this.keys.find(({ token }) => [tokenOf(body["key"]), body["key"]].includes(token));
                if (!found) return [404, { error: "no such key" }];
                const { key: _, ...fields } = body;
                const minutes = /^(\d+)m$/.exec(String(fields["duration"]))?.[1];
                const expires = minutes && new Date(Date.now() + Number(minutes) * 60_000).toISOString();
                Object.assign(found, fields, expires ? { expires } : {});
                return [200, {}];
            }
            case "/key/delete": {
                const gone = body["keys"] as string[];
                const left = this.keys.filter(({ token }) => !gone.includes(String(token)));
                this.keys.splice(0, this.keys.length, ...left);
                return [200, { deleted_keys: gone }];
            }
            default:
                return [404, { error: "no such route" }];
        }
    }
}
