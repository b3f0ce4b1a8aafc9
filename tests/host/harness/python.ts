import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached } from "../../harness/cache";

const run = promisify(execFile);

/** Python with packages of PyPI, pinned, in the cache; the path of its interpreter. */
export async function python(name: string, packages: readonly string[]): Promise<string> {
    const folder = await cached(
        name,
        async (target) => {
            await run("python3", ["-m", "venv", target]);
            await run(join(target, "bin/pip"), ["install", "-q", "--disable-pip-version-check", ...packages]);
        },
        { inPlace: true },
    );
    return join(folder, "bin/python");
}
