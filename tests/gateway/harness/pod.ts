import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo, Server } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { AgentWorkload } from "../../../sandboxes/agents";
import { configData, podTemplate } from "../../../sandboxes/pod-template";
import { Daemon } from "../../harness/process";
import { relay } from "./relay.cjs";
import { strayed, type Strayed } from "./strayed";

const run = promisify(execFile);

/** What the image of an agent brings along, put together from packages. */
export interface AgentImage {
    /** Read-only folders, by their place in the pod. */
    readonly folders: Readonly<Record<string, string>>;
    /** Symbolic links: place in the pod, and where it points. */
    readonly links: Readonly<Record<string, string>>;
    /** Folder with Node.js, as the npm package `node` installs it. */
    readonly node: string;
    readonly env: Readonly<Record<string, string>>;
}

export interface PodOptions {
    readonly workload: AgentWorkload;
    readonly image: AgentImage;
    /** Secret environment variables. */
    readonly secrets: Readonly<Record<string, string>>;
    /** Base URL of the model gateway as the agent's config has it, and the port on this machine that answers for it. */
    readonly gateway: { readonly url: string; readonly port: string };
    /**
     * Port on this machine that the egress proxy answers on. The containers then have no network but the two proxies, and
     * the names of the pod template alone. Without it nothing proxies: init containers have the network of this machine.
     */
    readonly egressPort?: string;
    /** The agent's volume; it outlives the pod. */
    readonly volume: string;
    /** Folder for files and logs of this pod. */
    readonly folder: string;
}

type Template = ReturnType<typeof podTemplate>;
type Container = Template["spec"]["containers"][number];
type InitContainer = Template["spec"]["initContainers"][number];

const RELAY = "/run/relay";

/** Files of certificates that this machine trusts beside the usual ones. */
const certificateVariables = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT"];

/** How package managers reach their registry from this machine, or which certificates it trusts alone. */
function registryEnv(proxied: boolean): Record<string, string> {
    const names = /^(npm_config_registry|npm_config_cafile|pip_.*|https?_proxy|no_proxy)$/i;
    const entries = Object.entries(process.env).filter(
        (entry): entry is [string, string] =>
            (!proxied && names.test(entry[0])) || certificateVariables.includes(entry[0]),
    );
    return Object.fromEntries(entries);
}

/** Addresses of the two proxies within the pod's network. */
const INFERENCE_ADDRESS = "127.0.0.1";
const EGRESS_ADDRESS = "127.0.0.2";

/**
 * The pod of a sandbox without its VM: the containers of the pod template, one after the other, with the template's
 * commands, environment, mounts, UID and files. Nothing but the mounts, /tmp and the relay is writable. The agent has a
 * network of its own, in which the name of the gateway leads to LiteLLM, and nothing else leads anywhere.
 */
export class Pod {
    private agent?: Daemon;
    /** To the agent's ports. */
    private readonly relays: Server[] = [];
    /** To what the agent may reach. */
    private readonly gates: Server[] = [];
    private starts = 0;
    /** What each init container, and the last command (`exec`), tried besides the ways out that they have. */
    readonly strayedBy: Record<string, Strayed> = {};

    private constructor(
        private readonly options: PodOptions,
        private readonly template: Template,
        private readonly configMap: string,
    ) {}

    /** Runs the init containers to their end and starts the agent. */
    static async start(options: PodOptions): Promise<Pod> {
        const folder = await mkdtemp(join(options.folder, "pod-"));
        const { workload, secrets } = options;
        const template = podTemplate({
            config: {
                name: "agent",
                image: "agent",
                resources: {},
                key: { budgetUsd: 1, budgetPeriod: null, expiresIn: null, rotation: 1 },
            } as unknown as Parameters<typeof podTemplate>[0]["config"],
            workload,
            labels: {},
            runtimeClassName: "kata-qemu",
            proxies: proxiesOf(options.gateway.url),
            port: Number(new URL(options.gateway.url).port),
            secretName: "agent",
            configMapName: "agent",
            secretEnv: Object.keys(secrets),
            claimName: "agent",
            secretRevision: "",
        });
        await mkdir(options.volume, { recursive: true });
        const pod = new Pod(
            { ...options, folder },
            template,
            await writeConfigMap(join(folder, "config"), workload, template),
        );
        try {
            await pod.writeEtc();
            await pod.connect();
            for (const container of template.spec.initContainers) await pod.runInit(container);
            await pod.run();
        } catch (error) {
            // Its relays would keep the test runner from its end.
            await pod.stop();
            throw error;
        }
        return pod;
    }

