import { z } from "zod";
import { flag, integer, section, text } from "./fields";

/** Prometheus and Grafana; sizes and retention as in the blueprint. */
export const monitoringSchema = section({
    prometheus: section({
        storageGi: integer(5, 16_000, "GiB").default(50),
        retentionDays: integer(1, 365, "days").default(15),
    }),
    grafana: section({
        storageGi: integer(1, 1000, "GiB").default(10),
        /** Raise by one to get a new admin password on the next `pulumi up`. */
        passwordRotation: integer(1, 100_000, "rotations").default(1),
    }),
    alerts: section({
        /** Slack channel that alerts go to. Its webhook is the secret `secrets.monitoring.slackWebhookUrl`. */
        slackChannel: text(/^#[a-z0-9][a-z0-9_-]{0,79}$/, "a Slack channel such as #agents-alerts (quoted)").optional(),
        /** Share of a budget at which its alert fires, percent. */
        budgetWarningPercent: integer(1, 99, "percent").default(80),
        enabled: flag().default(true),
    }),
});

export type MonitoringConfig = z.output<typeof monitoringSchema>;

/** Findings of the policies that are accepted for a time. */
export const policySchema = section({
    waivers: z
        .array(
            z.strictObject({
                /** Name of the rule, as a finding prints it. */
                rule: z.string().min(1),
                /** Name of the resource, as a finding prints it; `*` for all. */
                resource: z.string().min(1),
                reason: z
                    .string({ error: "why the finding is accepted" })
                    .min(10, "why the finding is accepted, in at least 10 characters"),
                /** Last day that the waiver holds. */
                until: z.iso.date({ error: "a date such as 2027-01-31 (quoted)" }),
            }),
            { error: "a list of waivers" },
        )
        .default([]),
});

export type PolicyConfig = z.output<typeof policySchema>;
