import { components, minorOf, minorVersion, supportsKubernetes } from "../../config/compatibility";
import { kindOf, podTemplate, text } from "../inputs";
import type { PlannedResource, Rule } from "../types";
import { kubernetesVersionOf } from "./kubernetes-support";

/** Name and version of a chart or of a release's manifest. */
function artifactOf(resource: PlannedResource): { artifact: string; version: string } | undefined {
    if (kindOf(resource) === "Release") {
        return { artifact: text(resource.inputs["chart"]), version: text(resource.inputs["version"]) };
    }
    const [, artifact = "", version = ""] =
        /^(https:.+\/releases\/)download\/(v?\d[^/]*)\//.exec(text(resource.inputs["file"])) ?? [];
    return artifact ? { artifact, version } : undefined;
}

function componentProblems(resource: PlannedResource, kubernetes: string): string[] {
    const planned = artifactOf(resource);
    const component = components.find(({ artifact }) => planned && artifact.test(planned.artifact));
    if (!planned || !component) return [];
    const { name, line, supports, source } = component;
    const range = supports[minorVersion(planned.version)];
    if (!range) {
        return [
            `nobody has looked up which Kubernetes versions ${name} ${planned.version} supports; name them in config/compatibility.ts (${source})`,
        ];
    }
    return supportsKubernetes(range, kubernetes)
        ? []
        : [
              `${name} ${planned.version} supports Kubernetes ${range[0]} to ${range[1]}, the cluster is of ${kubernetes}; set ${line} in config/versions.ts, or cluster.kubernetesVersion`,
          ];
}

/** Karpenter's CRDs are a chart of their own. */
function crdProblems(resource: PlannedResource, all: readonly PlannedResource[]): string[] {
    const chart = text(resource.inputs["chart"]);
    if (kindOf(resource) !== "Release" || !chart.endsWith("/karpenter-crd")) return [];
    const controller = all.find((other) => text(other.inputs["chart"]) === chart.replace(/-crd$/, ""));
    return controller && controller.inputs["version"] !== resource.inputs["version"]
        ? [
              `Karpenter is ${text(controller.inputs["version"])} and its CRDs are ${text(resource.inputs["version"])}; set karpenter and karpenterCrds in config/versions.ts to one version`,
          ]
        : [];
}

/** kubectl works with servers of its own minor, the one before and the one after. */
function kubectlProblems(image: string, kubernetes: string): string[] {
    const [, version] = /\/k8s:(\d+\.\d+)/.exec(image) ?? [];
    return version && Math.abs(minorOf(version) - minorOf(kubernetes)) > 1
        ? [
              `kubectl ${version} does not work with Kubernetes ${kubernetes}; set kubectl in config/versions.ts to ${kubernetes}`,
          ]
        : [];
}

/** OpenClaw's plugins ask for an OpenClaw of their own version or newer. */
function pluginProblems(container: Record<string, unknown>): string[] {
    const [, openclaw] = /\/openclaw:(\d+\.\d+\.\d+)/.exec(text(container["image"])) ?? [];
    const plugins = JSON.stringify(container["command"] ?? []).matchAll(/npm:@openclaw\/([a-z-]+)@(\d+\.\d+\.\d+)/g);
    return [...plugins]
        .filter(([, , version = ""]) => openclaw && compare(version, openclaw) > 0)
        .map(
            ([, plugin, version]) =>
                `the plugin ${plugin} ${version} asks for an OpenClaw as new, the image is ${openclaw}; set openclaw in config/versions.ts, or the sandbox's image`,
        );
}

function compare(a: string, b: string): number {
    const [left, right] = [a, b].map((version) => version.split(".").map(Number)) as [number[], number[]];
    const index = left.findIndex((part, position) => part !== right[position]);
    return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}

export const supportedVersions: Rule = {
    name: "supported-versions",
    severity: "error",
    reason: "Each project says with what it works; a combination outside of that fails on a day that nobody chose.",
    check(resource, all) {
        const containers = podTemplate(resource)?.containers ?? [];
        const kubernetes = all.map(kubernetesVersionOf).find(Boolean);
        return [
            ...crdProblems(resource, all),
            ...containers.flatMap(pluginProblems),
            ...(kubernetes
                ? [
                      ...componentProblems(resource, kubernetes),
                      ...containers.flatMap(({ image }) => kubectlProblems(text(image), kubernetes)),
                  ]
                : []),
        ];
    },
};
