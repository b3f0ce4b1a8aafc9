import { at, kindOf, list, text } from "../inputs";
import type { PlannedResource, Rule } from "../types";

const isTrue = (value: unknown) => value === true || value === "true";

function unencrypted(resource: PlannedResource): string[] {
    const { type, inputs } = resource;
    switch (type) {
        case "eks:index:Cluster":
            return inputs["encryptionConfigKeyArn"]
                ? []
                : ["Kubernetes secrets have no envelope encryption; set encryptionConfigKeyArn"];
        case "aws:eks/cluster:Cluster":
            return at(inputs, "encryptionConfig", "provider", "keyArn")
                ? []
                : ["Kubernetes secrets have no envelope encryption; set encryptionConfig.provider.keyArn"];
        case "aws:rds/instance:Instance":
            return isTrue(inputs["storageEncrypted"]) ? [] : ["the database is stored in clear; set storageEncrypted"];
        case "aws:ebs/volume:Volume":
            return isTrue(inputs["encrypted"]) ? [] : ["the volume is stored in clear; set encrypted"];
        case "aws:sqs/queue:Queue":
            return isTrue(inputs["sqsManagedSseEnabled"]) || inputs["kmsMasterKeyId"]
                ? []
                : ["the queue is stored in clear; set sqsManagedSseEnabled"];
        case "aws:sns/topic:Topic":
            return inputs["kmsMasterKeyId"] ? [] : ["the topic is stored in clear; set kmsMasterKeyId"];
        case "aws:efs/fileSystem:FileSystem":
            return isTrue(inputs["encrypted"]) ? [] : ["the file system is stored in clear; set encrypted"];
        case "aws:kms/key:Key":
            return isTrue(inputs["enableKeyRotation"]) ? [] : ["the key is never rotated; set enableKeyRotation"];
        case "aws:ec2/instance:Instance":
            return isTrue(at(inputs, "rootBlockDevice", "encrypted"))
                ? []
                : ["the root volume is stored in clear; set rootBlockDevice.encrypted"];
        case "aws:ec2/launchTemplate:LaunchTemplate":
            return list(inputs["blockDeviceMappings"]).every((device) => isTrue(at(device, "ebs", "encrypted")))
                ? []
                : ["a volume of the launch template is stored in clear; set ebs.encrypted"];
    }
    switch (kindOf(resource)) {
        case "StorageClass":
            return text(inputs["provisioner"]) === "ebs.csi.aws.com" && !isTrue(at(inputs, "parameters", "encrypted"))
                ? ['volumes of this class are stored in clear; set parameters.encrypted to "true"']
                : [];
        case "EC2NodeClass": {
            const devices = list(at(inputs, "spec", "blockDeviceMappings"));
            return devices.length > 0 && devices.every((device) => isTrue(at(device, "ebs", "encrypted")))
                ? []
                : ["nodes store their disks in clear; set spec.blockDeviceMappings[].ebs.encrypted"];
        }
    }
    return [];
}

export const encryption: Rule = {
    name: "encryption-at-rest",
    severity: "error",
    reason: "Disks, snapshots and queues outlive what wrote them; encrypted ones are worth nothing without the key.",
    check: unencrypted,
};
