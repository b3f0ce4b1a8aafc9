import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeClient } from "./kube-client";
import { Daemon, freePorts } from "../../harness/process";
import { tool } from "./tools";

/** Range of the fake cluster's services; the default of the config, so that manifests that name addresses in it fit. */
const SERVICE_CIDR = "172.20.0.0/16";

/** Users of the static token file: name and group. */
const USERS = {
    admin: ["admin", "system:masters"],
    "controller-manager": ["system:kube-controller-manager", ""],
    scheduler: ["system:kube-scheduler", ""],
} as const;

type User = keyof typeof USERS;

/** etcd, kube-apiserver (RBAC and Pod Security admission on), kube-controller-manager and kube-scheduler. */
export class ControlPlane {
    private readonly daemons: Daemon[] = [];
    private readonly tokens = Object.fromEntries(
        Object.keys(USERS).map((user) => [user, randomBytes(16).toString("hex")]),
    ) as Record<User, string>;
    private apiServer = "";
    private client?: KubeClient;

    private constructor(readonly folder: string) {}

    static async start(): Promise<ControlPlane> {
        const plane = new ControlPlane(await mkdtemp(join(tmpdir(), "clawstack-cluster-")));
        try {
            await plane.startApiServer();
            await plane.startControllers();
            return plane;
        } catch (error) {
            await plane.stop();
            throw error;
        }
    }

    /** Cluster administrator. */
    get admin(): KubeClient {
        if (!this.client) throw new Error("the API server is not started");
        return this.client;
    }

    /** Starts one more server of this cluster; it stops with it. */
    async run(
        name: string,
        command: string,
        args: readonly string[],
        ready: () => Promise<boolean>,
        env?: Record<string, string>,
    ): Promise<Daemon> {
        const daemon = Daemon.start(name, command, args, join(this.folder, `${name}.log`), env);
        this.daemons.push(daemon);
        await daemon.ready(ready);
        return daemon;
    }

    /** Writes a kubeconfig for a bearer token and returns its path. */
    async kubeconfig(name: string, token: string): Promise<string> {
        const path = join(this.folder, `${name}.kubeconfig`);
        const config = {
            apiVersion: "v1",
            kind: "Config",
            clusters: [
                {
                    name: "test",
                    cluster: {
                        server: this.apiServer,
                        "certificate-authority": join(this.folder, "certs", "apiserver.crt"),
                    },
                },
            ],
            users: [{ name, user: { token } }],
            contexts: [{ name: "test", context: { cluster: "test", user: name } }],
            "current-context": "test",
        };
        await writeFile(path, JSON.stringify(config), { mode: 0o600 });
        return path;
    }

    adminKubeconfig(): Promise<string> {
        return this.kubeconfig("admin", this.tokens.admin);
    }

    async stop(): Promise<void> {
        this.client?.close();
        // Last started, first stopped: nothing logs errors about a server that went before it.
        for (const daemon of this.daemons.reverse()) await daemon.stop();
        await rm(this.folder, { recursive: true, force: true });
    }

    private async startApiServer(): Promise<void> {
        const [etcdPort, peerPort, apiPort] = (await freePorts(3)) as [number, number, number];
        const certificates = join(this.folder, "certs");
        const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
        const keyFile = join(this.folder, "service-account.key");
        const publicKeyFile = join(this.folder, "service-account.pub");
        const tokenFile = join(this.folder, "tokens.csv");
        await mkdir(certificates);
        await writeFile(keyFile, privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
        await writeFile(publicKeyFile, publicKey.export({ type: "spki", format: "pem" }));
        const users = Object.entries(USERS).map(
            ([user, [name, group]]) => `${this.tokens[user as User]},${name},${name},"${group}"`,
        );
        await writeFile(tokenFile, users.join("\n"), { mode: 0o600 });

        const etcdUrl = `http://127.0.0.1:${etcdPort}`;
        const peerUrl = `http://127.0.0.1:${peerPort}`;
        await this.run(
            "etcd",
            await tool("etcd"),
            [
                `--data-dir=${join(this.folder, "etcd")}`,
                `--listen-client-urls=${etcdUrl}`,
                `--advertise-client-urls=${etcdUrl}`,
                `--listen-peer-urls=${peerUrl}`,
                `--initial-advertise-peer-urls=${peerUrl}`,
                `--initial-cluster=default=${peerUrl}`,
                // The data lives as long as the test.
                "--unsafe-no-fsync",
                "--log-level=error",
            ],
            async () => (await fetch(`${etcdUrl}/health`)).ok,
        );

        this.apiServer = `https://127.0.0.1:${apiPort}`;
        await this.run(
            "kube-apiserver",
            await tool("kube-apiserver"),
            [
                `--etcd-servers=${etcdUrl}`,
                `--secure-port=${apiPort}`,
                "--bind-address=127.0.0.1",
                // No network leads here: nothing to advertise.
                "--endpoint-reconciler-type=none",
                `--cert-dir=${certificates}`,
                `--service-account-key-file=${publicKeyFile}`,
                `--service-account-signing-key-file=${keyFile}`,
                "--service-account-issuer=https://kubernetes.default.svc",
                "--authorization-mode=RBAC",
                `--token-auth-file=${tokenFile}`,
                `--service-cluster-ip-range=${SERVICE_CIDR}`,
                // As on EKS; Pod Security admission decides per namespace.
                "--allow-privileged=true",
            ],
            async () => {
                const certificate = await readFile(join(certificates, "apiserver.crt"));
                this.client ??= new KubeClient(this.apiServer, this.tokens.admin, certificate);
                return (await this.client.raw("GET", "/readyz")) === "ok";
            },
        );
    }

    private async startControllers(): Promise<void> {
        const [managerPort, schedulerPort] = (await freePorts(2)) as [number, number];
        await Promise.all([
            this.startController("kube-controller-manager", "controller-manager", managerPort, [
                "--use-service-account-credentials=true",
                `--service-account-private-key-file=${join(this.folder, "service-account.key")}`,
                `--root-ca-file=${join(this.folder, "certs", "apiserver.crt")}`,
            ]),
            this.startController("kube-scheduler", "scheduler", schedulerPort, []),
        ]);
    }

    private async startController(
        name: "kube-controller-manager" | "kube-scheduler",
        user: User,
        port: number,
        more: readonly string[],
    ): Promise<void> {
        const kubeconfig = await this.kubeconfig(name, this.tokens[user]);
        const certificate = join(this.folder, name, `${name}.crt`);
        await this.run(
            name,
            await tool(name),
            [
                `--kubeconfig=${kubeconfig}`,
                `--authentication-kubeconfig=${kubeconfig}`,
                `--authorization-kubeconfig=${kubeconfig}`,
                "--bind-address=127.0.0.1",
                `--secure-port=${port}`,
                `--cert-dir=${join(this.folder, name)}`,
                "--leader-elect=false",
                ...more,
            ],
            async () => {
                const probe = new KubeClient(`https://127.0.0.1:${port}`, "", await readFile(certificate));
                try {
                    return (await probe.raw("GET", "/healthz")) === "ok";
                } finally {
                    probe.close();
                }
            },
        );
    }
}
