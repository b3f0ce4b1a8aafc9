import {
    specialArchiveSig,
    specialAssetSig,
    specialResourceSig,
    specialSecretSig,
    specialSigKey,
    unknownValue,
} from "@pulumi/pulumi/runtime";

/** What stands in a plan for a secret, whatever its value. */
export const SECRET = "[secret]";

/** What stands in a plan for a value that only `pulumi up` can know. */
export const UNKNOWN = "<known after apply>";

/** A property value as it goes over the wire between a program and an engine. */
export type Wire = null | boolean | number | string | readonly Wire[] | { readonly [key: string]: Wire };
export type WireObject = { readonly [key: string]: Wire };

export { unknownValue };

/** Marks a value as secret, so that whatever a program derives from it is secret too. */
export function secretWire(value: Wire): WireObject {
    return { [specialSigKey]: specialSecretSig, value };
}

/** A reference to a resource: the program gets an instance of the resource's class. */
export function resourceWire(urn: string, id: string): WireObject {
    return { [specialSigKey]: specialResourceSig, urn, id };
}

function isObject(value: Wire): value is WireObject {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The value under the marks of secrets, at any depth. */
export function reveal(value: Wire): Wire {
    if (Array.isArray(value)) return value.map(reveal);
    if (!isObject(value)) return value;
    if (value[specialSigKey] === specialSecretSig) return reveal(value["value"] ?? null);
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, reveal(entry)]));
}

/** Keeps the shape of a secret, which tells what it is for, and hides every value in it. */
function mask(value: Wire): unknown {
    if (Array.isArray(value)) return value.map(mask);
    if (value === null) return null;
    if (isObject(value)) {
        if (value[specialSigKey] === specialSecretSig) return mask(value["value"] ?? null);
        if (specialSigKey in value) return SECRET;
        return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mask(entry)]));
    }
    return SECRET;
}

/** A property value as a plan shows it: secrets masked, unknowns named, references by name, files by path. */
export function display(value: Wire): unknown {
    if (value === unknownValue) return UNKNOWN;
    if (Array.isArray(value)) return value.map(display);
    if (!isObject(value)) return value;
    switch (value[specialSigKey]) {
        case undefined:
            return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, display(entry)]));
        case specialSecretSig:
            return mask(value["value"] ?? null);
        case specialResourceSig:
            return `<${String(value["urn"]).split("::").at(-1)}>`;
        case specialAssetSig:
            return value["text"] ?? { path: value["path"] ?? value["uri"] };
        case specialArchiveSig:
            return { path: value["path"] ?? value["uri"] };
        default:
            return display(value["value"] ?? null);
    }
}

/** As `display`, for a resource's inputs. */
export function displayObject(value: WireObject): Record<string, unknown> {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, display(entry)]));
}
