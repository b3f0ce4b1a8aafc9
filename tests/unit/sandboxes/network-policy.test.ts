import { expect } from "chai";
import * as ipaddr from "ipaddr.js";
import { defaultDenySpec, nonPublicRanges, sandboxPolicySpec } from "../../../sandboxes/network-policy";

describe("sandboxes: network policy", () => {
    const excluded = (address: string) =>
        nonPublicRanges.some((range) => ipaddr.parse(address).match(ipaddr.parseCIDR(range)));

    it("leaves out private addresses and both metadata services", () => {
        for (const address of [
            "10.1.2.3",
            "172.20.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "169.254.170.23",
            "100.64.0.1",
            "127.0.0.1",
        ]) {
            expect(excluded(address), address).to.equal(true);
        }
    });

    it("leaves public addresses reachable", () => {
        for (const address of ["3.120.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "100.128.0.1"]) {
            expect(excluded(address), address).to.equal(false);
        }
    });

    it("opens DNS, LiteLLM and HTTPS, and no way in", () => {
        const { egress, ingress, policyTypes } = sandboxPolicySpec({ selector: { a: "b" } });
        expect(policyTypes).to.deep.equal(["Ingress", "Egress"]);
        expect(ingress).to.deep.equal([]);
        expect(egress.map(({ ports }) => ports.map(({ port }) => port))).to.deep.equal([[53, 53], [4000], [443]]);
    });

    it("lets labelled namespaces in where the agent is called", () => {
        const { ingress } = sandboxPolicySpec({ selector: { a: "b" }, servicePort: 3000 });
        expect(ingress.map(({ ports }) => ports.map(({ port }) => port))).to.deep.equal([[3000]]);
    });

    it("denies all to every pod of a namespace", () => {
        expect(defaultDenySpec()).to.deep.equal({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    });
});
