import { podTemplate, text } from "../inputs";
import type { Rule } from "../types";

const pinned = /@sha256:[0-9a-f]{64}$|:v?\d[A-Za-z0-9._-]*$|:[A-Za-z0-9._-]*\d+\.\d+[A-Za-z0-9._-]*$/;

export const pinnedImages: Rule = {
    name: "pinned-images",
    severity: "error",
    reason: "A tag that moves changes what runs without a preview, a review or a way back.",
    check(resource) {
        return (podTemplate(resource)?.containers ?? [])
            .map((container) => text(container["image"]))
            .filter((image) => image !== "" && !pinned.test(image))
            .map((image) => `the image ${image} can change; name an exact version or a digest`);
    },
};
