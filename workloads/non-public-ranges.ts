/** Addresses that "the internet" leaves out: private ranges, carrier NAT, link-local with the metadata services, and
 * what is no host. 169.254.169.254 is EC2's metadata service, 169.254.170.23 EKS Pod Identity. */
export const nonPublicRanges = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
] as const;
