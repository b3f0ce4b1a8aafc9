import { at, kindOf, list, podTemplate, text } from "../inputs";
import type { PlannedResource, Rule } from "../types";

const secretName =
    /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY|MASTER_KEY|SALT_KEY|WEBHOOK_URL|DATABASE_URL)$/;
const secretShape =
    /\[secret\]|xox[abp]-\w{3,}|xapp-\w{3,}|\bsk-[A-Za-z0-9]{16,}|\bAKIA[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY/;

function environmentProblems(container: Record<string, unknown>): string[] {
    return list(container["env"])
        .filter((entry) => text(at(entry, "value")) !== "")
        .filter((entry) => secretName.test(text(at(entry, "name"))) || secretShape.test(text(at(entry, "value"))))
        .map(
            (entry) =>
                `the environment variable ${text(at(entry, "name"))} holds a secret as a literal; use valueFrom.secretKeyRef`,
        );
}

function commandProblems(container: Record<string, unknown>): string[] {
    const words = [...list(container["command"]), ...list(container["args"])].map(text);
    return words.some((word) => secretShape.test(word))
        ? [
              `the command of container ${text(container["name"])} holds a secret; use an environment variable of a Secret`,
          ]
        : [];
}

/** User data is readable by whoever may describe the instance, and by every process on it. */
function userDataProblems({ type, inputs }: PlannedResource): string[] {
    if (!/^aws:ec2\/(instance|launchTemplate):/.test(type)) return [];
    const plain = ["userData", "userDataBase64"].map((key) => text(inputs[key]));
    const decoded = plain.map((value) => Buffer.from(value, "base64").toString("utf8"));
    return [...plain, ...decoded].some((value) => secretShape.test(value))
        ? ["the user data holds a secret; use AWS Secrets Manager and the role of the instance"]
        : [];
}

export const plainSecrets: Rule = {
    name: "no-plain-secret",
    severity: "error",
    reason: "Who may read a pod or a ConfigMap may not read its secrets; a Secret has rights of its own and is encrypted.",
    check(resource) {
        const containers = podTemplate(resource)?.containers ?? [];
        const files =
            kindOf(resource) === "ConfigMap"
                ? Object.entries((resource.inputs["data"] ?? {}) as Record<string, unknown>)
                      .filter(([, content]) => secretShape.test(text(content)))
                      .map(([file]) => `${file} holds a secret; move it to a Secret`)
                : [];
        return [
            ...containers.flatMap(environmentProblems),
            ...containers.flatMap(commandProblems),
            ...files,
            ...userDataProblems(resource),
        ];
    },
};
