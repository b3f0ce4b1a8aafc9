import { Budget } from "@pulumi/aws/budgets";
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import type { BudgetConfig } from "../config";

export interface CostAlarmArgs {
    /** Absent: no alarm. */
    readonly config: BudgetConfig | undefined;
    readonly stack: string;
    /** Cluster or host that the budget is named after. */
    readonly platformName: string;
}

/** Mails of AWS Budgets when a month costs, or will cost, more than it should. Models on Bedrock are in it. */
export class CostAlarm extends pulumi.ComponentResource {
    constructor(name: string, { config, stack, platformName }: CostAlarmArgs, opts?: ComponentResourceOptions) {
        super("clawstack:infra:CostAlarm", name, {}, opts);
        this.registerOutputs({});
        if (!config) return;
        const notify = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
            notificationType,
            threshold,
            thresholdType: "PERCENTAGE",
            comparisonOperator: "GREATER_THAN",
            subscriberEmailAddresses: config.emails,
        });
        new Budget(
            name,
            {
                name: `${platformName}-monthly`,
                budgetType: "COST",
                timeUnit: "MONTHLY",
                limitAmount: String(config.monthlyUsd),
                limitUnit: "USD",
                costFilters:
                    config.scope === "stack" ? [{ name: "TagKeyValue", values: [`user:Stack$${stack}`] }] : undefined,
                notifications: [notify("ACTUAL", 80), notify("ACTUAL", 100), notify("FORECASTED", 100)],
            },
            { parent: this },
        );
    }
}
