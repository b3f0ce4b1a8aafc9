import { z } from "zod";
import { amount, flag, integer, oneOf, section, text } from "./fields";

/** Snapshots of the agents' volumes. The database has its own: `gateway.database.backupRetentionDays`. */
export const backupsSchema = section({
    agentVolumes: section({
        /** One snapshot a day of every volume of an agent, by AWS Backup. */
        enabled: flag().default(true),
        /** Hour of the day, UTC. */
        hourUtc: integer(0, 23, "hours UTC").default(3),
        retentionDays: integer(1, 3650, "days").default(14),
    }),
});

const email = text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "an e-mail address");

/** An alarm of AWS Budgets; absent: none. */
export const budgetSchema = z
    .strictObject(
        {
            /** US dollars a month. Mails go out at 80 % and 100 %, and when the forecast reaches 100 %. */
            monthlyUsd: amount(1, 10_000_000, "US dollars a month"),
            emails: z
                .array(email, { error: "a list of e-mail addresses" })
                .min(1, "at least one e-mail address")
                .max(10, "at most 10 e-mail addresses"),
            /**
             * `account`: what the account costs. `stack`: what carries this stack's tag, which counts from the day that
             * `Stack` is activated as a cost allocation tag.
             */
            scope: oneOf(["account", "stack"]).default("account"),
        },
        { error: "a mapping: monthlyUsd, emails" },
    )
    .optional();

export type BackupsConfig = z.output<typeof backupsSchema>;
export type BudgetConfig = NonNullable<z.output<typeof budgetSchema>>;
