import { at, kindOf, text } from "../inputs";
import type { Rule } from "../types";

export const deletionProtection: Rule = {
    name: "deletion-protection",
    severity: "warning",
    reason: "What holds data goes only when its owner says so.",
    check(resource) {
        const { type, inputs } = resource;
        if (type === "aws:rds/instance:Instance") {
            return [
                ...(inputs["deletionProtection"] === true
                    ? []
                    : ["the database can be deleted; set gateway.database.deletionProtection"]),
                ...(inputs["skipFinalSnapshot"] === true
                    ? ["the database goes without a last snapshot; unset skipFinalSnapshot"]
                    : []),
            ];
        }
        if (type === "aws:kms/key:Key" && Number(inputs["deletionWindowInDays"] ?? 30) < 30) {
            return ["what the key encrypts is lost within days of its deletion; set deletionWindowInDays to 30"];
        }
        if (/^aws:s3\/bucket(V2)?:/.test(type) && inputs["forceDestroy"] === true) {
            return ["the bucket is emptied when it is deleted; unset forceDestroy"];
        }
        if (
            kindOf(resource) === "StorageClass" &&
            text(at(inputs, "metadata", "annotations", "storageclass.kubernetes.io/is-default-class")) === "true"
        ) {
            return inputs["allowVolumeExpansion"] === true
                ? []
                : ["volumes can't grow, only be replaced; set allowVolumeExpansion"];
        }
        return [];
    },
};
