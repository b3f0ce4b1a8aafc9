import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "../../harness/cache";
import { Daemon } from "../../harness/process";
import { makeCertificates } from "./certificates";
import { asRoot, debianRoot, root } from "./root";

export const VOLUME_ID = "vol-0123456789abcdef0";
const names = ["ssm.us-west-2.amazonaws.com", "bedrock-runtime.us-west-2.amazonaws.com", "github.com"];
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

export interface MachineOptions {
    /** User data as EC2 hands it over, decoded from base64. */
    readonly userData: Buffer;
    /** Parameter Store. */
    readonly parameters: Readonly<Record<string, string>>;
    /** Files beside those of the stand-ins, by path; programs get mode 0755. */
    readonly files?: Readonly<Record<string, string>>;
}

export interface Result {
    readonly code: number;
    /** Standard output and error, as they came. */
    readonly output: string;
}

/** The first process of the container: a child of systemd-nspawn's. */
async function leaderOf(pid: number, throughSudo: boolean): Promise<number> {
    const child = Number((await root("pgrep", "-P", String(pid))).split("\n")[0]);
    return throughSudo ? leaderOf(child, false) : child;
}

/**
 * A machine for the user data: a container with systemd, cloud-init, a network of its own with a way to the package
 * registries, a disk, and stand-ins for AWS. What is not a stand-in is real: the kernel's rules, the services, the packages.
 */
export class Machine {
    private daemons: Daemon[] = [];
    private leader = 0;
    private constructor(
        private readonly folder: string,
        private readonly loop: string,
    ) {}

    static async create(options: MachineOptions): Promise<Machine> {
        const base = await debianRoot();
        const folder = mkdtempSync(join(tmpdir(), "clawstack-host-"));
        await root("cp", "-a", "--reflink=auto", base, join(folder, "root"));
        await root("truncate", "-s", "1G", join(folder, "disk"));
        const loop = await root("losetup", "--find", "--show", join(folder, "disk"));
        const machine = new Machine(folder, loop);
        await machine.furnish(options);
        return machine;
    }

    /** Writes a file of the machine's, as root. */
    async write(path: string, content: string | Buffer, mode = "0644"): Promise<void> {
        const local = join(this.folder, "file");
        writeFileSync(local, content);
        await root("install", "-D", "-m", mode, local, join(this.folder, "root", path));
    }

    private async furnish({ userData, parameters, files = {} }: MachineOptions): Promise<void> {
        const { authority, server } = makeCertificates(this.folder, names);
        const seed = "/var/lib/cloud/seed/nocloud";
        await this.write(`${seed}/user-data`, userData);
        await this.write(`${seed}/meta-data`, "instance-id: i-0123456789abcdef0\n");
        await this.write(
            "/etc/cloud/cloud.cfg.d/99-test.cfg",
            "datasource_list: [NoCloud]\nnetwork: {config: disabled}\npreserve_hostname: true\nlocale: false\n",
        );
        await this.write("/etc/hosts", `127.0.0.1 localhost\n127.0.0.2 ${names.join(" ")}\n`);
        await this.write("/etc/resolv.conf", "nameserver 10.0.2.3\n");
        await this.write("/srv/aws/server.pem", server, "0600");
        await this.write("/srv/aws/parameters.json", JSON.stringify(parameters));
        await this.write("/srv/aws/aws.py", readFileSync(join(__dirname, "aws.py")), "0755");
        await this.write(BUNDLE, readFileSync(BUNDLE, "utf8") + authority);
        const bundles = ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "PIP_CERT"];
        await this.write(
            "/etc/systemd/system.conf.d/test.conf",
            `[Manager]\nDefaultEnvironment=${bundles.map((name) => `${name}=${BUNDLE}`).join(" ")}\n`,
        );
        const serial = VOLUME_ID.replace("-", "");
        await this.write(
            "/etc/systemd/system/stand-ins.service",
            [
                "[Unit]",
                "DefaultDependencies=no",
                "Before=cloud-init-local.service",
                "[Service]",
                // Limits of the kernel belong to every machine on it; here they are written to files in their place.
                "ExecStartPre=mount -t tmpfs none /proc/sys/fs/inotify",
                "ExecStartPre=touch /proc/sys/fs/inotify/max_user_instances /proc/sys/fs/inotify/max_user_watches",
                "ExecStartPre=mkdir -p /dev/disk/by-id",
                `ExecStartPre=ln -sf ${this.loop} /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${serial}`,
                "ExecStartPre=ip address replace 169.254.169.254/32 dev lo",
                "ExecStart=/srv/aws/aws.py",
                "[Install]",
                "WantedBy=sysinit.target",
                "",
            ].join("\n"),
        );
        await root(
            ...["ln", "-s", "../stand-ins.service"],
            join(this.folder, "root/etc/systemd/system/sysinit.target.wants/stand-ins.service"),
        );
        for (const [path, content] of Object.entries(files)) {
            await this.write(path, content, /bin\//.test(path) ? "0755" : "0644");
        }
    }

