import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached } from "../harness/cache";
import { Daemon, freePorts } from "../harness/process";

const run = promisify(execFile);

/** barman-cloud: the programs that CloudNativePG's instances run to back up and to restore. */
const BARMAN = "3.19.1";
const packages = ["psycopg2-binary==2.9.11", "python-dateutil==2.9.0.post0", "boto3==1.44.8", "moto[server]==5.2.5"];

/** Credentials of the stand-in for S3, which takes any. */
const credentials = {
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
};

async function install(folder: string): Promise<void> {
    await run("python3", ["-m", "venv", folder]);
    const pip = (...args: string[]) =>
        run(join(folder, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", ...args]);
    await pip(...packages);
    // Its psycopg2 would be compiled; the binary package is the same.
    await pip("--no-deps", `barman==${BARMAN}`);
}

/** A request that the stand-in for S3 was sent. */
export interface S3Request {
    readonly method: string;
    readonly url: string;
}

/** moto, which speaks S3 on loopback, and barman-cloud against it. */
export class ObjectStore {
    private constructor(
        private readonly bin: string,
        private readonly server: Daemon,
        readonly url: string,
    ) {}

    static async start(folder: string): Promise<ObjectStore> {
        const bin = join(await cached(`barman@${BARMAN}`, install, { inPlace: true }), "bin");
        const [port] = (await freePorts(1)) as [number];
        const args = ["-H", "127.0.0.1", "-p", String(port)];
        const server = Daemon.start("moto", join(bin, "moto_server"), args, join(folder, "moto.log"));
        const url = `http://127.0.0.1:${port}`;
        await server.ready(async () => (await fetch(`${url}/moto-api/data.json`)).ok, 120_000);
        return new ObjectStore(bin, server, url);
    }

    async createBucket(name: string): Promise<void> {
        const response = await fetch(`${this.url}/${name}`, { method: "PUT" });
        if (!response.ok) throw new Error(`no bucket ${name}: ${response.status}`);
    }

    /** Runs `barman-cloud-<what>` as CloudNativePG does, with this store for S3. Returns its output. */
    async barman(what: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
        const options = ["--cloud-provider", "aws-s3", "--endpoint-url", this.url];
        const { stdout } = await run(join(this.bin, `barman-cloud-${what}`), [...options, ...args], {
            env: { ...process.env, ...credentials, ...env },
            maxBuffer: 16 << 20,
        });
        return stdout;
    }

    /** What is asked of the store while `work` goes on. */
    async record(work: () => Promise<void>): Promise<S3Request[]> {
        const recorder = (what: string, method = "POST") => fetch(`${this.url}/moto-api/recorder/${what}`, { method });
        await recorder("reset-recording");
        await recorder("start-recording");
        await work();
        await recorder("stop-recording");
        const lines = (await (await recorder("download-recording", "GET")).text()).split("\n").filter(Boolean);
        return lines.map((line) => JSON.parse(line) as S3Request);
    }

    stop(): Promise<void> {
        return this.server.stop();
    }
}
