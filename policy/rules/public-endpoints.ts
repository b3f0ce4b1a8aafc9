import { at, kindOf, list, text } from "../inputs";
import type { Rule } from "../types";

const isWorld = (cidr: unknown) => text(cidr) === "0.0.0.0/0" || text(cidr) === "::/0";

export const publicEndpoints: Rule = {
    name: "no-public-endpoint",
    severity: "error",
    reason: "An endpoint that the whole internet reaches is attacked within minutes; agents need none.",
    check({ type, inputs, ...resource }) {
        const problems: string[] = [];
        if (type === "eks:index:Cluster" && inputs["endpointPublicAccess"] !== false) {
            const cidrs = list(inputs["publicAccessCidrs"]);
            if (cidrs.length === 0 || cidrs.some(isWorld)) {
                problems.push(
                    "the Kubernetes API is open to the internet; name your own blocks in cluster.endpoint.allowedCidrs",
                );
            }
        }
        if (type === "aws:rds/instance:Instance" && inputs["publiclyAccessible"] === true) {
            problems.push("the database has a public address; set publiclyAccessible to false");
        }
        if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
            if (isWorld(inputs["cidrIpv4"]) || isWorld(inputs["cidrIpv6"])) {
                problems.push("a security group lets the whole internet in; name a block or another security group");
            }
        }
        if (type === "aws:ec2/securityGroup:SecurityGroup") {
            const sources = list(inputs["ingress"]).flatMap((rule) => [
                ...list(at(rule, "cidrBlocks")),
                ...list(at(rule, "ipv6CidrBlocks")),
            ]);
            if (sources.some(isWorld)) {
                problems.push("a security group lets the whole internet in; name a block or another security group");
            }
        }
        if (type === "aws:ec2/instance:Instance" && inputs["associatePublicIpAddress"] === true) {
            problems.push("the instance has a public address; put it in a private subnet and reach it through SSM");
        }
        if (kindOf({ type, inputs, ...resource }) === "Service" && at(inputs, "spec", "type") === "LoadBalancer") {
            if (list(at(inputs, "spec", "loadBalancerSourceRanges")).length === 0) {
                problems.push("a load balancer for everyone; set loadBalancerSourceRanges or use ClusterIP");
            }
        }
        return problems;
    },
};
