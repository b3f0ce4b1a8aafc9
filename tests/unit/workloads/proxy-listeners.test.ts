import { expect } from "chai";
import { parse } from "yaml";
import { agentPorts, type ProxiedAgent } from "../../../workloads/agent-ports";
import { egressBootstrap, egressListeners } from "../../../workloads/egress-proxy/config";
import { inferenceBootstrap, inferenceListeners } from "../../../workloads/inference-proxy/config";

const upstream = { host: "litellm.litellm.svc.cluster.local", port: 4000 };

function agents(count: number): ProxiedAgent[] {
    const names = Array.from({ length: count }, (_, index) => `agent-number-${index}`);
    const ports = agentPorts(names);
    return names.map((name, index) => ({
        name,
        namespace: "openclaw",
        podLabels: {},
        port: ports.get(name) ?? 0,
        hosts: ["slack.com", "*.slack.com", ...(index % 3 === 0 ? [`host-${index}.example.com`] : [])],
    }));
}

interface Listener {
    readonly name: string;
    readonly filter_chains: { filters: { typed_config: { route_config?: { virtual_hosts: VirtualHost[] } } }[] }[];
}
interface VirtualHost {
    readonly name: string;
    readonly domains: string[];
}
const listeners = (yaml: string) => (parse(yaml) as { resources: Listener[] }).resources;
const domains = (listener: Listener | undefined) =>
    listener?.filter_chains[0]?.filters[1]?.typed_config.route_config?.virtual_hosts.map(({ domains: of }) => of);

describe("listeners of the egress proxy", () => {
    it("open port 443 of the agent's hosts, and refuse all others", () => {
        const [first, second] = listeners(egressListeners(agents(2)));
        const slack = ["*.slack.com:443", "slack.com:443"];
        expect(domains(first)).to.deep.equal([[slack[0], "host-0.example.com:443", slack[1]], ["*"]]);
        expect(domains(second)).to.deep.equal([slack, ["*"]]);
    });

    it("open nothing for an agent without hosts", () => {
        const [agent] = agents(1) as [ProxiedAgent];
        expect(domains(listeners(egressListeners([{ ...agent, hosts: [] }]))[0])).to.deep.equal([["*"]]);
    });

    it("are none while there is no agent", () => {
        expect(listeners(egressListeners([]))).to.deep.equal([]);
    });

    it("are of a size that a ConfigMap holds, for 1,000 agents", () => {
        expect(Buffer.byteLength(egressListeners(agents(1000)))).to.be.below(900 * 1024);
    });

    it("hold no key", () => {
        expect(egressListeners(agents(2)) + egressBootstrap()).not.to.match(/Bearer|authorization|\bsk-/i);
    });
});

describe("listeners of the inference proxy", () => {
    const keyed = (count: number) => agents(count).map((agent) => ({ ...agent, key: `sk-${"k".repeat(40)}` }));

    it("are of a size that a Secret holds, for 1,000 agents", () => {
        expect(Buffer.byteLength(inferenceListeners(keyed(1000)))).to.be.below(900 * 1024);
    });

    it("are refused when no Secret holds them", () => {
        expect(() => inferenceListeners(keyed(2000))).to.throw("the listeners of 2000 agents do not fit");
    });

    it("have each agent's own key, which the bootstrap config has not", () => {
        const [first, second] = agents(2) as [ProxiedAgent, ProxiedAgent];
        const yaml = inferenceListeners([
            { ...first, key: "sk-one" },
            { ...second, key: "sk-two" },
        ]);
        const texts = listeners(yaml).map((listener) => JSON.stringify(listener));
        expect(texts.map((text) => text.match(/Bearer sk-\w+/g))).to.deep.equal([["Bearer sk-one"], ["Bearer sk-two"]]);
        expect(inferenceBootstrap({ upstream })).not.to.match(/\bsk-/);
    });
});
