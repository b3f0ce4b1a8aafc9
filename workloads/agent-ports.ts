import { createHash } from "node:crypto";

/** Ports that agents get: above the well-known ones, below those that Linux gives to outgoing connections (32768). */
const FIRST_PORT = 10_000;
const PORT_COUNT = 20_000;

/** What the proxies know an agent (a sandbox or a warm pool) by, and where its pods are. */
export interface ProxiedAgent {
    readonly name: string;
    readonly namespace: string;
    /** Labels that its pods have, and no pod of another agent. */
    readonly podLabels: Readonly<Record<string, string>>;
    /** Its port on the egress proxy and on the inference proxy. Who comes by a port is who the port was given to. */
    readonly port: number;
    /** Host names that it may reach; `*.slack.com` is all names below slack.com. */
    readonly hosts: readonly string[];
}

function candidate(name: string, attempt: number): number {
    const hash = createHash("sha256").update(`${name}#${attempt}`).digest();
    return FIRST_PORT + (hash.readUInt32BE(0) % PORT_COUNT);
}

/**
 * A port for each name. It depends on the name alone unless two names hash to one port: then the name that comes first
 * in the config has it. So an agent that is added at the end of the config moves no other, and one that is removed moves
 * at most those that had collided with it.
 *
 * @param names In the order of the config, each once.
 */
export function agentPorts(names: readonly string[]): ReadonlyMap<string, number> {
    if (names.length > PORT_COUNT / 2) throw new Error(`at most ${PORT_COUNT / 2} agents; there are ${names.length}`);
    const taken = new Set<number>();
    return new Map(
        names.map((name) => {
            let attempt = 0;
            while (taken.has(candidate(name, attempt))) attempt += 1;
            const port = candidate(name, attempt);
            taken.add(port);
            return [name, port];
        }),
    );
}
