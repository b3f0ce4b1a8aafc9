import { at, kindOf, list, text } from "../inputs";
import type { PlannedResource, Rule } from "../types";

const isWorld = (cidr: unknown) => text(cidr) === "0.0.0.0/0" || text(cidr) === "::/0";
const openGroup = "a security group lets the whole internet in; name a block or another security group";

/** Public access of the Kubernetes API, in the inputs of the component or of the cluster itself. */
function openCluster(settings: unknown): string[] {
    if (at(settings, "endpointPublicAccess") === false) return [];
    const cidrs = list(at(settings, "publicAccessCidrs"));
    return cidrs.length === 0 || cidrs.some(isWorld)
        ? ["the Kubernetes API is open to the internet; name your own blocks in cluster.endpoint.allowedCidrs"]
        : [];
}

function openAws({ type, inputs }: PlannedResource): string[] {
    switch (type) {
        case "eks:index:Cluster":
            return openCluster(inputs);
        case "aws:eks/cluster:Cluster":
            return openCluster(inputs["vpcConfig"] ?? {});
        case "aws:rds/instance:Instance":
            return inputs["publiclyAccessible"] === true
                ? ["the database has a public address; set publiclyAccessible to false"]
                : [];
        case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
            return isWorld(inputs["cidrIpv4"]) || isWorld(inputs["cidrIpv6"]) ? [openGroup] : [];
        case "aws:ec2/securityGroupRule:SecurityGroupRule":
            return inputs["type"] === "ingress" &&
                [...list(inputs["cidrBlocks"]), ...list(inputs["ipv6CidrBlocks"])].some(isWorld)
                ? [openGroup]
                : [];
        case "aws:ec2/securityGroup:SecurityGroup":
            return list(inputs["ingress"])
                .flatMap((rule) => [...list(at(rule, "cidrBlocks")), ...list(at(rule, "ipv6CidrBlocks"))])
                .some(isWorld)
                ? [openGroup]
                : [];
        case "aws:ec2/instance:Instance":
            return inputs["associatePublicIpAddress"] === true
                ? ["the instance has a public address; put it in a private subnet and reach it through SSM"]
                : [];
        case "aws:lb/loadBalancer:LoadBalancer":
            return inputs["internal"] === true ? [] : ["a load balancer for everyone; set internal to true"];
        case "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":
            return ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]
                .filter((key) => inputs[key] !== true)
                .map((key) => `the bucket may be made public; set ${key} to true`);
    }
    return [];
}

function openObject(resource: PlannedResource): string[] {
    const { inputs } = resource;
    switch (kindOf(resource)) {
        case "Service": {
            const scheme = text(
                at(inputs, "metadata", "annotations", "service.beta.kubernetes.io/aws-load-balancer-scheme"),
            );
            return at(inputs, "spec", "type") === "LoadBalancer" &&
                scheme !== "internal" &&
                list(at(inputs, "spec", "loadBalancerSourceRanges")).every(isWorld)
                ? ["a load balancer for everyone; set loadBalancerSourceRanges or use ClusterIP"]
                : [];
        }
        case "Ingress": {
            const annotation = (key: string) =>
                text(at(inputs, "metadata", "annotations", `alb.ingress.kubernetes.io/${key}`));
            const cidrs = annotation("inbound-cidrs").split(",").filter(Boolean);
            return annotation("scheme") === "internet-facing" && cidrs.every(isWorld)
                ? ["an ingress for everyone; name blocks in the annotation alb.ingress.kubernetes.io/inbound-cidrs"]
                : [];
        }
    }
    return [];
}

export const publicEndpoints: Rule = {
    name: "no-public-endpoint",
    severity: "error",
    reason: "An endpoint that the whole internet reaches is attacked within minutes; agents need none.",
    check: (resource) => [...openAws(resource), ...openObject(resource)],
};
