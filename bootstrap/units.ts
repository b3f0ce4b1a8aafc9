import type { HostAgent } from "./agent";
import { DASHBOARD_PORT, GATEWAY_ADDRESS, GATEWAY_PORT, paths, type HostFile } from "./layout";

/** Sections of a systemd unit; a list gives one line each. */
type Unit = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

function render(unit: Unit): string {
    const lines = Object.entries(unit).flatMap(([section, settings]) => [
        `[${section}]`,
        ...Object.entries(settings).flatMap(([key, value]) =>
            (typeof value === "string" ? [value] : value).map((each) => `${key}=${each}`),
        ),
        "",
    ]);
    return lines.join("\n");
}

const unit = (name: string, sections: Unit): HostFile => ({
    path: `/etc/systemd/system/${name}.service`,
    content: render(sections),
});

const atBoot = { WantedBy: "multi-user.target" };

/** What no service of ours needs; the strictest that Python and Node run with. */
const hardening = {
    NoNewPrivileges: "yes",
    CapabilityBoundingSet: "",
    AmbientCapabilities: "",
    ProtectSystem: "strict",
    ProtectHome: "yes",
    PrivateTmp: "yes",
    PrivateDevices: "yes",
    PrivateIPC: "yes",
    ProtectClock: "yes",
    ProtectHostname: "yes",
    ProtectKernelTunables: "yes",
    ProtectKernelModules: "yes",
    ProtectKernelLogs: "yes",
    ProtectControlGroups: "yes",
    ProtectProc: "invisible",
    RestrictNamespaces: "yes",
    RestrictRealtime: "yes",
    RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    LockPersonality: "yes",
    RemoveIPC: "yes",
    KeyringMode: "private",
    SystemCallArchitectures: "native",
    SystemCallFilter: ["@system-service", "~@privileged @resources"],
    SystemCallErrorNumber: "EPERM",
    UMask: "0077",
} as const;

/** LiteLLM's address, on the loopback interface: a packet for it never leaves the host. */
const address = unit("clawstack-address", {
    Unit: { Description: "Address of LiteLLM, on this host alone", Before: "litellm.service" },
    Service: {
        Type: "oneshot",
        RemainAfterExit: "yes",
        ExecStart: `/usr/sbin/ip address replace ${GATEWAY_ADDRESS}/32 dev lo`,
    },
    Install: atBoot,
});

const firewall = unit("clawstack-firewall", {
    Unit: { Description: "What may reach this host, and who may ask for its credentials", Before: "litellm.service" },
    Service: {
        Type: "oneshot",
        RemainAfterExit: "yes",
        ExecStart: `/usr/sbin/nft -f ${paths.config}/firewall.nft`,
    },
    Install: atBoot,
});

const secrets = unit("clawstack-secrets", {
    Unit: {
        Description: "Secrets of LiteLLM and the agent, from Parameter Store to memory",
        Wants: "network-online.target",
        After: "network-online.target",
        Before: "litellm.service",
    },
    Service: {
        Type: "oneshot",
        RemainAfterExit: "yes",
        ExecStart: `${paths.programs}/secrets`,
        Restart: "on-failure",
        RestartSec: "10",
    },
    Install: atBoot,
});

const litellm = unit("litellm", {
    Unit: {
        Description: "LiteLLM, the one way from the agent to a model",
        Requires: ["clawstack-address.service", "clawstack-secrets.service"],
        After: [
            "clawstack-address.service",
            "clawstack-secrets.service",
            "clawstack-firewall.service",
            "redis-server.service",
        ],
        Wants: ["clawstack-firewall.service", "redis-server.service"],
    },
    Service: {
        User: "litellm",
        Group: "litellm",
        EnvironmentFile: `${paths.secrets}/litellm.env`,
        Environment: ["LITELLM_LOCAL_MODEL_COST_MAP=True", "PYTHONDONTWRITEBYTECODE=1", "HOME=/var/lib/litellm"],
        StateDirectory: "litellm",
        WorkingDirectory: "/var/lib/litellm",
        ExecStart: `${paths.litellm}/bin/litellm --config ${paths.config}/litellm.yaml --host ${GATEWAY_ADDRESS} --port ${GATEWAY_PORT} --telemetry False`,
        Restart: "always",
        RestartSec: "5",
        TimeoutStartSec: "300",
        RestrictSUIDSGID: "yes",
        ...hardening,
    },
    Install: atBoot,
});

