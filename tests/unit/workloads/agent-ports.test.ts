import { expect } from "chai";
import { agentPorts } from "../../../workloads/agent-ports";
import { proxyAddresses } from "../../../workloads/proxy-access";

const names = (count: number) => Array.from({ length: count }, (_, index) => `agent-${index}`);

describe("ports of agents on the proxies", () => {
    it("are each agent's own, below the ports of outgoing connections", () => {
        const ports = [...agentPorts(names(2000)).values()];
        expect(new Set(ports).size).to.equal(2000);
        expect(Math.min(...ports)).to.be.at.least(10_000);
        expect(Math.max(...ports)).to.be.below(32_768);
    });

    it("stay when agents are added at the end, though names collide", () => {
        const before = agentPorts(names(1000));
        const after = agentPorts(names(2000));
        for (const [name, port] of before) expect(after.get(name), name).to.equal(port);
    });

    it("stay when an agent is removed, but for those that had collided with it", () => {
        const all = names(1000);
        const before = agentPorts(all);
        // As many as hash to a port that another has already: what an ideal hash gives is 25.
        const collided = all.filter((name) => before.get(name) !== agentPorts([name]).get(name));
        expect(collided).to.have.length.within(1, 60);
        let moved = 0;
        for (const removed of all.slice(0, 200)) {
            const after = agentPorts(all.filter((name) => name !== removed));
            const changed = [...after].filter(([name, port]) => before.get(name) !== port);
            for (const [name] of changed) expect(collided).to.include(name);
            moved += changed.length;
        }
        expect(moved).to.be.at.most(20);
    });

    it("do not depend on the order while no two collide", () => {
        const few = ["support-slack", "sales-feishu", "research-hermes"];
        const sorted = (ports: ReadonlyMap<string, number>) => [...ports].sort();
        expect(sorted(agentPorts([...few].reverse()))).to.deep.equal(sorted(agentPorts(few)));
    });

    it("can't be had for more agents than the range bears", () => {
        expect(() => agentPorts(names(10_001))).to.throw("at most 10000 agents; there are 10001");
    });
});

describe("addresses of the proxies", () => {
    it("are of the part of the Service block that Kubernetes leaves to those who choose, whatever the block", () => {
        expect(proxyAddresses("172.20.0.0/16")).to.deep.equal({ egress: "172.20.0.11", inference: "172.20.0.12" });
        expect(proxyAddresses("10.96.7.0/24")).to.deep.equal({ egress: "10.96.7.11", inference: "10.96.7.12" });
    });
});
