import type { Region } from "@pulumi/aws";
import { Provider } from "@pulumi/aws/provider";

export interface AwsProviderArgs {
    readonly region: string;
    readonly stack: string;
    /** The user's own tags. */
    readonly tags: Readonly<Record<string, string>>;
}

/** Tags of everything that a stack makes in AWS, by itself or through Kubernetes. */
export function stackTags({ stack, tags }: Pick<AwsProviderArgs, "stack" | "tags">): Record<string, string> {
    return { Project: "clawstack", Stack: stack, ManagedBy: "pulumi", ...tags };
}

/** The one AWS provider of a stack: its region, and tags on everything it makes. */
export function awsProvider(name: string, { region, stack, tags }: AwsProviderArgs): Provider {
    return new Provider(name, {
        region: region as Region,
        defaultTags: { tags: stackTags({ stack, tags }) },
    });
}
