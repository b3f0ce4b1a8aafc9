import { expect } from "chai";
import { describeUrn, type Call, type Cloud } from "./providers";

/** Types whose resources hold what users own: none is ever replaced, and none goes without the user's word. */
export const dataTypes = [
    /:PersistentVolumeClaim$/,
    /^kubernetes:postgresql\.cnpg\.io\/v1:Cluster$/,
    /^aws:rds\/instance:Instance$/,
    /^aws:s3\/bucket:Bucket$/,
    /^aws:kms\/key:Key$/,
    /^aws:eks\/cluster:Cluster$/,
    /^aws:ec2\/vpc:Vpc$/,
];

/** Generated values that others depend on for good: another salt key makes LiteLLM's database unreadable. */
const lasting = /salt-key|^postgres-(app|admin)$/;

/** `litellm Deployment`: enough to tell resources of one stack apart. */
export function shortName(urn: string): string {
    const { name, type } = describeUrn(urn);
    return `${name} ${type.split(":").at(-1)}`;
}

export function holdsData({ type, name }: Pick<Call, "type" | "name">): boolean {
    return dataTypes.some((pattern) => pattern.test(type)) || (/RandomPassword$/.test(type) && lasting.test(name));
}

/** What became of each resource, sorted: `update litellm Deployment`; a replacement is one line. */
export function effects(calls: readonly Call[]): string[] {
    const operations = new Map<string, Set<string>>();
    for (const { urn, operation } of calls) operations.set(urn, (operations.get(urn) ?? new Set()).add(operation));
    return [...operations].map(([urn, done]) => `${done.size > 1 ? "replace" : [...done][0]} ${shortName(urn)}`).sort();
}

/** Nothing that holds data was deleted or made anew, but for `going`, whose end was asked for. */
export function expectDataKept(calls: readonly Call[], going: readonly string[] = []): void {
    const lost = calls
        .filter((call) => holdsData(call) && call.operation === "delete")
        .map(({ urn }) => shortName(urn));
    expect(lost, "data that goes").to.have.members(going);
}

/** Each resource was made once, however many runs it took. */
export function expectMadeOnce(calls: readonly Call[]): void {
    const made = calls.filter(({ operation }) => operation === "create").map(({ urn }) => urn);
    expect(
        made.filter((urn, index) => made.indexOf(urn) !== index),
        "made twice",
    ).to.deep.equal([]);
}

/** What a destroy leaves: it holds what users own, and was not to go without their word. */
const kept = [
    / (PersistentVolumeClaim|Bucket|BucketPublicAccessBlock|Vault)$/,
    /^postgres-cluster Cluster$/,
    // Takes the claims in it along.
    / Namespace$/,
];

/** Resources that the providers still hold, and that nobody keeps. */
export function leftBehind(cloud: Cloud): string[] {
    return leftIn(cloud).filter((left) => !kept.some((pattern) => pattern.test(left)));
}

/** Resources that the providers still hold. */
export function leftIn(cloud: Cloud): string[] {
    return [...cloud.resources.keys()].map(shortName).sort();
}
