import { z } from "zod";

/*
 * Field types that several sections share. The message of each says what is allowed: the error report prints it
 * next to what was found.
 */

const required = (allowed: string) => ({ error: allowed });

/** Kubernetes allows 63 characters in a label value; names here also become parts of longer names. */
export const MAX_NAME_LENGTH = 40;

/** A DNS-1123 label short enough to be prefixed and suffixed. */
export function dnsLabel(what: string) {
    const allowed = `${what}: lower-case letters, digits and '-', starting with a letter and ending with a letter or digit, at most ${MAX_NAME_LENGTH} characters`;
    return z
        .string(required(allowed))
        .max(MAX_NAME_LENGTH, allowed)
        .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, allowed);
}

export function integer(min: number, max: number, unit: string) {
    const allowed = `a whole number of ${unit} from ${min} to ${max}`;
    return z.number(required(allowed)).int(allowed).min(min, allowed).max(max, allowed);
}

export function amount(min: number, max: number, unit: string) {
    const allowed = `a number of ${unit} from ${min} to ${max}`;
    // `pulumi config set --path` writes a decimal fraction as a string.
    const fromCommandLine = (value: unknown) =>
        typeof value === "string" && /^-?\d+\.\d+$/.test(value) ? Number(value) : value;
    return z.preprocess(fromCommandLine, z.number(required(allowed)).min(min, allowed).max(max, allowed));
}

export function text(pattern: RegExp, allowed: string) {
    return z.string(required(allowed)).regex(pattern, allowed);
}

export function flag() {
    return z.boolean(required("true or false"));
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
    return z.enum(values, required(`one of ${values.join(", ")}`));
}

/** A duration as LiteLLM reads it: `30s`, `30m`, `30h`, `30d`. */
export function duration(what: string) {
    return text(/^[1-9]\d{0,4}[smhd]$/, `${what}: a number with s, m, h or d, such as 30d`);
}

/** CPU as Kubernetes reads it: `2` or `500m`. */
export function cpuQuantity() {
    return text(/^([1-9]\d{0,2}(\.\d{1,3})?|[1-9]\d{0,5}m)$/, "a CPU quantity such as 500m or 2 (quoted: a string)");
}

/** Memory as Kubernetes reads it, binary units only, so that 4G is never mistaken for 4Gi. */
export function memoryQuantity() {
    return text(/^[1-9]\d{0,5}(Mi|Gi)$/, "a memory quantity in Mi or Gi, such as 512Mi or 4Gi");
}

export function hostName() {
    return text(
        /^(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
        "a host name such as api.slack.com, or *.slack.com for all below it; no scheme, port or path",
    );
}

export function httpsUrl() {
    return text(
        /^https:\/\/[^\s/?#]+(\/[^\s?#]*)?$/,
        "an https:// URL without a query, such as https://api.siliconflow.cn/v1",
    );
}

/** A reference with an exact tag or digest: `latest` changes under a running stack. */
export function imageReference() {
    const allowed = "an image with an exact tag or a digest, such as ghcr.io/openclaw/openclaw:2026.9.6; not :latest";
    return z
        .string(required(allowed))
        .regex(/^[a-z0-9][a-z0-9.\-_/:]*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[a-f0-9]{64})$/, allowed)
        .refine((image) => !image.endsWith(":latest"), allowed);
}

export function cidr() {
    return z.cidrv4(required("an IPv4 CIDR block such as 10.1.0.0/16"));
}

/** Strict object whose keys all have defaults: absent means all defaults. */
export function section<T extends z.core.$ZodLooseShape>(shape: T) {
    return z.strictObject(shape, { error: "a mapping of keys to values" }).prefault({} as never);
}

/** A moment that has passed, to the second, in UTC. */
export function pointInTime() {
    const allowed = "a time that has passed, in UTC, such as 2026-11-24T08:00:00Z";
    return z.iso
        .datetime({ precision: 0, error: allowed })
        .refine((value) => Date.parse(value) <= Date.now(), { error: allowed });
}

/** A time of day on a 24-hour clock. */
export function timeOfDay() {
    return text(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 08:30 (quoted), from 00:00 to 23:59");
}

/** A name of the IANA time zone database, as CronJobs take it. */
export function timeZone() {
    const allowed = "a time zone of the IANA database such as Europe/Berlin, or UTC";
    return z.string(required(allowed)).refine(
        (name) => {
            // Offsets such as +02:00 are none: they know no summer time, and Kubernetes refuses them.
            if (!/^[A-Za-z]/.test(name)) return false;
            try {
                return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
            } catch {
                return false;
            }
        },
        { error: allowed },
    );
}
