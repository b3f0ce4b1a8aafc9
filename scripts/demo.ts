import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import type { GatewayConfig } from "../config";
import { gatewaySchema } from "../config/schema/gateway";
import { Gateway, wantedKey } from "../tests/gateway/harness";
import { GATEWAY_URL, openclawImage, workloadOf } from "../tests/gateway/harness/agents";
import { Pod } from "../tests/gateway/harness/pod";
import { postgresBinaries } from "../tests/gateway/harness/postgres";

const usage = `npm run demo [-- --stand-in]

Runs the chain of the stack on this machine: PostgreSQL, LiteLLM and OpenClaw, with the config files that the stack
would deploy for the models of Pulumi.dev.yaml, and prints where to talk to the agent. Nothing of it leaves loopback,
but calls to Amazon Bedrock when AWS credentials are there. Ctrl-C ends it and removes what it made.

  --stand-in   a stand-in for Bedrock, even when AWS credentials are there
`;

const PORT = 18789;

/** Programs that the demo can't bring along, by the Debian package that has them. */
function missingPackages(): string[] {
    const works = (command: string, args: string[]) => {
        try {
            execFileSync(command, args, { stdio: "ignore" });
            return true;
        } catch {
            return false;
        }
    };
    const missing: string[] = [];
    try {
        postgresBinaries();
    } catch {
        missing.push("postgresql");
    }
    if (!works("bwrap", ["--version"])) missing.push("bubblewrap");
    if (!works("python3", ["-c", "import venv, ensurepip"])) missing.push("python3-venv");
    if (!works("openssl", ["version"])) missing.push("openssl");
    return missing;
}

function hasAwsCredentials(): boolean {
    const variables = ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_WEB_IDENTITY_TOKEN_FILE"];
    return variables.some((name) => process.env[name]) || existsSync(path.join(homedir(), ".aws", "credentials"));
}

/** Models and region of the dev stack. */
function devStack(): { gateway: GatewayConfig; region: string } {
    const file = path.join(__dirname, "..", "Pulumi.dev.yaml");
    const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    const region = process.env["AWS_REGION"] ?? String(config["aws:region"]);
    return { gateway: gatewaySchema.parse(config["clawstack:gateway"]), region };
}

async function start(standIn: boolean): Promise<() => Promise<void>> {
    const { gateway: config, region } = devStack();
    const [model] = config.models;
    if (!model) throw new Error("Pulumi.dev.yaml has no model");

    console.log("LiteLLM and OpenClaw: installing them if they are not there (once; a few minutes)");
    const image = await openclawImage();
    console.log("PostgreSQL and LiteLLM: starting");
    const gateway = await Gateway.start({ config, region, standIn });
    gateway.bedrock.answer = () =>
        "This is a stand-in for Amazon Bedrock, which says this whatever it is asked. With AWS credentials and access " +
        "to the model, `npm run demo` talks to the model itself.";
    const key = wantedKey("demo", [model.name], { budgetUsd: 5, expiresIn: "1d" });
    await gateway.register([key]);

    console.log("OpenClaw: starting");
    const token = randomBytes(20).toString("hex");
    const pod = await Pod.start({
        workload: workloadOf("openclaw-api", {}, config.models),
        image,
        secrets: { LITELLM_API_KEY: key.key, OPENCLAW_GATEWAY_TOKEN: token },
        gateway: { url: GATEWAY_URL, port: new URL(gateway.url).port },
        volume: path.join(gateway.folder, "volume"),
        folder: gateway.folder,
    });
    await pod.ready();
    const agent = pod.url(PORT);
    console.log(`
Model     ${model.name}, answered by ${standIn ? "a stand-in for Amazon Bedrock (no AWS credentials in use)" : `Amazon Bedrock in ${region}`}
Agent     ${agent}/#token=${token}
          open it in a browser: OpenClaw's own UI
LiteLLM   ${gateway.url}/ui
          user admin, password ${gateway.litellm.masterKey}: keys, budgets, spend
Token     ${token}
Files     ${gateway.folder}
          logs and the agent's volume; removed at the end

From a shell:

  curl ${agent}/v1/chat/completions -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' \\
    -d '{"model": "openclaw", "messages": [{"role": "user", "content": "Hello!"}]}'

Ctrl-C ends it.`);
    return async () => {
        await pod.stop();
        await gateway.stop();
    };
}

async function main(): Promise<void> {
    const args = process.argv.slice(2);
    const unknown = args.filter((arg) => !["--stand-in", "--help", "-h"].includes(arg));
    if (unknown.length > 0) {
        console.error(`Unknown option: ${unknown.join(" ")}\n\n${usage}`);
        process.exit(2);
    }
    if (args.includes("--help") || args.includes("-h")) {
        console.log(usage);
        return;
    }
    const missing = missingPackages();
    if (missing.length > 0) {
        console.error(`The demo needs these programs: sudo apt-get install ${missing.join(" ")}`);
        process.exit(1);
    }
    const stop = await start(args.includes("--stand-in") || !hasAwsCredentials());
    const signal = await new Promise<string>((resolve) => {
        for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve(name));
    });
    console.log(`${signal}: stopping`);
    await stop();
    process.exit(0);
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
});
