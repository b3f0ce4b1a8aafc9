import { EventRule, EventTarget } from "@pulumi/aws/cloudwatch";
import { Queue, QueuePolicy } from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";
import { queuePolicy } from "./policies";

/** Events that Karpenter drains a node on, before EC2 takes it. */
export const interruptionEvents: Readonly<Record<string, { source: string[]; "detail-type": string[] }>> = {
    "scheduled-change": { source: ["aws.health"], "detail-type": ["AWS Health Event"] },
    "spot-interruption": { source: ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"] },
    rebalance: { source: ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"] },
    "instance-state-change": { source: ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"] },
    "capacity-reservation-interruption": {
        source: ["aws.ec2"],
        "detail-type": ["EC2 Capacity Reservation Instance Interruption Warning"],
    },
};

/** The queue that tells Karpenter of interruptions. */
export class InterruptionQueue extends pulumi.ComponentResource {
    readonly queueName: pulumi.Output<string>;
    readonly queueArn: pulumi.Output<string>;

    constructor(name: string, args: { clusterName: string }, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:InterruptionQueue", name, {}, opts);
        const inside = { parent: this };
        const queue = new Queue(
            name,
            // Five minutes: a spot instance has two from its warning.
            { name: `${args.clusterName}-karpenter`, messageRetentionSeconds: 300, sqsManagedSseEnabled: true },
            inside,
        );
        new QueuePolicy(
            name,
            { queueUrl: queue.url, policy: queue.arn.apply((arn) => JSON.stringify(queuePolicy(arn))) },
            inside,
        );
        for (const [event, pattern] of Object.entries(interruptionEvents)) {
            const rule = new EventRule(
                `${name}-${event}`,
                { name: `${args.clusterName}-karpenter-${event}`, eventPattern: JSON.stringify(pattern) },
                inside,
            );
            new EventTarget(`${name}-${event}`, { rule: rule.name, arn: queue.arn }, inside);
        }
        this.queueName = queue.name;
        this.queueArn = queue.arn;
        this.registerOutputs({ queueName: this.queueName });
    }
}