/** Starts the sandbox after a boot: the gateway brings back its records, not its containers. */
const sandbox = unit("openshell-sandbox", {
    Unit: {
        Description: "The agent's OpenShell sandbox",
        After: ["litellm.service", "docker.service"],
        Wants: "litellm.service",
    },
    Service: {
        Type: "oneshot",
        RemainAfterExit: "yes",
        User: "openshell",
        ExecStart: "/usr/bin/openshell sandbox start openclaw",
        ExecStop: "/usr/bin/openshell sandbox stop openclaw",
        Restart: "on-failure",
        RestartSec: "10",
        TimeoutStartSec: "600",
    },
    Install: atBoot,
});

/** In the foreground, so that systemd sees it end: a forward in the background dies without a word. */
const forward = unit("dashboard-forward", {
    Unit: {
        Description: "The agent's dashboard on this host's loopback",
        Requires: "openshell-sandbox.service",
        After: "openshell-sandbox.service",
        StartLimitIntervalSec: "0",
    },
    Service: {
        User: "openshell",
        ExecStart: `/usr/bin/openshell forward start ${DASHBOARD_PORT} openclaw`,
        Restart: "always",
        RestartSec: "5",
        NoNewPrivileges: "yes",
        ProtectSystem: "strict",
        ReadWritePaths: "/home/openshell",
        PrivateTmp: "yes",
    },
    Install: atBoot,
});

/**
 * The agent without OpenShell: systemd's hardening, and the firewall's rules for its account.
 *
 * Without RestrictSUIDSGID: for it systemd refuses openat2 as a whole, with which OpenClaw opens its lock files, and the
 * gateway then ends with 78 and says that another one owns its state. What the agent can write is mounted nosuid (the
 * data volume) or behind a folder of root's (its /tmp).
 */
function openclaw(agent: HostAgent): HostFile[] {
    const confined = {
        User: "openclaw",
        Group: "openclaw",
        EnvironmentFile: `${paths.secrets}/agent.env`,
        Environment: Object.entries(agent.env).map(([name, value]) => `"${name}=${value}"`),
        WorkingDirectory: paths.agentState,
        ReadWritePaths: paths.agentState,
        // The firewall says so, too; this holds where it was not loaded.
        IPAddressDeny: "169.254.0.0/16 fe80::/10 fd00:ec2::/32",
        ...hardening,
    };
    const waits = {
        Requires: ["litellm.service", "clawstack-firewall.service"],
        After: ["litellm.service", "clawstack-firewall.service"],
        RequiresMountsFor: paths.data,
    };
    return [
        unit("openclaw", {
            Unit: { Description: "OpenClaw, held by systemd alone", ...waits },
            Service: {
                ExecStart: agent.command.join(" "),
                Restart: "always",
                RestartSec: "5",
                // OpenClaw's own unit has these: 78 is a config or a state that no restart mends, and one child that ran
                // out of memory does not end the gateway.
                RestartPreventExitStatus: "78",
                SuccessExitStatus: "0 143",
                KillMode: "mixed",
                OOMPolicy: "continue",
                MemoryMax: agent.memory.replace(/i$/, ""),
                TasksMax: "512",
                ...confined,
            },
            Install: atBoot,
        }),
        unit("openclaw-verify", {
            Unit: { Description: "Checks from where the agent runs", ...waits },
            Service: {
                Type: "oneshot",
                ExecStart: `${agent.node} ${paths.programs}/verify.mjs`,
                ...confined,
            },
        }),
    ];
}

/** Docker waits for the data volume: without it, the sandbox would find an empty folder where its memory was. */
const dockerAfterData: HostFile = {
    path: "/etc/systemd/system/docker.service.d/clawstack.conf",
    content: render({ Unit: { RequiresMountsFor: paths.data } }),
};

/** Every unit of the host. */
export function hostUnits(agent: HostAgent, sandboxed: boolean): HostFile[] {
    return [
        address,
        firewall,
        secrets,
        litellm,
        ...(sandboxed ? [dockerAfterData, sandbox, forward] : openclaw(agent)),
    ];
}
