import { kindOf, podTemplate, text } from "../inputs";
import type { Rule } from "../types";

const pinned = /@sha256:[0-9a-f]{64}$|:v?\d[A-Za-z0-9._-]*$|:[A-Za-z0-9._-]*\d+\.\d+[A-Za-z0-9._-]*$/;
/** `1.2.3`, not `^1.2`, `1.x` or `latest`. */
const exactVersion = /^v?\d+\.\d+\.\d+([-+][A-Za-z0-9.+-]+)?$/;
const movingUrl = /\/(latest|main|master|HEAD)\//;

export const pinnedImages: Rule = {
    name: "pinned-images",
    severity: "error",
    reason: "A tag that moves changes what runs without a preview, a review or a way back.",
    check(resource) {
        const { type, inputs } = resource;
        if (kindOf(resource) === "Release" || type === "kubernetes:helm.sh/v4:Chart") {
            return exactVersion.test(text(inputs["version"]))
                ? []
                : [
                      `the chart ${text(inputs["chart"])} is not pinned (${text(inputs["version"]) || "no version"}); name an exact version in config/versions.ts`,
                  ];
        }
        if (type === "kubernetes:yaml/v2:ConfigFile" && movingUrl.test(text(inputs["file"]))) {
            return [`the manifest ${text(inputs["file"])} can change; name a release in config/versions.ts`];
        }
        return (podTemplate(resource)?.containers ?? [])
            .map((container) => text(container["image"]))
            .filter((image) => image !== "" && !pinned.test(image))
            .map((image) => `the image ${image} can change; name an exact version or a digest`);
    },
};
