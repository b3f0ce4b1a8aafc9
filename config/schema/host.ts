import { z } from "zod";
import { dnsLabel, flag, integer, oneOf, section, text } from "./fields";

/** Disk that the sandbox needs, GiB: images of OpenShell and OpenClaw, Docker's layers, LiteLLM. */
export const SANDBOX_DISK_GI = 25;

/** The `host` target: one EC2 instance with one agent. */
export const hostSchema = section({
    /** Name of the instance; its role, parameters and volumes are named after it. */
    name: dnsLabel("a host name").default("clawstack-host"),
    instanceType: text(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an EC2 instance type such as m7i.large").default("m7i.large"),
    /** Of the instance type: Graviton types (m7g, t4g) are arm64. */
    architecture: oneOf(["x86_64", "arm64"]).default("x86_64"),
    /** An image of Ubuntu 24.04 to stay with. Default: the newest; a newer one replaces the instance on the next `pulumi up`. */
    ami: text(/^ami-[0-9a-f]{8,17}$/, "an image id such as ami-0123456789abcdef0").optional(),
    /** Root volume, GiB (gp3, encrypted). At least 25 with the sandbox. */
    rootVolumeGi: integer(10, 2000, "GiB").default(30),
    /** Volume that holds the agent's state and survives a replacement of the instance (gp3, encrypted). */
    dataVolume: section({
        /** GiB. It can grow later, never shrink. */
        sizeGi: integer(1, 2000, "GiB").default(10),
        /** What becomes of the volume when the host leaves the config, or the stack is destroyed. */
        onRemove: oneOf(["retain", "delete"]).default("retain"),
    }),
    /** Run the agent in an OpenShell sandbox; without it, systemd's hardening and a firewall alone hold the agent. */
    sandbox: flag().default(true),
    /** A private subnet with a way to the internet (NAT); absent: a VPC of its own is made. */
    subnetId: text(/^subnet-[0-9a-f]{8,17}$/, "a subnet id such as subnet-0123456789abcdef0").optional(),
    /** Who the agent is: the text of its SOUL.md, written on the first start; the agent may change it later. */
    persona: z
        .string({ error: "a text" })
        .max(4000, "a text of at most 4000 characters: it travels in the instance's user data")
        .optional(),
    /** Minutes that `pulumi up` waits for the host to report that it is ready. */
    readyTimeoutMinutes: integer(5, 120, "minutes").default(30),
});

export type HostConfig = z.output<typeof hostSchema>;
