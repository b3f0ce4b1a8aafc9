import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse } from "graphql";
import { openPool, type NodePostgres, type Pool } from "./pool";
import { jsonQuery, parsedRows, untagged, type JsonQuery, type RawResult } from "./protocol";
import { parseSchema, type Schema } from "./schema";

/** The parts of the packages that are used here; they are installed into the cache of tools, not into the project. */
interface WasmEngine {
    connect(trace: string): Promise<void>;
    query(body: string, trace: string, transaction?: string): Promise<string>;
    startTransaction(options: string, trace: string): Promise<string>;
    commitTransaction(id: string, trace: string): Promise<string>;
    rollbackTransaction(id: string, trace: string): Promise<string>;
}

interface WasmModule {
    QueryEngine: new (options: object, log: (message: string) => void, adapter: unknown) => WasmEngine;
    __wbg_set_wasm(exports: unknown): void;
}

interface Adapter {
    readonly errorRegistry: { consumeError(id: number): { error: unknown } | undefined };
}

interface EngineError {
    error?: string;
    user_facing_error?: { error_code?: string; message?: string; meta?: { id?: number } };
}

interface EngineAnswer {
    data?: Record<string, unknown>;
    errors?: EngineError[];
    batchResult?: EngineAnswer[];
}

export interface GraphqlRequest {
    readonly query?: string;
    readonly batch?: readonly { readonly query: string }[];
    readonly transaction?: boolean;
}

const TRACE = JSON.stringify({ traceparent: "" });

/**
 * The query engine that @prisma/client carries as WebAssembly, over node-postgres. The version is the commit that
 * LiteLLM's client expects, so that queries are planned and answers shaped by the same code as in the image.
 */
export class QueryEngine {
    private constructor(
        private readonly engine: WasmEngine,
        private readonly adapter: Adapter,
        private readonly schema: Schema,
    ) {}

    /** @param packages Folder that has the packages in its node_modules. */
    static async connect(packages: string, schemaFile: string, databaseUrl: string): Promise<QueryEngine> {
        const load = createRequire(`${packages}/`);
        const runtime = "@prisma/client/runtime/query_engine_bg.postgresql";
        const wasm = load(`${runtime}.js`) as WasmModule;
        const compiled = new WebAssembly.Module(readFileSync(load.resolve(`${runtime}.wasm`)));
        const imports = { "./query_engine_bg.js": wasm as unknown as WebAssembly.ModuleImports };
        wasm.__wbg_set_wasm(new WebAssembly.Instance(compiled, imports).exports);

        const { PrismaPg } = load("@prisma/adapter-pg") as { PrismaPg: new (pool: Pool) => object };
        const { bindAdapter } = load("@prisma/driver-adapter-utils") as { bindAdapter(adapter: object): Adapter };

        const pool = openPool(load("pg") as NodePostgres, databaseUrl);
        // The native engine, too, ends when it can't reach the database as it starts.
        await pool.query("SELECT 1");
        const datamodel = readFileSync(schemaFile, "utf8");
        const adapter = bindAdapter(new PrismaPg(pool));
        const engine = new wasm.QueryEngine(
            {
                datamodel,
                env: process.env,
                ignoreEnvVarErrors: false,
                datasourceOverrides: {},
                configDir: ".",
                logLevel: "error",
                logQueries: false,
                engineProtocol: "json",
            },
            (message) => console.error(`query engine: ${message}`),
            adapter,
        );
        await engine.connect(TRACE);
        return new QueryEngine(engine, adapter, parseSchema(datamodel));
    }

    async answer(request: GraphqlRequest, transaction?: string): Promise<object> {
        if (request.batch) {
            const batch = request.batch.flatMap(({ query }) => this.translated(query)).map(({ json }) => json);
            const body = { batch, ...(request.transaction ? { transaction: {} } : {}) };
            const answer = await this.send(body, transaction);
            return { ...answer, batchResult: answer.batchResult?.map((item) => this.shaped(item)) };
        }
        const fields = this.translated(request.query ?? "");
        const [field] = fields;
        if (!field || fields.length > 1) throw new Error(`one query at a time, not ${fields.length}`);
        const answer = this.shaped(await this.send(field.json, transaction), field.json);
        if (!answer.data) return answer;
        return { ...answer, data: { [field.alias]: Object.values(answer.data)[0] } };
    }

    async startTransaction(options: string): Promise<string> {
        const { timeout, max_wait } = JSON.parse(options) as { timeout: number; max_wait: number };
        return this.engine.startTransaction(JSON.stringify({ timeout, max_wait }), TRACE);
    }

    async endTransaction(id: string, how: "commit" | "rollback"): Promise<string> {
        return how === "commit" ? this.engine.commitTransaction(id, TRACE) : this.engine.rollbackTransaction(id, TRACE);
    }

    private translated(query: string): { alias: string; json: JsonQuery }[] {
        return parse(query, { noLocation: true }).definitions.flatMap((definition) => {
            if (definition.kind !== "OperationDefinition") throw new Error(`not an operation: ${definition.kind}`);
            return definition.selectionSet.selections.map((field) => {
                if (field.kind !== "Field") throw new Error(`not a field: ${field.kind}`);
                return { alias: field.alias?.value ?? field.name.value, json: jsonQuery(field, this.schema) };
            });
        });
    }

    private async send(body: object, transaction?: string): Promise<EngineAnswer> {
        return JSON.parse(await this.engine.query(JSON.stringify(body), TRACE, transaction)) as EngineAnswer;
    }

    private shaped(answer: EngineAnswer, query?: JsonQuery): EngineAnswer {
        for (const error of answer.errors ?? []) this.explain(error);
        if (!answer.data) return answer;
        if (query?.action === "queryRaw")
            return { ...answer, data: { rows: parsedRows(answer.data["queryRaw"] as RawResult) } };
        return { ...answer, data: untagged(answer.data) as Record<string, unknown> };
    }

    /** A lost connection is an error of node-postgres here; the native engine calls it P1001. */
    private explain({ user_facing_error: error }: EngineError): void {
        if (error?.error_code !== "P2036") return;
        const cause = this.adapter.errorRegistry.consumeError(error.meta?.id ?? -1)?.error;
        const reason = cause instanceof Error ? cause.message : String(cause);
        error.error_code = "P1001";
        error.message = `Can't reach database server: ${reason}`;
    }
}
