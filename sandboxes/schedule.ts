import type * as pulumi from "@pulumi/pulumi";
import type { ScheduleConfig } from "../config";
import { kubectl } from "../config/versions";
import { labels, restrictedContainer, restrictedPod } from "../workloads";

/** Name of the namespace that schedules run in, of their service account, and of what goes with it. */
export const SCHEDULE = "sandbox-schedule";

export type OperatingMode = "Running" | "Suspended";

/** Days of the week as cron counts them. */
const DAY_NUMBERS = { sun: 0, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6 } as const;

function cron(time: string, days: readonly number[]): string {
    const [hour, minute] = time.split(":").map(Number);
    return `${minute} ${hour} * * ${[...days].sort((a, b) => a - b).join(",")}`;
}

/** Cron expressions of the start and the end of a sandbox's hours. */
export function scheduleCrons({ from, to, days }: ScheduleConfig): Record<OperatingMode, string> {
    const starts = [...new Set(days)].map((day) => DAY_NUMBERS[day]);
    const isOvernight = to < from;
    const ends = isOvernight ? starts.map((day) => (day + 1) % 7) : starts;
    return { Running: cron(from, starts), Suspended: cron(to, ends) };
}

/** What the Job runs: one field of one sandbox. */
export function scheduleCommand(namespace: string, sandbox: string, mode: OperatingMode): string[] {
    const patch = JSON.stringify({ spec: { operatingMode: mode } });
    return [
        "kubectl",
        "patch",
        "sandboxes.agents.x-k8s.io",
        sandbox,
        `--namespace=${namespace}`,
        "--type=merge",
        `--patch=${patch}`,
    ];
}

/** Spec of the CronJob (batch/v1) that brings a sandbox into one mode. */
export function scheduleSpec(schedule: ScheduleConfig, namespace: string, sandbox: string, mode: OperatingMode) {
    return {
        schedule: scheduleCrons(schedule)[mode],
        timeZone: schedule.timezone,
        concurrencyPolicy: "Replace",
        // A start that was missed while the control plane was away is made up for within the hour.
        startingDeadlineSeconds: 3600,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
        jobTemplate: {
            spec: {
                backoffLimit: 5,
                activeDeadlineSeconds: 600,
                template: {
                    metadata: { labels: labels(SCHEDULE) },
                    spec: {
                        serviceAccountName: SCHEDULE,
                        restartPolicy: "OnFailure",
                        securityContext: restrictedPod,
                        containers: [
                            {
                                name: "patch",
                                image: kubectl.image,
                                command: scheduleCommand(namespace, sandbox, mode),
                                securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
                                resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "128Mi" } },
                            },
                        ],
                    },
                },
            },
        },
    };
}

/** What the Jobs may do: change these sandboxes of a namespace, and see or change nothing else. */
export function scheduleRules(sandboxes: readonly string[]) {
    return [
        {
            apiGroups: ["agents.x-k8s.io"],
            resources: ["sandboxes"],
            resourceNames: [...sandboxes].sort(),
            verbs: ["get", "patch"],
        },
    ];
}

/** The API server alone: kubectl finds it by the address in its environment, without DNS. */
export function schedulePolicySpec(apiCidrs: readonly pulumi.Input<string>[]) {
    return {
        podSelector: { matchLabels: labels(SCHEDULE) },
        policyTypes: ["Ingress", "Egress"],
        egress: [
            {
                to: apiCidrs.map((cidr) => ({ ipBlock: { cidr } })),
                ports: [{ protocol: "TCP", port: 443 }],
            },
        ],
    };
}

/** Fields of a Sandbox that a schedule leaves alone: all but its operating mode. */
const fixedFields = [
    "metadata.?labels",
    "metadata.?annotations",
    "spec.?podTemplate",
    "spec.?volumeClaimTemplates",
    "spec.?service",
    "spec.?shutdownPolicy",
    "spec.?shutdownTime",
];

/** ValidatingAdmissionPolicy: RBAC can't say which field of a Sandbox may be changed, this can. */
export function scheduleAdmissionSpec() {
    return {
        failurePolicy: "Fail",
        matchConstraints: {
            resourceRules: [
                {
                    apiGroups: ["agents.x-k8s.io"],
                    apiVersions: ["*"],
                    operations: ["UPDATE"],
                    resources: ["sandboxes"],
                },
            ],
        },
        matchConditions: [
            {
                name: "by-the-schedule",
                expression: `request.userInfo.username == "system:serviceaccount:${SCHEDULE}:${SCHEDULE}"`,
            },
        ],
        validations: [
            {
                expression: fixedFields.map((field) => `object.${field} == oldObject.${field}`).join(" && "),
                message: "a schedule changes spec.operatingMode and nothing else",
            },
        ],
    };
}
