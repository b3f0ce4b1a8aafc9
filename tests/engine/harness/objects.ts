import type { Value } from "./diff";

type Mapping = { readonly [key: string]: Value };

/** What a Kubernetes API server knows of an object: two can't share kind, namespace and name. */
function identityOf(inputs: Value): string | undefined {
    const { kind, metadata } = inputs as Mapping;
    const { namespace, name } = (metadata ?? {}) as Mapping;
    return typeof kind === "string" && typeof name === "string" ? [kind, namespace ?? "", name].join("/") : undefined;
}

/**
 * The objects of a cluster, guarded as the real provider guards them since 4.29: creating one that is there fails,
 * unless the provider was told to adopt it.
 */
export class ClusterObjects {
    private readonly urns = new Map<string, string>();
    private readonly adopting = new Set<string>();

    /** A provider was configured; each has a connection of its own. */
    configure(peer: string, args: Value): void {
        if (String((args as Mapping)["upsertExistingObjects"]) === "true") this.adopting.add(peer);
    }

    /** Throws where the real provider would. */
    refuse(peer: string, inputs: Value): void {
        const identity = identityOf(inputs);
        if (identity && this.urns.has(identity) && !this.adopting.has(peer))
            throw new Error(`${identity} already exists`);
    }

    add(urn: string, inputs: Value): void {
        const identity = identityOf(inputs);
        if (identity) this.urns.set(identity, urn);
    }

    delete(urn: string): void {
        for (const [identity, of] of this.urns) if (of === urn) this.urns.delete(identity);
    }

    /** The real provider deletes first what it can't make twice under one name. */
    static deleteBeforeReplace(type: string, inputs: Value): boolean {
        return type.startsWith("kubernetes:") && identityOf(inputs) !== undefined;
    }
}
