import { at, kindOf, list, podTemplate, text, writtenReason, type PodTemplate } from "../inputs";
import type { Rule } from "../types";

const name = "restricted-pods";

/** Kinds of volume that Pod Security `restricted` takes. */
const volumeTypes = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

function containerProblems({ spec, containers }: PodTemplate): string[] {
    const pod = spec["securityContext"];
    return containers.flatMap((container) => {
        const own = container["securityContext"];
        const setting = (key: string) => at(own, key) ?? at(pod, key);
        const capabilities = (which: string) => list(at(own, "capabilities", which)).map(text);
        const who = `container ${text(container["name"])}`;
        return [
            at(own, "privileged") === true && `${who} is privileged; remove securityContext.privileged`,
            at(own, "allowPrivilegeEscalation") !== false &&
                `${who} may gain privileges; set allowPrivilegeEscalation to false`,
            setting("runAsNonRoot") !== true && `${who} may run as root; set runAsNonRoot`,
            setting("runAsUser") === 0 && `${who} runs as root; set runAsUser to another than 0`,
            !capabilities("drop").includes("ALL") && `${who} keeps Linux capabilities; drop ALL`,
            capabilities("add").some((capability) => capability !== "NET_BIND_SERVICE") &&
                `${who} adds Linux capabilities; remove capabilities.add`,
            !["RuntimeDefault", "Localhost"].includes(text(at(setting("seccompProfile"), "type"))) &&
                `${who} has no seccomp profile; set seccompProfile.type to RuntimeDefault`,
            list(container["ports"]).some((port) => Number(at(port, "hostPort") ?? 0) > 0) &&
                `${who} takes a port of the node; remove hostPort`,
        ].filter((problem): problem is string => typeof problem === "string");
    });
}

function podProblems({ spec }: PodTemplate): string[] {
    const shared = ["hostNetwork", "hostPID", "hostIPC"]
        .filter((key) => spec[key] === true)
        .map((key) => `the pod shares the node's ${key.slice(4)}; remove ${key}`);
    const volumes = list(spec["volumes"]).some(
        (volume) => !Object.keys(volume as object).some((key) => volumeTypes.includes(key)),
    );
    return volumes
        ? [...shared, "the pod mounts a folder of the node, or the like; use a volume of another kind"]
        : shared;
}

export const restrictedPods: Rule = {
    name,
    severity: "error",
    reason: "Pod Security `restricted`: a process that breaks out of its program finds no rights to use.",
    check(resource) {
        if (kindOf(resource) === "Namespace") {
            const level = text(at(resource.inputs, "metadata", "labels", "pod-security.kubernetes.io/enforce"));
            return level === "restricted" || writtenReason(resource, name)
                ? []
                : [
                      `namespace ${text(at(resource.inputs, "metadata", "name"))} takes pods of any kind; set its label pod-security.kubernetes.io/enforce to restricted, or name the reason in the annotation policy.clawstack.dev/${name}`,
                  ];
        }
        const template = podTemplate(resource);
        return !template || writtenReason(resource, name)
            ? []
            : [...containerProblems(template), ...podProblems(template)];
    },
};
