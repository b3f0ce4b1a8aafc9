/** The parts of node-postgres that are used here; it is installed into the cache of tools, not into the project. */
export interface Pool {
    query(sql: string): Promise<unknown>;
    on(event: "error", listener: (error: Error) => void): void;
}

interface Result {
    readonly fields?: { dataTypeID: number }[];
}

type Query = (...args: unknown[]) => Promise<Result> | undefined;

export interface NodePostgres {
    readonly Pool: new (options: object) => Pool;
    readonly Client: new (options: object) => { query: Query };
}

/** Types that the adapter refuses ("char", name, regclass, void, name[]), and those that the native engine reads them as. */
const readAs: ReadonlyMap<number, number> = new Map([
    [18, 25],
    [19, 25],
    [2205, 25],
    [2278, 25],
    [1003, 1009],
]);

interface QueryConfig {
    types?: { getTypeParser(type: number, format?: string): unknown };
}

function withKnownParsers(query: unknown): unknown {
    const { types } = (query ?? {}) as QueryConfig;
    if (!types) return query;
    const getTypeParser = (type: number, format?: string) => types.getTypeParser(readAs.get(type) ?? type, format);
    return { ...(query as object), types: { getTypeParser } };
}

function withKnownTypes(result: Result | undefined): Result | undefined {
    for (const field of result?.fields ?? []) field.dataTypeID = readAs.get(field.dataTypeID) ?? field.dataTypeID;
    return result;
}

/** The settings of a connection pool, as the native engine reads them from DATABASE_URL. */
export function poolOptions(databaseUrl: string) {
    const url = new URL(databaseUrl);
    const settings = new Map(url.searchParams);
    url.search = "";
    const sslmode = settings.get("sslmode");
    return {
        connectionString: url.toString(),
        max: Number(settings.get("connection_limit") ?? 5),
        connectionTimeoutMillis: Number(settings.get("pool_timeout") ?? 10) * 1000,
        // `require` encrypts and checks no certificate.
        ssl: sslmode === "require" ? { rejectUnauthorized: false } : false,
    };
}

export function openPool({ Pool, Client }: NodePostgres, databaseUrl: string): Pool {
    class AdaptedClient extends Client {
        constructor(options: object) {
            super(options);
            const query = this.query.bind(this);
            this.query = (text, ...args) => {
                const config = withKnownParsers(text);
                const last = args.at(-1);
                if (typeof last !== "function") {
                    return query(config, ...args)?.then((result) => withKnownTypes(result) ?? result);
                }
                return query(config, ...args.slice(0, -1), (error: unknown, result: Result | undefined) => {
                    (last as (error: unknown, result?: Result) => void)(error, withKnownTypes(result));
                });
            };
        }
    }
    const pool = new Pool({ ...poolOptions(databaseUrl), Client: AdaptedClient });
    // An idle connection that the server closes; the pool opens another.
    pool.on("error", (error) => console.error(`query engine: ${error.message}`));
    return pool;
}
