import { GATEWAY_URL } from "./layout";

/**
 * What must fail from where the agent runs, and what must work. The set-up runs it in the sandbox (or under the agent's
 * systemd settings) and fails when any line of it does; the tests run the same program.
 */
export function verifyProgram(sandboxed: boolean, writable: string): string {
    const refusedWrites = ["/etc/x", "/usr/x", "/opt/x", "/var/x", "/home/x", "/root/x"];
    const targets = { metadata: "http://169.254.169.254/latest/meta-data/", internet: "http://1.1.1.1/" };
    return `import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";

let failed = 0;
async function check(name, expectation, attempt) {
    let outcome;
    try {
        await attempt();
        outcome = "works";
    } catch (error) {
        outcome = "refused";
        if (expectation === "works") name += ": " + (error.cause ?? error).message;
    }
    if (outcome !== expectation) failed++;
    console.log((outcome === expectation ? "ok   " : "FAIL ") + name + " (" + outcome + ")");
}
const get = async (url, status) => {
    const response = await fetch(url, {
        headers: { authorization: "Bearer " + process.env.LITELLM_API_KEY },
        signal: AbortSignal.timeout(10_000),
    });
    if (response.status !== status) throw new Error("status " + response.status);
};
const write = (file) => () => {
    writeFileSync(file, "x");
    rmSync(file);
};

await check("the models, through LiteLLM", "works", () => get("${GATEWAY_URL}/v1/models", 200));
for (const [name, url] of Object.entries(${JSON.stringify(targets)})) {
    await check("connection: " + name, "refused", () => fetch(url, { signal: AbortSignal.timeout(5_000) }));
}
for (const folder of ${JSON.stringify([writable, "/tmp"])}) await check("write: " + folder, "works", write(folder + "/.verify"));
for (const file of ${JSON.stringify(refusedWrites)}) await check("write: " + file, "refused", write(file));
const run = (...command) => () => execFileSync(command[0], command.slice(1), { stdio: "pipe", timeout: 10_000 });
await check("system call: unshare", "refused", run("unshare", "--user", "true"));
await check("system call: mount", "refused", run("mount", "-t", "tmpfs", "none", "/tmp"));
${
    sandboxed
        ? `await check("LiteLLM's administration", "refused", () => get("${GATEWAY_URL}/model/info", 200));
await check("the key in the environment", "refused", () => {
    if (!(process.env.LITELLM_API_KEY ?? "sk-").startsWith("sk-")) throw new Error("a placeholder");
});
`
        : ""
}process.exit(failed ? 1 : 0);
`;
}
