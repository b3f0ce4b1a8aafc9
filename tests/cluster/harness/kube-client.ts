import { Agent, request, type RequestOptions } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

/** A Kubernetes object as the API server speaks it. */
export interface KubeObject {
    apiVersion: string;
    kind: string;
    metadata: {
        name: string;
        namespace?: string;
        uid?: string;
        resourceVersion?: string;
        generation?: number;
        creationTimestamp?: string;
        deletionTimestamp?: string;
        labels?: Record<string, string>;
        annotations?: Record<string, string>;
        ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
    };
    spec?: unknown;
    status?: unknown;
    [field: string]: unknown;
}

/** A refusal by the API server: its HTTP code and its own words. */
export class KubeError extends Error {
    constructor(
        readonly code: number,
        readonly reason: string,
        message: string,
    ) {
        super(message);
    }
}

export interface ResourceRef {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name?: string;
}

export interface WatchEvent<T extends KubeObject = KubeObject> {
    readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
    readonly object: T;
}

interface ApiResource {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
}

interface Status {
    readonly kind?: string;
    readonly reason?: string;
    readonly message?: string;
}

/** Just enough of the Kubernetes API for tests: typed errors, strict field validation, server-side apply, watches. */
export class KubeClient {
    private readonly agent: Agent;
    private closed = false;
    private readonly resources = new Map<string, Promise<readonly ApiResource[]>>();

    constructor(
        readonly server: string,
        readonly token: string,
        readonly certificateAuthority: Buffer,
    ) {
        this.agent = new Agent({ keepAlive: true, maxSockets: 32, ca: certificateAuthority });
    }

    /** The same server as somebody else. */
    as(token: string): KubeClient {
        return new KubeClient(this.server, token, this.certificateAuthority);
    }

    close(): void {
        this.closed = true;
        this.agent.destroy();
    }

    async raw(method: string, path: string, body?: unknown, contentType = "application/json"): Promise<string> {
        const payload = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
        const options: RequestOptions = {
            method,
            agent: this.agent,
            headers: {
                authorization: `Bearer ${this.token}`,
                accept: "application/json",
                ...(payload === undefined
                    ? {}
                    : { "content-type": contentType, "content-length": Buffer.byteLength(payload) }),
            },
        };
        return new Promise((resolve, reject) => {
            const call = request(`${this.server}${path}`, options, (response) => {
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.on("error", reject);
                response.on("end", () => {
                    const answer = Buffer.concat(chunks).toString("utf8");
                    const code = response.statusCode ?? 0;
                    if (code < 400) resolve(answer);
                    else reject(toError(code, answer));
                });
            });
            call.on("error", reject);
            call.end(payload);
        });
    }

    private async json<T>(method: string, path: string, body?: unknown, contentType?: string): Promise<T> {
        return JSON.parse(await this.raw(method, path, body, contentType)) as T;
    }

    private async discover(apiVersion: string): Promise<readonly ApiResource[]> {
        const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
        return (await this.json<{ resources: ApiResource[] }>("GET", path)).resources;
    }

    private async path(ref: ResourceRef): Promise<string> {
        const known = this.resources.get(ref.apiVersion) ?? this.discover(ref.apiVersion);
        this.resources.set(ref.apiVersion, known);
        const find = (list: readonly ApiResource[]) =>
            list.find(({ kind, name }) => kind === ref.kind && !name.includes("/"));
        let resource = find(await known.catch(() => []));
        if (!resource) {
            // A CRD may have come since.
            const fresh = this.discover(ref.apiVersion);
            this.resources.set(ref.apiVersion, fresh);
            resource = find(await fresh);
        }
        if (!resource) throw new KubeError(404, "NotFound", `no kind ${ref.kind} in ${ref.apiVersion}`);
        const root = ref.apiVersion.includes("/") ? `/apis/${ref.apiVersion}` : `/api/${ref.apiVersion}`;
        const scope = resource.namespaced && ref.namespace ? `/namespaces/${ref.namespace}` : "";
        return `${root}${scope}/${resource.name}${ref.name ? `/${ref.name}` : ""}`;
    }

    async isNamespaced(ref: ResourceRef): Promise<boolean> {
        return (await this.path({ ...ref, namespace: "x" })).includes("/namespaces/x/");
    }

    /** Server-side apply; a field that the schema does not know is an error. */
    async apply<T extends KubeObject>(
        object: T,
        { manager = "clawstack-test", dryRun = false } = {},
    ): Promise<KubeObject & T> {
        const path = await this.path(refOf(object));
        const query = `fieldManager=${manager}&force=true&fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`;
        return this.json("PATCH", `${path}?${query}`, object, "application/apply-patch+yaml");
    }

