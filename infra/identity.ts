import { PodIdentityAssociation } from "@pulumi/aws/eks";
import { Role, RolePolicy, RolePolicyAttachment } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { podIdentityTrust, type PolicyDocument } from "./policies";

export interface PodIdentityArgs {
    readonly clusterName: string;
    /** The cluster's name as AWS gives it back, so that the association waits for the cluster. */
    readonly cluster: pulumi.Input<string>;
    readonly namespace: string;
    readonly serviceAccount: string;
    readonly roleName: string;
    /** Inline policies by name. */
    readonly policies?: Readonly<Record<string, pulumi.Input<PolicyDocument>>>;
    readonly managedPolicyArns?: readonly string[];
}

/** An IAM role for one service account, through EKS Pod Identity: short-lived credentials and no key anywhere. */
export class PodIdentity extends pulumi.ComponentResource {
    readonly roleArn: pulumi.Output<string>;
    /** Wait for it before a pod starts: credentials are mounted at a pod's creation alone. */
    readonly association: PodIdentityAssociation;

    constructor(name: string, args: PodIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:PodIdentity", name, {}, opts);
        const inside = { parent: this };

        const role = new Role(
            name,
            {
                name: args.roleName,
                assumeRolePolicy: podIdentityTrust(args.clusterName, args.namespace, args.serviceAccount),
            },
            inside,
        );
        const policies = Object.entries(args.policies ?? {}).map(
            ([policy, document]) =>
                new RolePolicy(
                    `${name}-${policy}`,
                    { name: policy, role: role.name, policy: pulumi.jsonStringify(document) },
                    inside,
                ),
        );
        const attachments = (args.managedPolicyArns ?? []).map(
            (policyArn) =>
                new RolePolicyAttachment(
                    `${name}-${policyArn.split("/").at(-1)}`,
                    { role: role.name, policyArn },
                    inside,
                ),
        );
        this.association = new PodIdentityAssociation(
            name,
            {
                clusterName: args.cluster,
                namespace: args.namespace,
                serviceAccount: args.serviceAccount,
                roleArn: role.arn,
            },
            { ...inside, dependsOn: [...policies, ...attachments] },
        );
        this.roleArn = role.arn;
        this.registerOutputs({ roleArn: this.roleArn });
    }
}
