import { Namespace } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { labels, restrictedNamespace } from "../workloads";
import { defaultDenySpec } from "./network-policy";

export interface SandboxNamespaceArgs {
    readonly namespace: string;
    /** A sandbox in it keeps its volume: the namespace must not take the claim with it. */
    readonly retain: boolean;
    /** Takes over a namespace that was kept with the volumes in it. */
    readonly adopting?: pulumi.ProviderResource;
}

/** A namespace for sandboxes: Pod Security `restricted`, and no network until a policy gives some. */
export class SandboxNamespace extends pulumi.ComponentResource {
    readonly name: pulumi.Output<string>;

    constructor(name: string, args: SandboxNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:sandboxes:SandboxNamespace", name, {}, opts);
        const { namespace, retain, adopting } = args;
        const created = new Namespace(
            name,
            {
                metadata: {
                    name: namespace,
                    labels: { ...labels(namespace), ...restrictedNamespace },
                },
            },
            { parent: this, provider: adopting, retainOnDelete: retain },
        );
        this.name = created.metadata.name;
        new NetworkPolicy(
            `${name}-default-deny`,
            {
                metadata: { name: "default-deny", namespace: this.name, labels: labels(namespace) },
                spec: defaultDenySpec(),
            },
            { parent: this },
        );
        this.registerOutputs({ name: this.name });
    }
}
