import { litellm } from "../../config/versions";
import { AGENT_OWNER, type HostAgent } from "../agent";
import { GATEWAY_ADDRESS, GATEWAY_URL, paths } from "../layout";
import { quote, step, type Step } from "./step";

/** k3s ran out of the kernel's 128 inotify instances; agents that watch their files still do. */
export const limits = step(
    "limits",
    "cat >/etc/sysctl.d/60-clawstack.conf <<'EOF'",
    "fs.inotify.max_user_instances = 512",
    "fs.inotify.max_user_watches = 524288",
    "EOF",
    "sysctl -q -p /etc/sysctl.d/60-clawstack.conf",
);

/** Makes a file system on a volume that has none, and on no other. */
export function dataVolume(volumeId: string): Step {
    const serial = volumeId.replace("-", "");
    return step(
        "data-volume",
        `device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${serial}`,
        'for _ in $(seq 120); do [ -e "$device" ] && break; sleep 5; done',
        '[ -e "$device" ] || { echo "the data volume is not attached: $device"; exit 1; }',
        // 2: nothing is on it. Anything else than 0 is no reason to write on it.
        'status=0; blkid -p "$device" >/dev/null || status=$?',
        'if [ $status -eq 2 ]; then mkfs.ext4 -q -L clawstack "$device"; elif [ $status -ne 0 ]; then exit $status; fi',
        `mkdir -p ${paths.data}`,
        `grep -q ' ${paths.data} ' /etc/fstab || echo "LABEL=clawstack ${paths.data} ext4 defaults,nofail,nodev,nosuid 0 2" >>/etc/fstab`,
        `mountpoint -q ${paths.data} || mount -o nodev,nosuid "$device" ${paths.data}`,
        // A volume that grew; does nothing otherwise.
        'resize2fs "$device" >/dev/null',
    );
}

export function packages(sandboxed: boolean): Step {
    const names = ["curl", "ca-certificates", "nftables", "python3-venv", "python3-boto3", "redis-server"];
    return step(
        "packages",
        "export DEBIAN_FRONTEND=noninteractive",
        `packages=(${[...names, ...(sandboxed ? ["docker.io"] : ["xz-utils"])].join(" ")})`,
        'if ! dpkg-query -W "${packages[@]}" >/dev/null 2>&1; then',
        "    apt-get -o DPkg::Lock::Timeout=600 update -q",
        '    apt-get -o DPkg::Lock::Timeout=600 install -qy --no-install-recommends "${packages[@]}"',
        "fi",
        "systemctl enable --now redis-server",
        sandboxed && "systemctl enable --now docker",
        sandboxed &&
            [
                "docker=$(docker version --format '{{.Server.Version}}')",
                'if [ "${docker%%.*}" -lt 28 ]; then echo "OpenShell needs Docker 28 or newer, not $docker"; exit 1; fi',
            ].join("\n"),
    );
}

/** Accounts, the address of LiteLLM and the firewall. */
export function network(sandboxed: boolean): Step {
    const user = (name: string, options: string) =>
        `id -u ${name} >/dev/null 2>&1 || useradd --system --user-group ${options} ${name}`;
    return step(
        "network",
        user("litellm", "--home-dir /var/lib/litellm --shell /usr/sbin/nologin"),
        sandboxed
            ? // Whoever may speak to Docker is root in all but name: this account runs the gateway and nothing else.
              user("openshell", "--create-home --home-dir /home/openshell --shell /bin/bash --groups docker")
            : user("openclaw", `--home-dir ${paths.agentState} --shell /usr/sbin/nologin`),
        "systemctl daemon-reload",
        "systemctl enable --now clawstack-address",
        "systemctl enable clawstack-firewall",
        "systemctl restart clawstack-firewall || { journalctl -u clawstack-firewall -n 5 --no-pager -o cat; exit 1; }",
        `ip -4 address show dev lo | grep -q 'inet ${GATEWAY_ADDRESS}/32'`,
    );
}

export const proxy = step(
    "litellm",
    `if [ "$(cat ${paths.litellm}/.version 2>/dev/null)" != ${litellm.version} ]; then`,
    `    rm -rf ${paths.litellm}`,
    `    python3 -m venv ${paths.litellm}`,
    `    ${paths.litellm}/bin/pip install -q 'litellm[proxy]==${litellm.version}'`,
    `    echo ${litellm.version} >${paths.litellm}/.version`,
    "fi",
    "systemctl enable clawstack-secrets litellm",
    // Also where a secret has changed: they are fetched anew, and LiteLLM starts with them.
    `before=$({ cat ${paths.secrets}/litellm.env 2>/dev/null || true; } | sha256sum)`,
    "systemctl restart clawstack-secrets",
    `[ "$before" = "$(sha256sum <${paths.secrets}/litellm.env)" ] || systemctl restart litellm`,
    "systemctl start litellm",
    "for _ in $(seq 120); do",
    `    curl -fsS -m 5 ${GATEWAY_URL}/health/readiness >/dev/null 2>&1 && exit 0`,
    "    sleep 2",
    "done",
    'echo "LiteLLM does not answer:"; journalctl -u litellm -n 20 --no-pager; exit 1',
);

/**
 * The agent's state, made for its owner before the agent starts. Made by root, `identity` could not be written by the
 * agent, and the dashboard said `device token mismatch`.
 */
export function agentState(agent: HostAgent, owner: string = AGENT_OWNER): Step {
    const state = agent.hostStateDir;
    return step(
        "agent-state",
        `install -d -m 0700 ${paths.agentState} ${state} ${state}/identity ${state}/workspace`,
        ...Object.entries(agent.seed).map(([name, content]) =>
            [
                `[ -e ${state}/${name} ] || cat >${state}/${name} <<'END_OF_SEED'`,
                `${content.trimEnd()}`,
                "END_OF_SEED",
            ].join("\n"),
        ),
        // OpenClaw reads it at its start. It opens the dashboard, and nothing else.
        `install -m 0600 ${paths.secrets}/dashboard.env ${state}/.env`,
        `chown -R ${quote(owner)} ${paths.agentState}`,
    );
}
