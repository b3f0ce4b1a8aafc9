import {
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
} from "@pulumi/kubernetes/admissionregistration/v1";
import { CronJob } from "@pulumi/kubernetes/batch/v1";
import { Namespace, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import type { SandboxConfig, ScheduleConfig } from "../config";
import { labels, restrictedNamespace } from "../workloads";
import { defaultDenySpec } from "./network-policy";
import { SCHEDULE, scheduleAdmissionSpec, schedulePolicySpec, scheduleRules, scheduleSpec } from "./schedule";

export interface ScheduledSandbox {
    readonly config: Pick<SandboxConfig, "name"> & { readonly schedule: ScheduleConfig };
    /** Namespace of the sandbox. */
    readonly namespace: string;
}

export interface SandboxSchedulesArgs {
    readonly sandboxes: readonly ScheduledSandbox[];
    /** Blocks that hold the addresses of the API server: of the services, and of its endpoints in the VPC. */
    readonly apiCidrs: readonly pulumi.Input<string>[];
}

/** Suspends sandboxes out of their hours and resumes them, from a namespace that no agent runs in. */
export class SandboxSchedules extends pulumi.ComponentResource {
    constructor(name: string, args: SandboxSchedulesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:sandboxes:SandboxSchedules", name, {}, opts);
        const { sandboxes } = args;
        const inside = { parent: this };
        const namespace = new Namespace(
            name,
            {
                metadata: {
                    name: SCHEDULE,
                    labels: { ...labels(SCHEDULE), ...restrictedNamespace },
                },
            },
            inside,
        ).metadata.name;
        const metadata = (objectName: string) => ({ name: objectName, namespace, labels: labels(SCHEDULE) });
        new NetworkPolicy(
            `${name}-default-deny`,
            { metadata: metadata("default-deny"), spec: defaultDenySpec() },
            inside,
        );
        new NetworkPolicy(
            `${name}-api`,
            { metadata: metadata("api-server"), spec: schedulePolicySpec(args.apiCidrs) },
            inside,
        );
        const account = new ServiceAccount(name, { metadata: metadata(SCHEDULE) }, inside);

        const targets = new Set(sandboxes.map((each) => each.namespace));
        for (const target of targets) {
            const names = sandboxes.filter((each) => each.namespace === target).map(({ config }) => config.name);
            const roleMetadata = { name: SCHEDULE, namespace: target, labels: labels(SCHEDULE) };
            const role = new Role(`${name}-${target}`, { metadata: roleMetadata, rules: scheduleRules(names) }, inside);
            new RoleBinding(
                `${name}-${target}`,
                {
                    metadata: roleMetadata,
                    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
                    subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
                },
                inside,
            );
        }
        this.limitToOperatingMode(name);
        for (const { config, namespace: target } of sandboxes) {
            for (const [mode, suffix] of [
                ["Running", "resume"],
                ["Suspended", "suspend"],
            ] as const) {
                new CronJob(
                    `${name}-${config.name}-${suffix}`,
                    {
                        // At most 52 characters: a Job's name adds 11.
                        metadata: metadata(`${config.name}-${suffix}`),
                        spec: scheduleSpec(config.schedule, target, config.name, mode),
                    },
                    inside,
                );
            }
        }
        this.registerOutputs({});
    }
    private limitToOperatingMode(name: string): void {
        const inside = { parent: this };
        const metadata = { name: `clawstack-${SCHEDULE}`, labels: labels(SCHEDULE) };
        const policy = new ValidatingAdmissionPolicy(name, { metadata, spec: scheduleAdmissionSpec() }, inside);
        new ValidatingAdmissionPolicyBinding(
            name,
            { metadata, spec: { policyName: policy.metadata.name, validationActions: ["Deny"] } },
            inside,
        );
    }
}
