import type { ProviderFailedError, StackError } from "../errors";
import type { ConfigError } from "../../config";
import type { OperationResult, ResourceChange, StackOutputValues } from "../stack/options";

const signs: Readonly<Record<ResourceChange["operation"], string>> = {
    create: "+ create ",
    update: "~ update ",
    replace: "± replace",
    delete: "- delete ",
    read: "> read   ",
};

/** `+ create  sandbox-a (kubernetes:core/v1:Secret)`. */
export function renderChange({ operation, name, type, properties }: ResourceChange): string {
    const what = operation === "update" || operation === "replace" ? properties.join(", ") : "";
    return `${signs[operation]} ${name} (${type})${what ? `: ${what}` : ""}`;
}

/** `12 to create, 3 unchanged`, or `nothing to change`. */
export function renderSummary({ summary, seconds }: OperationResult): string {
    const { same = 0, ...others } = summary;
    const parts = Object.entries(others)
        .filter(([, count]) => count > 0)
        .map(([operation, count]) => `${count} ${operation}`);
    return `${parts.length ? parts.join(", ") : "no changes"}${same ? `, ${same} unchanged` : ""} (${seconds} s)`;
}

/** Outputs that may be shown: secret ones masked, unless asked for. */
export function shownOutputs(outputs: StackOutputValues, showSecrets: boolean): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(outputs)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, { value, secret }]) => [name, secret && !showSecrets ? "[secret]" : value]),
    );
}

export function renderOutputs(outputs: StackOutputValues, showSecrets: boolean): string {
    const shown = Object.entries(shownOutputs(outputs, showSecrets));
    const width = Math.max(0, ...shown.map(([name]) => name.length));
    return shown
        .map(([name, value]) => `${name.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`)
        .join("\n");
}

/** An error for scripts: its code, its message, and the problems one by one where it has them. */
export function errorJson(error: Error): object {
    const { code = "BUG" } = error as Partial<StackError>;
    const { issues } = error as Partial<ConfigError>;
    const { failures } = error as Partial<ProviderFailedError>;
    return {
        error: { code, message: error.message, ...(issues ? { issues } : {}), ...(failures ? { failures } : {}) },
    };
}
