import { at } from "../inputs";
import type { Rule } from "../types";

export const tags: Rule = {
    name: "default-tags",
    severity: "error",
    reason: "Untagged resources can't be charged to anyone, nor found when they are left over.",
    check({ type, inputs }) {
        if (type !== "pulumi:providers:aws") return [];
        const raw = inputs["defaultTags"];
        const defaults = typeof raw === "string" ? (JSON.parse(raw) as unknown) : raw;
        return ["Project", "Stack"]
            .filter((key) => at(defaults, "tags", key) === undefined)
            .map((key) => `resources of this provider have no ${key} tag; add it to defaultTags`);
    },
};
