export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

export interface Change {
    /** Property path in the engine's notation: `spec.template.spec.containers[0].image`. */
    readonly path: string;
    readonly kind: "add" | "delete" | "update";
}

function isObject(value: Value | undefined): value is { [key: string]: Value } {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

function join(prefix: string, key: string): string {
    const step = /^[A-Za-z_$][\w$-]*$/.test(key) ? key : `["${key}"]`;
    return prefix === "" || step.startsWith("[") ? `${prefix}${step}` : `${prefix}.${step}`;
}

/** Differences between two property values, leaf by leaf. */
export function changesBetween(before: Value | undefined, after: Value | undefined, prefix = ""): Change[] {
    if (isObject(before) && isObject(after)) {
        return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
            changesBetween(before[key], after[key], join(prefix, key)),
        );
    }
    if (Array.isArray(before) && Array.isArray(after)) {
        return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
            changesBetween(before[index], after[index], `${prefix}[${index}]`),
        ).flat();
    }
    if (before === after) return [];
    if (before === undefined) return [{ path: prefix, kind: "add" }];
    if (after === undefined) return [{ path: prefix, kind: "delete" }];
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path: prefix, kind: "update" }];
}

/** Properties that the real providers can't change in place, by type token. */
const immutable: readonly (readonly [type: RegExp, path: RegExp])[] = [
    [/^kubernetes:(?!helm)/, /^(apiVersion|kind|metadata\.(name|namespace))$/],
    [/^kubernetes:batch\/v1:Job$/, /^spec\.(template|selector|completions)/],
    [/:PersistentVolumeClaim$/, /^spec\.(accessModes|storageClassName|volumeName)/],
    [/:StorageClass$/, /^(provisioner|parameters|reclaimPolicy|volumeBindingMode)/],
    [/:RuntimeClass$/, /^handler$/],
    [/:Deployment$|:DaemonSet$/, /^spec\.selector/],
    [/:ClusterRoleBinding$/, /^roleRef/],
    [/^random:/, /^(keepers|length|special|upper|lower|numeric|minLower)/],
    [/^aws:iam\//, /^(name|role|policyArn)$/],
    [/^aws:ec2\/instance:/, /^(ami|userDataBase64)$/],
    [/^aws:ec2\/volumeAttachment:/, /^(instanceId|volumeId|deviceName)$/],
    [/^aws:ebs\/volume:/, /^(availabilityZone|encrypted)$/],
    [/^aws:ec2\//, /^(vpcId|name|serviceName|subnetId)$/],
    [
        /^aws:eks\//,
        /^(name|clusterName|addonName|nodeGroupName|principalArn|namespace|serviceAccount|instanceTypes|amiType)/,
    ],
    [/^aws:rds\/instance/, /^(identifier|engine|dbName|username|dbSubnetGroupName)$/],
    [
        /^aws:(rds\/subnetGroup|sqs\/queue|s3\/bucket|kms\/alias|cloudwatch\/eventRule|cloudwatch\/logGroup)/,
        /^(name|bucket)/,
    ],
];

/** Of these changes, the ones that take a new resource. */
export function replacing(type: string, changes: readonly Change[]): Change[] {
    return changes.filter(({ path }) => immutable.some(([of, paths]) => of.test(type) && paths.test(path)));
}
