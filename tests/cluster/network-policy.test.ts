import { expect } from "chai";
import { plan } from "../../automation/plan";
import type { KubeObject } from "./harness";
import { isAllowed, type Endpoint, type NetworkPolicy } from "./harness/network-policy";

interface WithTemplate extends KubeObject {
    spec: { podTemplate?: { metadata?: { labels?: Record<string, string> } } };
}

describe("cluster: what the network policies of stack prod allow (by the API's rules; no CNI enforces them here)", function () {
    this.timeout(60_000);
    let policies: NetworkPolicy[];
    let sandboxes: { name: string; endpoint: Endpoint }[];
    let endpoint: (namespace: string, labels: Record<string, string>) => Endpoint;

    before(async () => {
        const manifests = (await plan({ stack: "prod" })).manifests as unknown as KubeObject[];
        policies = manifests.filter(({ kind }) => kind === "NetworkPolicy") as NetworkPolicy[];
        endpoint = (namespace, labels) => ({
            ip: "10.1.7.7",
            pod: {
                namespace,
                labels,
                namespaceLabels:
                    manifests.find(({ kind, metadata }) => kind === "Namespace" && metadata.name === namespace)
                        ?.metadata.labels ?? {},
            },
        });
        sandboxes = (manifests as WithTemplate[])
            .filter(({ kind }) => kind === "Sandbox" || kind === "SandboxTemplate")
            .map(({ metadata, spec }) => ({
                name: metadata.name,
                endpoint: endpoint(metadata.namespace ?? "", spec.podTemplate?.metadata?.labels ?? {}),
            }));
        expect(sandboxes).to.have.length.above(3);
    });

    const each = (check: (source: Endpoint, name: string) => void) =>
        sandboxes.forEach(({ name, endpoint: source }) => check(source, name));

    it("lets each sandbox reach LiteLLM, DNS and HTTPS on the internet", () => {
        const litellm = endpoint("litellm", {
            "app.kubernetes.io/name": "litellm",
            "app.kubernetes.io/managed-by": "clawstack",
        });
        const dns = endpoint("kube-system", { "k8s-app": "kube-dns" });
        each((source, name) => {
            expect(isAllowed(policies, source, litellm, 4000), `${name} to LiteLLM`).to.equal(true);
            expect(isAllowed(policies, source, dns, 53, "UDP"), `${name} to DNS`).to.equal(true);
            expect(isAllowed(policies, source, { ip: "8.8.4.4" }, 443), `${name} to the internet`).to.equal(true);
        });
    });

    const addresses = {
        "EC2's metadata service": ["169.254.169.254", 80],
        "EKS Pod Identity": ["169.254.170.23", 80],
        "the API server's service": ["172.20.0.1", 443],
        "the API server in the VPC": ["10.1.0.10", 443],
        "a private address": ["192.168.1.1", 443],
        "a carrier-grade NAT address": ["100.64.0.1", 443],
        "plain HTTP on the internet": ["8.8.4.4", 80],
        "SSH on the internet": ["8.8.4.4", 22],
    } as const;
    for (const [what, [ip, port]] of Object.entries(addresses)) {
        it(`keeps each sandbox from ${what}`, () => {
            each((source, name) => expect(isAllowed(policies, source, { ip }, port), name).to.equal(false));
        });
    }

    it("keeps each sandbox from other sandboxes, Postgres, Grafana, Prometheus and kubelets", () => {
        each((source, name) => {
            for (const other of sandboxes.filter((item) => item.name !== name)) {
                for (const port of [18789, 443, 22]) {
                    expect(isAllowed(policies, source, other.endpoint, port), `${name} to ${other.name}`).to.equal(
                        false,
                    );
                }
            }
            const targets: [Endpoint, number][] = [
                [endpoint("litellm", { "cnpg.io/cluster": "litellm-postgres" }), 5432],
                [endpoint("monitoring", { "app.kubernetes.io/name": "grafana" }), 3000],
                [endpoint("monitoring", { "app.kubernetes.io/name": "prometheus" }), 9090],
                [{ ip: "10.1.0.20" }, 10250],
            ];
            for (const [target, port] of targets) {
                expect(isAllowed(policies, source, target, port), `${name} to ${port}`).to.equal(false);
            }
        });
    });

    it("lets nobody in another namespace into LiteLLM", () => {
        const litellm = endpoint("litellm", { "app.kubernetes.io/name": "litellm" });
        expect(isAllowed(policies, endpoint("default", {}), litellm, 4000)).to.equal(false);
    });
});
