import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "./labels";

/** Name of the default class. */
export const DEFAULT_STORAGE_CLASS = "gp3";

/** The default storage class: encrypted gp3 that can grow. */
export class StorageClasses extends pulumi.ComponentResource {
    readonly defaultClass: pulumi.Output<string>;

    constructor(name: string, _args: Record<string, never>, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:StorageClasses", name, {}, opts);
        const gp3 = new StorageClass(
            `${name}-gp3`,
            {
                metadata: {
                    name: DEFAULT_STORAGE_CLASS,
                    labels: labels("storage"),
                    annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
                },
                provisioner: "ebs.csi.aws.com",
                parameters: { type: "gp3", encrypted: "true", "csi.storage.k8s.io/fstype": "ext4" },
                // A volume is made in the zone of the pod that uses it.
                volumeBindingMode: "WaitForFirstConsumer",
                allowVolumeExpansion: true,
                reclaimPolicy: "Delete",
            },
            { parent: this },
        );
        this.defaultClass = gp3.metadata.name;
        this.registerOutputs({ defaultClass: this.defaultClass });
    }
}
