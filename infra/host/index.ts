import { Volume } from "@pulumi/aws/ebs";
import { Instance, VolumeAttachment } from "@pulumi/aws/ec2";
import { InstanceProfile, Role, RolePolicy } from "@pulumi/aws/iam";
import { Parameter, getParameterOutput } from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import type { HostConfig } from "../../config";
import { serviceTrust, type PolicyDocument } from "../policies";
import type { HostNetwork } from "./network";
import { agentPolicy, parameterPolicy } from "./policies";
import { Readiness } from "./readiness";

export { HostNetwork } from "./network";

export interface HostArgs {
    readonly config: HostConfig;
    readonly network: HostNetwork;
    /** Path of the host's parameters: `/clawstack/<name>`. */
    readonly parameterPrefix: string;
    /** Secrets by the name of their parameter. */
    readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
    /** The instance's right to call models; absent: it calls none of AWS. */
    readonly modelPolicy?: pulumi.Input<PolicyDocument>;
    /** User data, base64, for a host with this data volume. */
    userData(dataVolumeId: string): string;
    /** Program of the user data that sets the host up, and can run again. */
    readonly setupProgram: string;
}

/** Names of the image in AWS's public parameters, which Canonical keeps up to date. */
export function imageParameter(architecture: HostConfig["architecture"]): string {
    const arch = architecture === "arm64" ? "arm64" : "amd64";
    return `/aws/service/canonical/ubuntu/server/24.04/stable/current/${arch}/hvm/ebs-gp3/ami-id`;
}

/** One EC2 instance that nobody reaches but through Session Manager, with a volume that outlives it. */
export class Host extends pulumi.ComponentResource {
    readonly instanceId: pulumi.Output<string>;
    readonly dataVolumeId: pulumi.Output<string>;
    /** `ready`, once the host has set itself up. */
    readonly state: pulumi.Output<string>;

    constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:Host", name, {}, opts);
        const { config, network } = args;
        const inside = { parent: this };

        const volume = new Volume(
            `${name}-data`,
            {
                availabilityZone: network.availabilityZone,
                size: config.dataVolume.sizeGi,
                type: "gp3",
                encrypted: true,
                tags: { Name: `${config.name}-data` },
            },
            { ...inside, retainOnDelete: config.dataVolume.onRemove === "retain" },
        );
        const secrets = this.createSecrets(name, args);
        const state = new Parameter(
            `${name}-state`,
            { name: `${args.parameterPrefix}/state`, type: "String", value: "set-up has not ended" },
            // From then on it is the host's.
            { ...inside, ignoreChanges: ["value"] },
        );
        const { profile, policies } = this.createRole(name, args, secrets, state);
        const instance = new Instance(
            name,
            {
                ami: config.ami ?? getParameterOutput({ name: imageParameter(config.architecture) }, inside).value,
                instanceType: config.instanceType,
                subnetId: network.subnetId,
                vpcSecurityGroupIds: [network.securityGroupId],
                associatePublicIpAddress: false,
                iamInstanceProfile: profile.name,
                metadataOptions: {
                    httpEndpoint: "enabled",
                    httpTokens: "required",
                    // A container is one hop further away.
                    httpPutResponseHopLimit: 1,
                    instanceMetadataTags: "disabled",
                },
                rootBlockDevice: {
                    volumeType: "gp3",
                    volumeSize: config.rootVolumeGi,
                    encrypted: true,
                    deleteOnTermination: true,
                },
                ebsOptimized: true,
                userDataBase64: volume.id.apply((id) => args.userData(id)),
                userDataReplaceOnChange: true,
                tags: { Name: config.name, Sandbox: config.sandbox ? "openshell" : "none" },
            },
            // The volume has one place: the old instance goes before the new one comes.
            { ...inside, deleteBeforeReplace: true, dependsOn: policies },
        );
        const attachment = new VolumeAttachment(
            `${name}-data`,
            {
                deviceName: "/dev/sdf",
                instanceId: instance.id,
                volumeId: volume.id,
                // So that no write is cut in half.
                stopInstanceBeforeDetaching: true,
            },
            { ...inside, deleteBeforeReplace: true },
        );
        const readiness = new Readiness(
            `${name}-ready`,
            {
                hostName: config.name,
                instanceId: instance.id,
                state,
                program: args.setupProgram,
                revision: pulumi.all(secrets.map(({ version }) => version)).apply((versions) => versions.join(".")),
                timeoutMinutes: config.readyTimeoutMinutes,
            },
            { parent: this, dependsOn: attachment },
        );
        this.instanceId = instance.id;
        this.dataVolumeId = volume.id;
        this.state = readiness.state;
        this.registerOutputs({ instanceId: this.instanceId });
    }

    private createSecrets(name: string, { secrets, parameterPrefix }: HostArgs): Parameter[] {
        return Object.entries(secrets).map(
            ([key, value]) =>
                new Parameter(
                    `${name}-${key}`,
                    { name: `${parameterPrefix}/${key}`, type: "SecureString", value },
                    { parent: this },
                ),
        );
    }

    private createRole(name: string, args: HostArgs, secrets: readonly Parameter[], state: Parameter) {
        const inside = { parent: this };
        const role = new Role(
            name,
            { name: `${args.config.name}-instance`, assumeRolePolicy: serviceTrust("ec2.amazonaws.com") },
            inside,
        );
        const parameters = pulumi
            .all([pulumi.all(secrets.map(({ arn }) => arn)), state.arn])
            .apply(([secretArns, stateArn]) => parameterPolicy(secretArns, stateArn));
        const documents = {
            "systems-manager": pulumi.output(agentPolicy()),
            parameters,
            ...(args.modelPolicy ? { models: pulumi.output(args.modelPolicy) } : {}),
        };
        const policies = Object.entries(documents).map(
            ([policy, document]) =>
                new RolePolicy(
                    `${name}-${policy}`,
                    { name: policy, role: role.name, policy: pulumi.jsonStringify(document) },
                    inside,
                ),
        );
        const profile = new InstanceProfile(name, { name: role.name, role: role.name }, inside);
        return { profile, policies };
    }
}
