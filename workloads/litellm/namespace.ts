import { Namespace } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { restrictedNamespace } from "../pod-security";
import { LITELLM_NAMESPACE, litellmLabels } from "./manifests";

/** The namespace that LiteLLM shares with its database. */
export class GatewayNamespace extends pulumi.ComponentResource {
    readonly name: pulumi.Output<string>;

    constructor(name: string, _args: Record<string, never>, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:GatewayNamespace", name, {}, opts);
        const namespace = new Namespace(
            name,
            { metadata: { name: LITELLM_NAMESPACE, labels: { ...litellmLabels, ...restrictedNamespace } } },
            { parent: this },
        );
        this.name = namespace.metadata.name;
        this.registerOutputs({ name: this.name });
    }
}