    async create<T extends KubeObject>(object: T): Promise<KubeObject & T> {
        const path = await this.path({ ...refOf(object), name: undefined });
        return this.json("POST", `${path}?fieldValidation=Strict`, object);
    }

    async get<T extends KubeObject = KubeObject>(ref: ResourceRef): Promise<T> {
        return this.json("GET", await this.path(ref));
    }

    async find<T extends KubeObject = KubeObject>(ref: ResourceRef): Promise<T | undefined> {
        try {
            return await this.get<T>(ref);
        } catch (error) {
            if (error instanceof KubeError && error.code === 404) return undefined;
            throw error;
        }
    }

    async list<T extends KubeObject = KubeObject>(ref: ResourceRef, labelSelector = ""): Promise<T[]> {
        const query = labelSelector ? `?labelSelector=${encodeURIComponent(labelSelector)}` : "";
        const { items } = await this.json<{ items: T[] }>("GET", (await this.path(ref)) + query);
        // A list's items carry no kind of their own.
        return items.map((item) => ({ ...item, apiVersion: ref.apiVersion, kind: ref.kind }));
    }

    async merge<T extends KubeObject = KubeObject>(ref: ResourceRef, patch: unknown, subresource = ""): Promise<T> {
        const path = (await this.path(ref)) + (subresource ? `/${subresource}` : "");
        return this.json("PATCH", `${path}?fieldValidation=Strict`, patch, "application/merge-patch+json");
    }

    async delete(ref: ResourceRef, options: { gracePeriodSeconds?: number } = {}): Promise<void> {
        await this.raw("DELETE", await this.path(ref), { apiVersion: "v1", kind: "DeleteOptions", ...options });
    }

    /** Token of a service account, as the kubelet would mount it. */
    async serviceAccountToken(namespace: string, name: string): Promise<string> {
        const { status } = await this.json<{ status: { token: string } }>(
            "POST",
            `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
            { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 7200 } },
        );
        return status.token;
    }

    /**
     * Calls `handle` for every object that is there and every change after. The server ends watches that are slow to
     * read; such a one starts over, so an object may be seen more than once. Returns what stops it.
     */
    async watch<T extends KubeObject>(ref: ResourceRef, handle: (event: WatchEvent<T>) => void): Promise<() => void> {
        const path = `${await this.path(ref)}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`;
        let stopped = false;
        let stop = () => undefined as void;
        const start = () => {
            if (stopped || this.closed) return;
            const call = request(`${this.server}${path}`, {
                agent: this.agent,
                headers: { authorization: `Bearer ${this.token}`, accept: "application/json" },
            });
            call.on("response", (response) => {
                let rest = "";
                response.setEncoding("utf8");
                response.on("error", () => undefined);
                response.on("data", (chunk: string) => {
                    const lines = (rest + chunk).split("\n");
                    rest = lines.pop() ?? "";
                    for (const line of lines) if (line) handle(JSON.parse(line) as WatchEvent<T>);
                });
            });
            // Tests that wait for an event fail by their own time limit.
            call.on("error", () => undefined);
            call.on("close", () => setTimeout(start, 100).unref());
            call.end();
            stop = () => void call.destroy();
        };
        start();
        return () => {
            stopped = true;
            stop();
        };
    }

    /** Polls an object until `done` says so; the error shows what it looked like last. `undefined`: it is not there. */
    async waitFor<T extends KubeObject>(
        ref: ResourceRef,
        what: string,
        done: (object: T | undefined) => boolean,
        timeoutMs = 30_000,
    ): Promise<T> {
        const deadline = Date.now() + timeoutMs;
        for (;;) {
            const object = await this.find<T>(ref);
            if (done(object)) return object as T;
            if (Date.now() > deadline) {
                const state = JSON.stringify(object?.status ?? object ?? "not there", null, 1);
                throw new Error(`${ref.kind} ${ref.namespace ?? ""}/${ref.name ?? ""}: not ${what}: ${state}`);
            }
            await sleep(50);
        }
    }
}

function toError(code: number, answer: string): KubeError {
    try {
        const { reason, message } = JSON.parse(answer) as Status;
        return new KubeError(code, reason ?? "", message ?? answer);
    } catch {
        return new KubeError(code, "", answer);
    }
}

export function refOf({ apiVersion, kind, metadata }: KubeObject): ResourceRef & { name: string } {
    return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}