    /** Boots the machine; the user data runs as it does on EC2. */
    async boot(): Promise<void> {
        const caches = { pip: "/root/.cache/pip", npm: "/root/.npm", apt: "/var/cache/apt/archives" };
        const binds = await Promise.all(
            Object.entries(caches).map(async ([name, path]) => {
                const cache = join(cacheFolder(), `host-${name}`);
                await root("mkdir", "-p", cache);
                return `--bind=${cache}:${path}`;
            }),
        );
        const keepUnit = existsSync("/run/systemd/system") ? [] : ["--keep-unit"];
        const [program, args] = asRoot([
            ...["systemd-nspawn", "--quiet", "--boot", "--register=no", ...keepUnit, "--private-network"],
            ...["--resolv-conf=off", "--link-journal=no", "--console=pipe", `--bind=${this.loop}`],
            ...binds,
            ...["-D", join(this.folder, "root")],
        ]);
        const container = Daemon.start("the container", program, args, join(this.folder, "console"));
        this.daemons.push(container);
        await container.ready(async () => {
            this.leader = await leaderOf(container.pid ?? 0, program === "sudo");
            return this.leader > 0;
        });
        const [slirp, slirpArgs] = asRoot([
            "slirp4netns",
            "--configure",
            "--disable-host-loopback",
            String(this.leader),
            "tap0",
        ]);
        this.daemons.push(Daemon.start("the network", slirp, slirpArgs, join(this.folder, "network")));
    }

    /** Runs a command in the machine, as root. */
    run(...command: string[]): Promise<Result> {
        const [program, args] = asRoot([
            ...["nsenter", "-t", String(this.leader), "-m", "-u", "-i", "-n", "-p", "--", "/usr/bin/env", "-i"],
            ...["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "HOME=/root", `SSL_CERT_FILE=${BUNDLE}`],
            ...[`AWS_CA_BUNDLE=${BUNDLE}`, `PIP_CERT=${BUNDLE}`, `NODE_EXTRA_CA_CERTS=${BUNDLE}`],
            ...command,
        ]);
        return new Promise((resolve, reject) => {
            const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
            let output = "";
            child.stdout.on("data", (data: Buffer) => (output += data.toString()));
            child.stderr.on("data", (data: Buffer) => (output += data.toString()));
            child.once("error", reject);
            child.once("close", (code) => resolve({ code: code ?? 1, output: output.trim() }));
        });
    }

    shell(script: string): Promise<Result> {
        return this.run("bash", "-c", script);
    }

    /** Runs a command that must succeed; what it printed. */
    async must(script: string): Promise<string> {
        const { code, output } = await this.shell(script);
        if (code !== 0) throw new Error(`${script} failed with ${code}:\n${output.slice(-3000)}`);
        return output;
    }

    /** Waits for the set-up's final state. */
    async state(timeoutMs: number): Promise<string> {
        const deadline = Date.now() + timeoutMs;
        for (;;) {
            const { code, output } = await this.run("cat", "/run/clawstack/state");
            if (code === 0 && output) return output;
            if (Date.now() > deadline) {
                const { output: log } = await this.shell(
                    "tail -n 40 /var/log/clawstack-setup.log /var/log/cloud-init.log",
                );
                throw new Error(`no state after ${timeoutMs / 1000} s:\n${log}`);
            }
            await sleep(1000);
        }
    }

    /** What the stand-ins of AWS were asked, in order. */
    async calls(): Promise<Record<string, unknown>[]> {
        const { output } = await this.run("cat", "/srv/aws/calls.jsonl");
        return output
            .split("\n")
            .filter((line) => line.startsWith("{"))
            .map((line) => JSON.parse(line) as Record<string, unknown>);
    }

    /** Powers off; the disks stay as they are. */
    async shutDown(): Promise<void> {
        await Promise.all(
            this.daemons
                .splice(0)
                .reverse()
                .map((daemon) => daemon.stop()),
        );
    }

    async dispose(): Promise<void> {
        await this.shutDown();
        await root("losetup", "-d", this.loop).catch(() => undefined);
        await root("rm", "-rf", "--one-file-system", join(this.folder, "root"));
        rmSync(this.folder, { recursive: true, force: true });
    }
}
