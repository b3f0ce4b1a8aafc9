import { readFileSync } from "node:fs";
import { preview, up, type ChangeOptions } from "../../automation";

/*
 * One operation through the library, in a process of its own: `engine-run.ts OPERATION OPTIONS-FILE`. Its last line of
 * output is one JSON object.
 */

async function main(): Promise<void> {
    const [operation, file = ""] = process.argv.slice(2);
    const options = JSON.parse(readFileSync(file, "utf8")) as ChangeOptions;
    const started = performance.now();
    const { summary } = await (operation === "up" ? up : preview)(options);
    const seconds = (performance.now() - started) / 1000;
    const resources = Object.values(summary).reduce((sum, count) => sum + count, 0);
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    console.log(JSON.stringify({ seconds, resources, cpuSeconds, peakMb: maxRSS / 1024 }));
}

void main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
