import { at, list, podTemplate, text, writtenReason } from "../inputs";
import type { Rule } from "../types";

const name = "restricted-pods";

export const restrictedPods: Rule = {
    name,
    severity: "error",
    reason: "Pod Security `restricted`: a process that breaks out of its program finds no rights to use.",
    check(resource) {
        const template = podTemplate(resource);
        if (!template || writtenReason(resource, name)) return [];
        const pod = template.spec["securityContext"];
        const problems = template.containers.flatMap((container) => {
            const own = container["securityContext"];
            const setting = (key: string) => at(own, key) ?? at(pod, key);
            const capabilities = list(at(own, "capabilities", "drop")).map(text);
            const who = `container ${text(container["name"])}`;
            return [
                at(own, "privileged") === true && `${who} is privileged; remove securityContext.privileged`,
                at(own, "allowPrivilegeEscalation") !== false &&
                    `${who} may gain privileges; set allowPrivilegeEscalation to false`,
                setting("runAsNonRoot") !== true && `${who} may run as root; set runAsNonRoot`,
                !capabilities.includes("ALL") && `${who} keeps Linux capabilities; drop ALL`,
                !["RuntimeDefault", "Localhost"].includes(text(at(setting("seccompProfile"), "type"))) &&
                    `${who} has no seccomp profile; set seccompProfile.type to RuntimeDefault`,
            ].filter((problem): problem is string => typeof problem === "string");
        });
        for (const key of ["hostNetwork", "hostPID", "hostIPC"]) {
            if (template.spec[key] === true) problems.push(`the pod shares the node's ${key.slice(4)}; remove ${key}`);
        }
        if (list(template.spec["volumes"]).some((volume) => at(volume, "hostPath") !== undefined)) {
            problems.push("the pod mounts a folder of the node; use a volume of another kind");
        }
        return problems;
    },
};
