import { join } from "node:path";
import { expect } from "chai";
import { plan } from "../../automation/plan";
import { buildAllTools, FIRST_BUILD_MS, type KubeObject } from "./harness";
import { evaluate, type Connection, type Peer } from "./harness/network-policy";

type Labels = Record<string, string>;
type Target =
    /** A Deployment of the plan. */
    | { readonly deployment: readonly [namespace: string, name: string] }
    /** What a chart or an operator makes, by its labels. */
    | { readonly pod: readonly [namespace: string, labels: Labels] }
    | { readonly ip: string };
/** What is reached, by name: where, the port, and the protocol when it is not TCP. */
type Targets = Readonly<Record<string, readonly [Target, number, ("TCP" | "UDP")?]>>;

const litellm: Target = { deployment: ["litellm", "litellm"] };

const egressProxy: Target = { deployment: ["egress", "egress-proxy"] };
const inferenceProxy: Target = { deployment: ["litellm", "inference-proxy"] };
const dns: Target = { pod: ["kube-system", { "k8s-app": "kube-dns" }] };
const prometheus: Target = { pod: ["monitoring", { "app.kubernetes.io/name": "prometheus" }] };

/** What no sandbox may reach; beside its own port of the two proxies it reaches nothing. */
const unreachable: Targets = {
    "LiteLLM itself": [litellm, 4000],
    "DNS by UDP": [dns, 53, "UDP"],
    "DNS by TCP": [dns, 53],
    "HTTPS on the internet by itself": [{ ip: "8.8.4.4" }, 443],
    "the egress proxy's metrics": [egressProxy, 9902],
    "the inference proxy's metrics": [inferenceProxy, 9902],
    "EC2's metadata service": [{ ip: "169.254.169.254" }, 80],
    "EKS Pod Identity": [{ ip: "169.254.170.23" }, 80],
    "the API server's service": [{ ip: "172.20.0.1" }, 443],
    "the API server in the VPC": [{ ip: "10.1.0.10" }, 443],
    "kubelets in the VPC": [{ ip: "10.1.0.20" }, 10250],
    "a private address": [{ ip: "192.168.1.1" }, 443],
    "a carrier-grade NAT address": [{ ip: "100.64.0.1" }, 443],
    "plain HTTP on the internet": [{ ip: "8.8.4.4" }, 80],
    "SSH on the internet": [{ ip: "8.8.4.4" }, 22],
    "another resolver": [{ ip: "8.8.4.4" }, 53, "UDP"],
    Postgres: [{ pod: ["litellm", { "cnpg.io/cluster": "litellm-postgres" }] }, 5432],
    Grafana: [{ pod: ["monitoring", { "app.kubernetes.io/name": "grafana" }] }, 3000],
    Prometheus: [{ pod: ["monitoring", { "app.kubernetes.io/name": "prometheus" }] }, 9090],
    "another port of LiteLLM": [litellm, 22],
};

/** Ports of other sandboxes that are tried: OpenClaw's gateway, HTTPS, SSH. */
const sandboxPorts = [18789, 443, 22];

const stacks = [{ stack: "prod" }, { configFile: join(__dirname, "Pulumi.everything.yaml") }];

