import type { HostAgent } from "./agent";
import { DASHBOARD_PORT, GATEWAY_ADDRESS, GATEWAY_PORT } from "./layout";

/** Addresses that an agent has no business with: metadata, other machines of the network, itself aside. */
const PRIVATE = "{ 0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16 }";

/** Rules for the account of an agent without a sandbox. With one, its processes have no network of the host's. */
function agentRules(agent: HostAgent): string[] {
    return [
        `        meta skuid "openclaw" ip daddr ${GATEWAY_ADDRESS} tcp dport ${GATEWAY_PORT} accept`,
        // OpenClaw calls its own gateway, and answers whoever opened the dashboard.
        `        meta skuid "openclaw" oifname "lo" tcp dport ${DASHBOARD_PORT} accept`,
        `        meta skuid "openclaw" ct state established,related accept`,
        ...(agent.channelHosts.length > 0
            ? [
                  `        meta skuid "openclaw" ip daddr 127.0.0.53 meta l4proto { tcp, udp } th dport 53 accept`,
                  `        meta skuid "openclaw" ip daddr ${PRIVATE} reject`,
                  `        meta skuid "openclaw" meta nfproto ipv4 tcp dport 443 accept`,
              ]
            : []),
        `        meta skuid "openclaw" reject`,
    ];
}

/**
 * The host's firewall. Nobody opens a connection to the host. Only root (SSM agent, set-up) and LiteLLM (Bedrock) may
 * ask the metadata service for the role's credentials; no container may.
 */
export function firewall(agent: HostAgent, sandboxed: boolean): string {
    return [
        "table inet clawstack",
        "delete table inet clawstack",
        "table inet clawstack {",
        "    chain input {",
        "        type filter hook input priority 0; policy drop;",
        '        iifname "lo" accept',
        "        ct state established,related accept",
        // ICMP and ICMPv6, by number: their names are in a file that a small image lacks.
        "        meta l4proto { 1, 58 } accept",
        "        udp sport 67 udp dport 68 accept",
        "        udp sport 547 udp dport 546 accept",
        "    }",
        "    chain forward {",
        "        type filter hook forward priority 0; policy accept;",
        "        ip daddr 169.254.0.0/16 reject",
        "        ip6 daddr fd00:ec2::/32 reject",
        "    }",
        "    chain output {",
        "        type filter hook output priority 0; policy accept;",
        '        ip daddr 169.254.169.254 meta skuid != { "root", "litellm" } reject',
        '        ip6 daddr fd00:ec2::254 meta skuid != { "root", "litellm" } reject',
        ...(sandboxed ? [] : agentRules(agent)),
        "    }",
        "}",
        "",
    ].join("\n");
}
