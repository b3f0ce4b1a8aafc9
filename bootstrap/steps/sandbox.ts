import { openshell } from "../../config/versions";
import { AGENT_OWNER, type HostAgent } from "../agent";
import { DASHBOARD_PORT, paths } from "../layout";
import { channelProfile, driverConfig } from "../openshell";
import { quote, step, type Step } from "./step";

/** Runs a command as the account that owns the gateway; its environment goes along, so that no secret is an argument. */
const asOpenshell = [
    "openshell_user() {",
    '    XDG_RUNTIME_DIR="/run/user/$(id -u openshell)" HOME=/home/openshell NO_COLOR=1 OPENSHELL_TELEMETRY_ENABLED=false \\',
    '        runuser -u openshell -- "$@"',
    "}",
].join("\n");

const release = `https://github.com/NVIDIA/OpenShell/releases/download/v${openshell.version}`;

/** The CLI and the gateway: one Debian package of the release, checked against the release's own list. */
const install = step(
    "openshell",
    `if [ "$(openshell --version 2>/dev/null | awk '{print $NF}')" = ${openshell.version} ]; then exit 0; fi`,
    'folder=$(mktemp -d); cd "$folder"',
    `curl -fsSLO --retry 5 ${release}/openshell-checksums-sha256.txt`,
    "package=$(awk -v end=\"_$(dpkg --print-architecture).deb\" 'index($2, end) == length($2) - length(end) + 1 {print $2; exit}' openshell-checksums-sha256.txt)",
    `[ -n "$package" ] || { echo "release ${openshell.version} has no Debian package for this architecture"; exit 1; }`,
    `curl -fsSLO --retry 5 "${release}/$package"`,
    'grep -F " $package" openshell-checksums-sha256.txt | sha256sum --check --strict -',
    'apt-get -o DPkg::Lock::Timeout=600 install -qy --no-install-recommends "./$package"',
    'cd / && rm -rf "$folder"',
);

/** The gateway is a user service of the package; with linger it starts at boot, before anyone signs in. */
const gateway = step(
    "gateway",
    asOpenshell,
    "loginctl enable-linger openshell",
    'for _ in $(seq 30); do [ -S "/run/user/$(id -u openshell)/bus" ] && break; sleep 1; done',
    `install -D -o openshell -g openshell -m 0600 ${paths.config}/gateway.toml /home/openshell/.config/openshell/gateway.toml`,
    "chown -R openshell:openshell /home/openshell/.config",
    "openshell_user openshell-gateway config preflight --path /home/openshell/.config/openshell/gateway.toml",
    "openshell_user systemctl --user enable --now openshell-gateway",
    "openshell_user openshell gateway select openshell >/dev/null 2>&1 ||",
    "    openshell_user openshell gateway add https://127.0.0.1:17670 --local --name openshell",
    "for _ in $(seq 60); do",
    "    openshell_user openshell status 2>/dev/null | grep -q 'Version:' && exit 0",
    "    sleep 2",
    "done",
    'echo "the gateway does not answer:"; openshell_user openshell status; exit 1',
);

/** The agent's image, and what it lacks: installed from outside, so that the sandbox needs no way to npm. */
function image(agent: HostAgent): Step {
    const env = Object.entries(agent.env).map(([name, value]) => `-e ${quote(`${name}=${value}`)}`);
    return step(
        "image",
        `docker build -q -t clawstack/agent:host -f ${paths.config}/Dockerfile ${paths.config}`,
        "docker volume inspect clawstack-agent >/dev/null 2>&1 || docker volume create clawstack-agent \\",
        `    --opt type=none --opt o=bind --opt device=${paths.agentState} \\`,
        "    --label openshell.ai/sandbox-attachable=true --label openshell.ai/sandbox-attachable-workspace=default",
        agent.setup !== undefined &&
            [
                `docker run --rm -i --user ${AGENT_OWNER} --cap-drop ALL --security-opt no-new-privileges \\`,
                `    -v clawstack-agent:${agent.stateDir} ${env.join(" ")} clawstack/agent:host sh -s <<'END_OF_SETUP'`,
                agent.setup,
                "END_OF_SETUP",
            ].join("\n"),
    );
}

