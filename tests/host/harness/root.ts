import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { join } from "node:path";
import { cached } from "../../harness/cache";

const execute = promisify(execFile);
const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];

/** A command line as root: the tests make containers and mount volumes. */
export function asRoot(command: readonly string[]): readonly [string, string[]] {
    const [program = "", ...args] = [...sudo, ...command];
    return [program, args];
}

/** Runs a command as root; fails with what it said. */
export async function root(...command: string[]): Promise<string> {
    const [program, args] = asRoot(command);
    try {
        return (await execute(program, args, { maxBuffer: 64 << 20 })).stdout.trim();
    } catch (error) {
        const { stderr, stdout } = error as { stderr?: string; stdout?: string };
        throw new Error(`${command.join(" ").slice(0, 200)} failed: ${(stderr || stdout || "").slice(-2000)}`, {
            cause: error,
        });
    }
}

/** What an image of Ubuntu has that the set-up does not ask for, and what the tests look with. */
const packages = [
    ...["systemd", "systemd-sysv", "dbus", "libpam-systemd", "cloud-init", "ca-certificates", "iproute2", "procps"],
    ...["e2fsprogs", "util-linux", "openssl", "python3", "sudo", "less"],
];

/** A root file system of Debian, which the host's Ubuntu is made of: the same systemd, cloud-init, apt and Python. */
export function debianRoot(): Promise<string> {
    return cached("host-root-bookworm-1", async (folder) => {
        const target = join(folder, "root");
        await root("mmdebstrap", "--variant=minbase", `--include=${packages.join(",")}`, "bookworm", target);
    }).then((folder) => join(folder, "root"));
}
