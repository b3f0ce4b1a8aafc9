import { expect } from "chai";
import type { PolicyDocument } from "../../../infra";
import { podIdentityTrust, serviceTrust } from "../../../infra/policies";
import { ACCOUNT, decide } from "./iam";

const role = `arn:aws:iam::${ACCOUNT}:role/clawstack-dev-litellm-pod-identity`;
const session = (change: Record<string, string> = {}) => ({
    "aws:RequestTag/eks-cluster-name": "clawstack-dev",
    "aws:RequestTag/kubernetes-namespace": "litellm",
    "aws:RequestTag/kubernetes-service-account": "litellm",
    ...change,
});

describe("trust policies (evaluated by iam-simulate, not by AWS)", () => {
    const resource = JSON.parse(podIdentityTrust("clawstack-dev", "litellm", "litellm")) as PolicyDocument;
    const assume = (context: Record<string, string>, principal = "pods.eks.amazonaws.com") =>
        decide({ action: "sts:AssumeRole", resource: role, principal, context }, { resource });

    it("give a service account its role", async () => {
        expect(await assume(session())).to.equal("Allowed");
    });
    it("let EKS tag the session", async () => {
        const tag = { action: "sts:TagSession", resource: role, principal: "pods.eks.amazonaws.com" };
        expect(await decide({ ...tag, context: session() }, { resource })).to.equal("Allowed");
    });
    for (const [key, value] of [
        ["aws:RequestTag/eks-cluster-name", "other"],
        ["aws:RequestTag/kubernetes-namespace", "openclaw"],
        ["aws:RequestTag/kubernetes-service-account", "default"],
    ] as const) {
        it(`refuse a session with ${key} ${value}`, async () => {
            expect(await assume(session({ [key]: value }))).to.equal("ImplicitlyDenied");
        });
    }
    it("refuse a session without tags", async () => {
        expect(await assume({})).to.equal("ImplicitlyDenied");
    });
    it("refuse another service", async () => {
        expect(await assume(session(), "ec2.amazonaws.com")).to.equal("ImplicitlyDenied");
    });
    it("let only the named service take a service role", async () => {
        const trust = JSON.parse(serviceTrust("ec2.amazonaws.com")) as PolicyDocument;
        const by = (principal: string) =>
            decide({ action: "sts:AssumeRole", resource: role, principal }, { resource: trust });
        expect(await by("ec2.amazonaws.com")).to.equal("Allowed");
        expect(await by("lambda.amazonaws.com")).to.equal("ImplicitlyDenied");
    });
});
