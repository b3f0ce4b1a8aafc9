import * as ipaddr from "ipaddr.js";

/** How an agent reaches a proxy. */
export interface ProxyAccess {
    /** Host name of its Service. */
    readonly host: string;
    /** Address of its Service. */
    readonly address: string;
    readonly namespace: string;
    readonly podLabels: Readonly<Record<string, string>>;
}

/** The n-th address of a block. */
function addressAt(cidr: string, n: number): string {
    const octets = ipaddr.IPv4.networkAddressFromCIDR(cidr).toByteArray();
    octets[3] = (octets[3] ?? 0) + n;
    return new ipaddr.IPv4(octets).toString();
}

/**
 * Addresses of the proxies' Services. Kubernetes keeps the first 16 addresses of every block (more of a large one) for
 * those who choose theirs; EKS itself takes the 1st for the API and the 10th for DNS.
 */
export function proxyAddresses(serviceCidr: string) {
    return { egress: addressAt(serviceCidr, 11), inference: addressAt(serviceCidr, 12) };
}