    /** Starts the agent's container again, as the kubelet does after a crash. */
    async run(): Promise<void> {
        const [container] = this.template.spec.containers as [Container];
        const pairs = this.waysOut();
        for (const port of this.agentPorts()) pairs.push(`${RELAY}/${port}-${this.starts + 1}.sock=${port}`);
        this.starts += 1;
        const script = `node ${RELAY}/relay.cjs ${pairs.join(" ")} & exec "$@"`;
        this.agent = Daemon.start(
            "agent",
            "bwrap",
            [...this.walls(container), "--unshare-net", "sh", "-c", script, "sh", ...container.command],
            join(this.options.folder, "agent.log"),
            this.environment(container.env),
            { inherit: false },
        );
        for (const server of this.relays.splice(0)) server.close();
        for (const port of this.agentPorts()) {
            this.relays.push(await relay("0", join(this.relayFolder, `${port}-${this.starts}.sock`)));
        }
    }

    /** Runs one more command in the agent's container, as `kubectl exec` does, but with a network of its own. */
    async exec(command: readonly string[]): Promise<string> {
        const [container] = this.template.spec.containers as [Container];
        return this.alone(container, command);
    }

    /** What the agent tried besides the ways out that it has. */
    async strayed(): Promise<Strayed> {
        const pid = this.agent?.pid;
        const child = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).split(" ")[0];
        return strayed(`/proc/${child}/net`);
    }

    /** Answer of the agent's port. */
    async fetch(port: number, path: string, init?: RequestInit): Promise<Response> {
        return fetch(this.url(port) + path, init);
    }

    /** Where the agent's port is reached from this machine. */
    url(port: number): string {
        const server = this.relays[this.agentPorts().indexOf(port)];
        if (!server) throw new Error(`the agent has no port ${port}`);
        return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    /** Probes by name, as the kubelet reads them. */
    get probes() {
        const [{ startupProbe, livenessProbe, readinessProbe }] = this.template.spec.containers as [Container];
        return { startup: startupProbe?.httpGet, liveness: livenessProbe?.httpGet, readiness: readinessProbe?.httpGet };
    }

    /** Waits for the startup probe as long as the kubelet would at most. */
    async ready(): Promise<void> {
        const [{ startupProbe }] = this.template.spec.containers as [Container];
        if (!startupProbe) throw new Error("no startup probe");
        const { httpGet, periodSeconds, failureThreshold } = startupProbe;
        await this.agent?.ready(
            async () => (await this.fetch(httpGet.port, httpGet.path)).ok,
            periodSeconds * failureThreshold * 1000,
        );
    }

    async log(): Promise<string> {
        return (await this.agent?.log()) ?? "";
    }

    /** Waits for a line of the agent's log. */
    async logged(line: RegExp): Promise<void> {
        await this.agent?.ready(async () => line.test(await this.log()), 120_000);
    }

    async stop(): Promise<void> {
        await this.agent?.stop();
        for (const server of [...this.relays, ...this.gates]) server.close();
    }

    private get relayFolder(): string {
        return join(this.options.folder, "relay");
    }

    private agentPorts(): number[] {
        return Object.values(this.options.workload.ports);
    }

    private async connect(): Promise<void> {
        await mkdir(this.relayFolder);
        await copyFile(join(__dirname, "relay.cjs"), join(this.relayFolder, "relay.cjs"));
        const { gateway, egressPort } = this.options;
        this.gates.push(await relay(join(this.relayFolder, "gateway.sock"), gateway.port));
        if (egressPort) this.gates.push(await relay(join(this.relayFolder, "egress.sock"), egressPort));
    }

    /** The relay's arguments for what the agent may reach; both proxies have one port for it. */
    private waysOut(): string[] {
        const { port } = new URL(this.options.gateway.url);
        const gateway = `${INFERENCE_ADDRESS}:${port}=${RELAY}/gateway.sock`;
        return [gateway, ...(this.options.egressPort ? [`${EGRESS_ADDRESS}:${port}=${RELAY}/egress.sock`] : [])];
    }

    private async runInit(container: InitContainer): Promise<void> {
        // It may need the internet: plugins come from npm.
        const env = "env" in container ? container.env : [];
        if (!this.options.egressPort) {
            await this.command([...this.walls(container), ...container.command], env);
            return;
        }
        await this.alone({ ...container, env }, container.command, container.name);
    }

    /** Runs a command with a network of its own, under a name for `strayedBy`. */
    private async alone(
        container: Pick<Container, "volumeMounts" | "env">,
        command: readonly string[],
        name = "exec",
    ): Promise<string> {
        const counters = `${RELAY}/net-${name}`;
        const relayed = `node ${RELAY}/relay.cjs ${this.waysOut().join(" ")} & "$@"; status=$?; kill $!`;
        const script = `${relayed}; mkdir -p ${counters}; cp /proc/net/snmp /proc/net/snmp6 ${counters}; exit $status`;
        const args = [...this.walls(container), "--unshare-net", "sh", "-c", script, "sh", ...command];
        const output = await this.command(args, container.env);
        this.strayedBy[name] = await strayed(join(this.relayFolder, `net-${name}`));
        return output;
    }

    private async command(args: readonly string[], env: Container["env"]): Promise<string> {
        try {
            const options = { env: this.environment(env), maxBuffer: 16 << 20, timeout: 300_000 };
            const { stdout, stderr } = await run("bwrap", [...args], options);
            return stdout + stderr;
        } catch (error) {
            const {
                stdout = "",
                stderr = "",
                message,
            } = error as { stdout?: string; stderr?: string; message: string };
            throw new Error(`${message.slice(0, 300)}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`, {
                cause: error,
            });
        }
    }

    private environment(env: Container["env"]): Record<string, string> {
        const { image, secrets, egressPort } = this.options;
        // Where no egress proxy runs, what needs the internet reaches it by itself.
        const plain = env.filter(({ name }) => egressPort || !/^https_proxy$/i.test(name));
        const given = plain.map((entry): [string, string] => {
            if ("value" in entry) return [entry.name, entry.value];
            return [entry.name, secrets[entry.valueFrom.secretKeyRef.key] ?? ""];
        });
        return {
            HOME: "/home/node",
            PATH: "/opt/node/node/bin:/opt/node/.bin:/usr/local/bin:/usr/bin:/bin",
            ...registryEnv(egressPort !== undefined),
            ...image.env,
            ...Object.fromEntries(given),
        };
    }

    /** Arguments of bubblewrap for a container. */
    private walls(container: Pick<Container, "volumeMounts">): string[] {
        const { image, folder, volume } = this.options;
        const certificates = certificateVariables.flatMap((name) => process.env[name] ?? []);
        const { runAsUser, runAsGroup } = this.template.spec.securityContext;
        const mounts = container.volumeMounts.flatMap((mount) => [
            "readOnly" in mount && mount.readOnly ? "--ro-bind" : "--bind",
            mount.name === "config" ? this.configMap : volume,
            mount.mountPath,
        ]);
        return [
            ...["--unshare-user", "--uid", String(runAsUser), "--gid", String(runAsGroup), "--cap-drop", "ALL"],
            ...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--new-session"],
            ...["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp", "--ro-bind", "/usr", "/usr"],
            ...["bin", "sbin", "lib", "lib64"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
            ...["ssl", "nsswitch.conf"].flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
            ...["hosts", "resolv.conf", "passwd", "group"].flatMap((name) => [
                "--ro-bind",
                join(folder, name),
                `/etc/${name}`,
            ]),
            ...["--ro-bind", join(image.node, "node_modules"), "/opt/node", "--bind", this.relayFolder, RELAY],
            ...certificates.flatMap((file) => ["--ro-bind", file, file]),
            ...Object.entries(image.folders).flatMap(([place, source]) => ["--ro-bind", source, place]),
            ...Object.entries(image.links).flatMap(([place, target]) => ["--symlink", target, place]),
            ...["--dir", "/home/node", ...mounts, "--remount-ro", "/", "--chdir", "/"],
        ];
    }

    private async writeEtc(): Promise<void> {
        const { folder, egressPort } = this.options;
        const { hostAliases, dnsConfig } = this.template.spec;
        const aliases = hostAliases.map(({ ip, hostnames }) => `${ip} ${hostnames.join(" ")}`);
        await writeFile(join(folder, "hosts"), `${["127.0.0.1 localhost", ...aliases].join("\n")}\n`);
        const servers = dnsConfig.nameservers.map((address) => `nameserver ${address}`);
        const options = dnsConfig.options.map(({ name, value }) => `options ${name}:${value}`);
        const resolver = egressPort ? `${[...servers, ...options].join("\n")}\n` : await readFile("/etc/resolv.conf");
        await writeFile(join(folder, "resolv.conf"), resolver);
        await writeFile(join(folder, "passwd"), "root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n");
        await writeFile(join(folder, "group"), "root:x:0:\nnode:x:1000:\n");
    }
}

/** The proxies as the pod template names them, with the gateway of the test in the place of the inference proxy. */
function proxiesOf(gatewayUrl: string): Parameters<typeof podTemplate>[0]["proxies"] {
    const proxy = { namespace: "", podLabels: {} };
    return {
        egress: { ...proxy, address: EGRESS_ADDRESS, host: "egress-proxy.egress.svc.cluster.local" },
        inference: { ...proxy, address: INFERENCE_ADDRESS, host: new URL(gatewayUrl).hostname },
    };
}

/** The ConfigMap as the kubelet mounts it. */
async function writeConfigMap(folder: string, workload: AgentWorkload, { spec }: Template): Promise<string> {
    const data = configData(workload);
    for (const volume of spec.volumes) {
        if (!("configMap" in volume)) continue;
        for (const { key, path } of volume.configMap.items) {
            await mkdir(dirname(join(folder, path)), { recursive: true });
            await writeFile(join(folder, path), data[key] ?? "");
        }
    }
    return folder;
}