for (const options of stacks) {
    const stack = options.stack ?? "everything";
    describe(`cluster: what the network policies of stack ${stack} allow (by the API's rules; no CNI enforces them here)`, function () {
        this.timeout(60_000);
        let manifests: KubeObject[];
        let sandboxes: { name: string; peer: Peer }[];
        const pod = (namespace: string, labels: Labels): Peer => {
            const found = manifests.find((each) => each.kind === "Namespace" && each.metadata.name === namespace);
            const namespaceLabels = { "kubernetes.io/metadata.name": namespace, ...found?.metadata.labels };
            return { ip: "10.1.7.7", pod: { namespace, labels, namespaceLabels } };
        };
        const deployed = (namespace: string, name: string): Peer => {
            const found = manifests.find(
                ({ kind, metadata }) =>
                    kind === "Deployment" && metadata.name === name && metadata.namespace === namespace,
            );
            const { template } = found?.spec as { template: { metadata: { labels: Labels } } };
            return pod(namespace, template.metadata.labels);
        };
        const peerOf = (target: Target): Peer =>
            "deployment" in target
                ? deployed(...target.deployment)
                : "pod" in target
                  ? pod(...target.pod)
                  : { ip: target.ip };
        const ask = (connections: readonly Connection[]) =>
            evaluate(
                manifests.filter(({ kind }) => kind === "NetworkPolicy"),
                connections,
            );
        /** Names of the sandboxes that get through. */
        const whoReaches = async ([target, port, protocol]: Targets[string]): Promise<string[]> => {
            const answers = await ask(
                sandboxes.map(({ peer }) => ({ from: peer, to: peerOf(target), port, protocol })),
            );
            return sandboxes.filter((_, index) => answers[index]).map(({ name }) => name);
        };

        before(async function () {
            this.timeout(FIRST_BUILD_MS);
            await buildAllTools();
            manifests = (await plan(options)).manifests as unknown as KubeObject[];
            sandboxes = manifests
                .filter(({ kind }) => kind === "Sandbox" || kind === "SandboxTemplate")
                .map(({ metadata, spec }) => {
                    const { podTemplate } = spec as { podTemplate: { metadata?: { labels?: Labels } } };
                    return {
                        name: metadata.name,
                        peer: pod(metadata.namespace ?? "", podTemplate.metadata?.labels ?? {}),
                    };
                });
            expect(sandboxes).to.have.length.above(3);
        });

        /** By sandbox: its port of both proxies, as its own policy has it. */
        const ports = () => {
            const policies = manifests as (KubeObject & { spec: { egress?: { ports?: { port: number }[] }[] } })[];
            return sandboxes.map(({ name }) => {
                const own = policies.find(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === name);
                return own?.spec.egress?.[0]?.ports?.[0]?.port ?? 0;
            });
        };

        for (const [what, proxy] of Object.entries({
            "egress proxy": egressProxy,
            "inference proxy": inferenceProxy,
        })) {
            it(`lets each sandbox reach its own port of the ${what}, and none of another's`, async () => {
                expect(new Set(ports()).size).to.equal(sandboxes.length);
                for (const [index, port] of ports().entries()) {
                    expect(await whoReaches([proxy, port])).to.deep.equal([sandboxes[index]?.name]);
                }
            });

            it(`has the ${what} let in none by another's port, though a sandbox had no policy`, async () => {
                const closed = manifests.filter(
                    ({ kind, metadata }) =>
                        kind === "NetworkPolicy" && ["egress", "litellm"].includes(metadata.namespace ?? ""),
                );
                for (const [index, port] of ports().entries()) {
                    const answers = await evaluate(
                        closed,
                        sandboxes.map(({ peer }) => ({ from: peer, to: peerOf(proxy), port })),
                    );
                    expect(answers).to.deep.equal(sandboxes.map((_, other) => other === index));
                }
            });
        }

        it("lets the egress proxy reach names and HTTPS on the internet, and nothing of the cluster", async () => {
            const from = peerOf(egressProxy);
            const open = [
                { from, to: { ip: "8.8.4.4" }, port: 443 },
                { from, to: peerOf(dns), port: 53, protocol: "UDP" as const },
            ];
            expect(await ask(open)).to.deep.equal([true, true]);
            const names = [
                "LiteLLM itself",
                "EC2's metadata service",
                "the API server in the VPC",
                "a private address",
            ];
            const closed = names.map((name) => unreachable[name] ?? []) as Targets[string][];
            const inferencePorts = ports().map((port): Targets[string] => [inferenceProxy, port]);
            const answers = await ask(
                [...closed, ...inferencePorts].map(([target, port]) => ({ from, to: peerOf(target), port })),
            );
            expect(answers).to.have.length.above(5);
            expect(answers).to.not.include(true);
        });

        it("lets the inference proxy reach LiteLLM, and nothing outside of the cluster", async () => {
            const from = peerOf(inferenceProxy);
            expect(
                await ask([
                    { from, to: peerOf(litellm), port: 4000 },
                    { from, to: { ip: "8.8.4.4" }, port: 443 },
                    { from, to: pod("litellm", { "cnpg.io/cluster": "litellm-postgres" }), port: 5432 },
                ]),
            ).to.deep.equal([true, false, false]);
        });

        it("lets Prometheus read LiteLLM's metrics and the proxies', and no other pod beside it", async () => {
            const targets: Targets[string][] = [
                [litellm, 4000],
                [egressProxy, 9902],
                [inferenceProxy, 9902],
            ];
            for (const [from, allowed] of [
                [peerOf(prometheus), true],
                [pod("monitoring", { "app.kubernetes.io/name": "grafana" }), false],
            ] as const) {
                const answers = await ask(targets.map(([target, port]) => ({ from, to: peerOf(target), port })));
                expect(answers).to.deep.equal([allowed, allowed, allowed]);
            }
        });

        for (const [what, target] of Object.entries(unreachable)) {
            it(`keeps each sandbox from ${what}`, async () => {
                expect(await whoReaches(target)).to.deep.equal([]);
            });
        }

        it("keeps each sandbox from every other one", async () => {
            const pairs = sandboxes.flatMap(({ name, peer }) =>
                sandboxes
                    .filter((other) => other.name !== name)
                    .flatMap((other) => sandboxPorts.map((port) => ({ from: peer, to: other.peer, port }))),
            );
            expect(pairs).to.have.length.above(10);
            expect(await ask(pairs)).to.not.include(true);
        });

        it("lets neither other namespaces nor the platform's own pods into a sandbox", async () => {
            const callers = [
                pod("default", {}),
                peerOf(litellm),
                pod("monitoring", { "app.kubernetes.io/name": "grafana" }),
                { ip: "10.1.0.20" },
            ];
            const calls = callers.flatMap((from) =>
                sandboxes.flatMap(({ peer }) => sandboxPorts.map((port) => ({ from, to: peer, port }))),
            );
            expect(await ask(calls)).to.not.include(true);
        });

        it("lets nobody in another namespace into LiteLLM or Postgres", async () => {
            const from = pod("default", {});
            const to = [
                { to: peerOf(litellm), port: 4000 },
                { to: pod("litellm", { "cnpg.io/cluster": "litellm-postgres" }), port: 5432 },
            ];
            expect(await ask(to.map((each) => ({ from, ...each })))).to.deep.equal([false, false]);
        });
    });
}
