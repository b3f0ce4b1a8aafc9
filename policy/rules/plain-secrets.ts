import { at, kindOf, list, podTemplate, text } from "../inputs";
import type { Rule } from "../types";

const secretName =
    /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY|MASTER_KEY|SALT_KEY|WEBHOOK_URL|DATABASE_URL)$/;
const secretShape =
    /\[secret\]|xox[abp]-\w{3,}|xapp-\w{3,}|\bsk-[A-Za-z0-9]{16,}|\bAKIA[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY/;

export const plainSecrets: Rule = {
    name: "no-plain-secret",
    severity: "error",
    reason: "Who may read a pod or a ConfigMap may not read its secrets; a Secret has rights of its own and is encrypted.",
    check(resource) {
        const environment = (podTemplate(resource)?.containers ?? []).flatMap((container) =>
            list(container["env"])
                .filter((entry) => text(at(entry, "value")) !== "")
                .filter(
                    (entry) => secretName.test(text(at(entry, "name"))) || secretShape.test(text(at(entry, "value"))),
                )
                .map(
                    (entry) =>
                        `the environment variable ${text(at(entry, "name"))} holds a secret as a literal; use valueFrom.secretKeyRef`,
                ),
        );
        const files =
            kindOf(resource) === "ConfigMap"
                ? Object.entries((resource.inputs["data"] ?? {}) as Record<string, unknown>)
                      .filter(([, content]) => secretShape.test(text(content)))
                      .map(([file]) => `${file} holds a secret; move it to a Secret`)
                : [];
        return [...environment, ...files];
    },
};
