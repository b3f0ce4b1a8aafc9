import { z } from "zod";
import { flag, integer, oneOf, section, text } from "./fields";

/** The `host` target: one EC2 instance with one agent. */
export const hostSchema = section({
    /** Name of the instance; roles and parameters are named after it. */
    instanceType: text(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an EC2 instance type such as m7i.large").default("m7i.large"),
    architecture: oneOf(["x86_64", "arm64"]).default("x86_64"),
    /** Root volume, GiB. */
    volumeGi: integer(25, 2000, "GiB").default(30),
    /** Volume that holds the agent's state and survives a replacement of the instance, GiB. */
    dataVolumeGi: integer(1, 2000, "GiB").default(10),
    /** Run the agent in an OpenShell sandbox; without it, systemd's hardening alone holds the agent. */
    sandbox: flag().default(true),
    /** A private subnet to use; absent: a VPC is made. */
    subnetId: text(/^subnet-[0-9a-f]{8,17}$/, "a subnet id such as subnet-0123456789abcdef0").optional(),
});

export type HostConfig = z.output<typeof hostSchema>;
