import { expect } from "chai";
import * as ipaddr from "ipaddr.js";
import { defaultDenySpec, sandboxPolicySpec } from "../../../sandboxes/network-policy";
import { nonPublicRanges } from "../../../workloads/non-public-ranges";
import { proxies } from "./proxies";

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

    it("opens the agent's port of the two proxies, and no way in", () => {
        const { egress, ingress, policyTypes } = sandboxPolicySpec({ selector: { a: "b" }, proxies, port: 12_345 });
        expect(policyTypes).to.deep.equal(["Ingress", "Egress"]);
        expect(ingress).to.deep.equal([]);
        expect(egress).to.deep.equal(
            ["egress", "litellm"].map((namespace, index) => ({
                to: [
                    {
                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
                        podSelector: {
                            matchLabels: { "app.kubernetes.io/name": index === 0 ? "egress-proxy" : "inference-proxy" },
                        },
                    },
                ],
                ports: [{ protocol: "TCP", port: 12_345 }],
            })),
        );
    });

    it("lets labelled namespaces in where the agent is called", () => {
        const { ingress } = sandboxPolicySpec({ selector: { a: "b" }, proxies, port: 12_345, servicePort: 3000 });
        expect(ingress.map(({ ports }) => ports.map(({ port }) => port))).to.deep.equal([[3000]]);
    });

    it("denies all to every pod of a namespace", () => {
        expect(defaultDenySpec()).to.deep.equal({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    });
});
