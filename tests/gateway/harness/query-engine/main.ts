/**
 * Stands where LiteLLM's database client expects its query engine: the same command line, the same HTTP.
 * Environment: QUERY_ENGINE_PACKAGES, PRISMA_DML_PATH, DATABASE_URL.
 */
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { QueryEngine, type GraphqlRequest } from "./engine";

/** Commit of the engine in @prisma/client 5.17.0, and of the one that the Python client 0.15.0 asks for. */
const COMMIT = "393aa359c9ad4a4bb28630fb5613f9c281cde053";

function required(name: string): string {
    const value = process.env[name];
    if (!value) throw new Error(`query engine: ${name} is not set`);
    return value;
}

async function handle(engine: QueryEngine, request: IncomingMessage): Promise<object | string> {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (path === "/status") return { status: "ok" };
    const body = await text(request);
    if (path === "/transaction/start") return engine.startTransaction(body);
    const ending = /^\/transaction\/([^/]+)\/(commit|rollback)$/.exec(path);
    if (ending?.[1]) return engine.endTransaction(ending[1], ending[2] as "commit" | "rollback");
    const transaction = request.headers["x-transaction-id"];
    return engine.answer(JSON.parse(body) as GraphqlRequest, typeof transaction === "string" ? transaction : undefined);
}

async function serve(port: number): Promise<void> {
    const engine = await QueryEngine.connect(
        required("QUERY_ENGINE_PACKAGES"),
        required("PRISMA_DML_PATH"),
        required("DATABASE_URL"),
    );
    createServer((request, response) => {
        handle(engine, request)
            .then((answer) => ({ status: 200, answer }))
            .catch((error: unknown) => {
                console.error("query engine:", error);
                return { status: 500, answer: { error: String(error) } };
            })
            .then(({ status, answer }) => {
                response.writeHead(status, { "content-type": "application/json" });
                response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
            })
            .catch((error: unknown) => response.destroy(error as Error));
    }).listen(port, "localhost");
}

if (process.argv.includes("--version")) {
    console.log(`query-engine ${COMMIT}`);
} else {
    const parent = process.ppid;
    // LiteLLM killed outright can't stop its engine.
    setInterval(() => {
        if (process.ppid !== parent) process.exit(0);
    }, 1000).unref();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));
    serve(Number(process.argv[process.argv.indexOf("-p") + 1])).catch((error: unknown) => {
        console.error("query engine:", error);
        process.exit(1);
    });
}
