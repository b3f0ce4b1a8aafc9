import type { StackConfig } from "../config";
import { agentPorts, type ProxiedAgent, type ProxyAccess } from "../workloads";
import { agentKinds } from "./agents";
import { SANDBOX_LABEL, WARM_POOL_LABEL } from "./labels";

/** The two ways out of a sandbox. */
export interface Proxies {
    /** To the internet: HTTPS to the hosts of the agent's allow-list. */
    readonly egress: ProxyAccess;
    /** To models: LiteLLM, with the agent's key added on the way. */
    readonly inference: ProxyAccess;
}

/** Every agent of a stack, as the proxies know it. */
export function proxiedAgents({ sandboxes, warmPools }: Pick<StackConfig, "sandboxes" | "warmPools">): ProxiedAgent[] {
    const all = [
        ...sandboxes.map((config) => ({ config, label: SANDBOX_LABEL })),
        ...warmPools.map((config) => ({ config, label: WARM_POOL_LABEL })),
    ];
    const ports = agentPorts(all.map(({ config }) => config.name));
    return all.map(({ config: { name, agent, settings, allowedHosts }, label }) => {
        const kind = agentKinds[agent];
        const port = ports.get(name);
        if (!kind || !port) throw new Error(`${name}: the config was not checked`);
        return {
            name,
            namespace: kind.namespace,
            podLabels: { [label]: name },
            port,
            hosts: [...kind.egressHosts(settings), ...allowedHosts],
        };
    });
}

/** Base URL of the models for the agent with this port, without `/v1`. */
export function inferenceUrl({ inference }: Proxies, port: number): string {
    return `http://${inference.host}:${port}`;
}

/** Environment that sends an agent's HTTPS to its port of the egress proxy. In both spellings: programs differ. */
export function proxyEnv({ egress, inference }: Proxies, port: number): Record<string, string> {
    const proxy = `http://${egress.host}:${port}`;
    const direct = [inference.host, "localhost", "127.0.0.1", "::1"].join(",");
    return { HTTPS_PROXY: proxy, https_proxy: proxy, NO_PROXY: direct, no_proxy: direct };
}

/**
 * Names in the pod: the two proxies', and no others. There is no name server, which could carry data out in the names that
 * it is asked for; the address in its place refuses at once.
 */
export function podNames({ egress, inference }: Proxies) {
    return {
        dnsPolicy: "None",
        dnsConfig: { nameservers: ["127.0.0.1"], options: [{ name: "attempts", value: "1" }] },
        hostAliases: [egress, inference].map(({ address, host }) => ({ ip: address, hostnames: [host] })),
    };
}