/** A profile and a provider for each way out. Values go by the environment: never in an argument, a file or a log. */
function providers(agent: HostAgent): Step {
    const provider = (name: string, variables: readonly string[]) => {
        const credentials = variables.map((variable) => `--credential ${variable}`).join(" ");
        const id = `clawstack-${name}`;
        return [
            `openshell_user openshell provider profile export ${id} -o yaml >/dev/null 2>&1 ||`,
            `    openshell_user openshell provider profile import -f ${paths.config}/${id}.yaml`,
            `if openshell_user openshell provider get ${name} >/dev/null 2>&1; then`,
            credentials && `    openshell_user openshell provider update ${name} ${credentials}`,
            credentials ? "else" : "    :\nelse",
            `    openshell_user openshell provider create --name ${name} --type ${id} ${credentials}`.trimEnd(),
            "fi",
        ]
            .filter(Boolean)
            .join("\n");
    };
    return step(
        "providers",
        asOpenshell,
        "set -a",
        `. ${paths.secrets}/agent.env`,
        "set +a",
        provider("litellm", ["LITELLM_API_KEY"]),
        channelProfile(agent) && provider("channel", agent.channelSecrets),
    );
}

/** Made anew only when what it is made of has changed; its state is on the volume. */
function sandbox(agent: HostAgent): Step {
    const env = Object.entries(agent.env).map(([name, value]) => `--env ${quote(`${name}=${value}`)}`);
    const create = [
        "openshell sandbox create --name openclaw --from clawstack/agent:host",
        `--policy ${paths.config}/policy.yaml --provider litellm`,
        channelProfile(agent) && "--provider channel",
        `--cpu ${agent.cpu} --memory ${agent.memory}`,
        `--driver-config-json ${quote(driverConfig(agent))}`,
        // Returns when the sandbox is ready. Attached, it hung on the session that it opens.
        "--restart-policy always --detach --no-auto-providers",
        ...env,
        "--",
        ...agent.command,
    ].filter(Boolean);
    return step(
        "sandbox",
        asOpenshell,
        "revision=$({",
        `    cat ${paths.config}/policy.yaml ${paths.config}/clawstack-*.yaml`,
        "    docker image inspect -f '{{.Id}}' clawstack/agent:host",
        `    sha256sum ${paths.secrets}/*.env`,
        `    echo ${quote(create.join(" "))}`,
        "} | sha256sum)",
        "if openshell_user openshell sandbox get openclaw >/dev/null 2>&1; then",
        '    if [ "$revision" = "$(cat /home/openshell/.sandbox-revision 2>/dev/null)" ]; then',
        "        openshell_user openshell sandbox start openclaw",
        "        exit 0",
        "    fi",
        "    openshell_user openshell sandbox delete openclaw",
        "fi",
        `openshell_user ${create.join(" \\\n    ")}`,
        'echo "$revision" >/home/openshell/.sandbox-revision',
        "systemctl enable openshell-sandbox",
    );
}

/** From inside, with the agent's own Node: what must work works, and what must not does not. */
const verify = step(
    "verify",
    asOpenshell,
    `openshell_user openshell sandbox exec -n openclaw --no-tty --no-login-shell --timeout 120 -- /usr/local/bin/node --input-type=module - <${paths.programs}/verify.mjs`,
);

/** A unit, so that it is there after a restart. Its end of the line is checked: nobody else may hold the port. */
const forward = step(
    "dashboard",
    "systemctl enable dashboard-forward",
    "systemctl restart openshell-sandbox dashboard-forward",
    "for _ in $(seq 90); do",
    `    curl -fsS -m 5 http://127.0.0.1:${DASHBOARD_PORT}/healthz >/dev/null 2>&1 && systemctl is-active -q dashboard-forward && exit 0`,
    "    sleep 2",
    "done",
    `echo "the dashboard does not answer on port ${DASHBOARD_PORT}:"; ss -ltnp "sport = :${DASHBOARD_PORT}"; journalctl -u dashboard-forward -n 20 --no-pager; exit 1`,
);

export function sandboxSteps(agent: HostAgent): Step[] {
    return [install, gateway, image(agent), providers(agent), sandbox(agent), verify, forward];
}
