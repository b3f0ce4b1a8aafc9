import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What a network namespace with loopback alone saw go astray, as Linux counts it. */
export interface Strayed {
    /** Connections and packets to addresses that no route leads to: all but loopback. */
    readonly noRoute: number;
    /** Packets to a UDP port of loopback that nothing listens on: look-ups of names. */
    readonly lookUps: number;
}

/** @param folder With the files snmp and snmp6 of /proc/net. */
export async function strayed(folder: string): Promise<Strayed> {
    const [four, six] = await Promise.all(["snmp", "snmp6"].map((name) => readFile(join(folder, name), "utf8")));
    const ipv4 = (protocol: string, counter: string) => {
        const [names, values] = (four ?? "").split("\n").filter((line) => line.startsWith(`${protocol}: `));
        return value(values?.split(" ")[names?.split(" ").indexOf(counter) ?? -1], counter);
    };
    const ipv6 = (counter: string) => value(new RegExp(`^${counter}\\s+(\\d+)`, "m").exec(six ?? "")?.[1], counter);
    return {
        noRoute: ipv4("Ip", "OutNoRoutes") + ipv6("Ip6OutNoRoutes"),
        lookUps: ipv4("Udp", "NoPorts") + ipv6("Udp6NoPorts"),
    };
}

function value(text: string | undefined, counter: string): number {
    if (!/^\d+$/.test(text ?? "")) throw new Error(`Linux does not count ${counter}`);
    return Number(text);
}
