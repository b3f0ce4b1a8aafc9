import { randomBytes } from "node:crypto";
import { predict } from "../../../automation/plan/engine/outputs";
import { reveal, secretWire, type Wire, type WireObject } from "../../../automation/plan/engine/values";
import type { Value } from "./diff";
import { REGION } from "./providers";

/** A property value without the marks of secrets. */
export function plain(value: Value): Value {
    return reveal(value as Wire) as Value;
}

/** Id and outputs of a resource; those that inputs give keep their marks of secrets. */
export function outputsOf(type: string, name: string, inputs: Value, serial: number): { id: string; outputs: Value } {
    if (type === "random:index/randomPassword:RandomPassword") {
        const length = Number((plain(inputs) as { length?: Value }).length ?? 16);
        const result = randomBytes(length).toString("hex").slice(0, length);
        return { id: "none", outputs: { ...(inputs as object), result: secretWire(result) as Value } };
    }
    const declareChild = (childType: string, childName: string) => ({
        urn: `${childType}::${childName}`,
        id: childName,
    });
    const registration = { urn: "", type, name, inputs: plain(inputs) as WireObject, declareChild };
    const { id, outputs } = predict(registration, { region: REGION });
    return { id: `${id || name}-${serial}`, outputs: { ...(outputs as object), ...(inputs as object) } as Value };
}
