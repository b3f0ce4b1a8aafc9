import { at, kindOf } from "../inputs";
import type { Rule } from "../types";

export const imds: Rule = {
    name: "imdsv2-hop-limit-1",
    severity: "error",
    reason: "With one hop and a session token, no pod and no forged request reads the node's credentials.",
    check(resource) {
        const options =
            resource.type === "aws:ec2/instance:Instance" || resource.type === "aws:ec2/launchTemplate:LaunchTemplate"
                ? (resource.inputs["metadataOptions"] ?? {})
                : kindOf(resource) === "EC2NodeClass"
                  ? (at(resource.inputs, "spec", "metadataOptions") ?? {})
                  : undefined;
        if (options === undefined) return [];
        return [
            ...(at(options, "httpTokens") === "required"
                ? []
                : ["IMDSv1 answers; set metadataOptions.httpTokens to required"]),
            ...(at(options, "httpPutResponseHopLimit") === 1
                ? []
                : ["metadata reaches beyond the host; set metadataOptions.httpPutResponseHopLimit to 1"]),
        ];
    },
};
