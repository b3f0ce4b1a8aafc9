import { expect } from "chai";
import type { ModelConfig } from "../../../config";
import { agentKinds, NO_KEY } from "../../../sandboxes/agents";
import { configData, podTemplate } from "../../../sandboxes/pod-template";
import { proxies } from "./proxies";

const model: ModelConfig = {
    name: "claude-opus-4-6",
    provider: "bedrock",
    modelId: "us.anthropic.claude-opus-4-6-v1",
    contextWindow: 200_000,
    maxTokens: 8192,
    reasoning: true,
    input: ["text"],
    fallbacks: [],
};

function template(
    agent: string,
    changes: { settings?: object; revision?: string; modelName?: string; capacityType?: "spot" } = {},
) {
    const kind = agentKinds[agent];
    if (!kind) throw new Error(`no kind ${agent}`);
    const settings = kind.settings.parse(
        changes.settings ?? (agent === "hermes-feishu" ? { allowedUsers: ["ou_a1"] } : {}),
    );
    const workload = kind.build({
        name: "a",
        settings,
        model: { ...model, name: changes.modelName ?? model.name },
        gatewayUrl: "http://inference-proxy.litellm.svc.cluster.local:12345",
        apiKey: NO_KEY,
    });
    const built = podTemplate({
        config: {
            name: "a",
            image: kind.image,
            resources: kind.resources,
            key: { budgetUsd: 1, budgetPeriod: "30d", expiresIn: "30d", rotation: 1, overlapMinutes: 15 },
            capacityType: changes.capacityType ?? "any",
        },
        workload,
        labels: { "clawstack.dev/sandbox": "a" },
        runtimeClassName: "kata-qemu",
        proxies,
        port: 12_345,
        secretName: "a",
        configMapName: "a",
        secretEnv: ["SLACK_BOT_TOKEN"],
        claimName: "a",
        secretRevision: changes.revision ?? "1",
    });
    return { ...built, workload };
}

describe("sandboxes: pod template", () => {
    for (const agent of Object.keys(agentKinds)) {
        describe(agent, () => {
            it("is what Pod Security calls restricted, in each container", () => {
                const { spec } = template(agent);
                expect(spec.securityContext).to.deep.include({
                    runAsNonRoot: true,
                    runAsUser: 1000,
                    runAsGroup: 1000,
                    fsGroup: 1000,
                    seccompProfile: { type: "RuntimeDefault" },
                });
                for (const { securityContext } of [...spec.initContainers, ...spec.containers]) {
                    expect(securityContext).to.deep.include({
                        allowPrivilegeEscalation: false,
                        runAsNonRoot: true,
                        capabilities: { drop: ["ALL"] },
                        seccompProfile: { type: "RuntimeDefault" },
                    });
                }
            });

            it("has no token of the cluster, no links to Services, and its place from the RuntimeClass alone", () => {
                const { spec } = template(agent);
                expect(spec).to.deep.include({
                    runtimeClassName: "kata-qemu",
                    automountServiceAccountToken: false,
                    enableServiceLinks: false,
                });
                expect(spec).not.to.have.any.keys("nodeSelector", "tolerations", "affinity", "hostNetwork");
            });

            it("takes every secret from the Secret, none from its own text", () => {
                const { spec } = template(agent);
                const key = spec.containers[0]?.env.find(({ name }) => name === "SLACK_BOT_TOKEN");
                expect(key).to.deep.equal({
                    name: "SLACK_BOT_TOKEN",
                    valueFrom: { secretKeyRef: { name: "a", key: "SLACK_BOT_TOKEN" } },
                });
            });

            it("sends HTTPS to its port of the egress proxy, in what prepares it too, and asks no name server", () => {
                const { spec } = template(agent);
                const proxy = "http://egress-proxy.egress.svc.cluster.local:12345";
                const running = [...spec.initContainers, ...spec.containers].filter((each) => "env" in each);
                for (const { env } of running as { env: { name: string; value?: string }[] }[]) {
                    for (const name of ["HTTPS_PROXY", "https_proxy"]) {
                        expect(env).to.deep.include({ name, value: proxy });
                    }
                    for (const name of ["NO_PROXY", "no_proxy"]) {
                        expect(env.find((each) => each.name === name)?.value).to.include("inference-proxy.litellm.svc");
                    }
                }
                expect(spec.dnsPolicy).to.equal("None");
                expect(spec.dnsConfig.nameservers).to.deep.equal(["127.0.0.1"]);
                expect(spec.hostAliases).to.deep.equal([
                    { ip: "172.20.0.11", hostnames: ["egress-proxy.egress.svc.cluster.local"] },
                    { ip: "172.20.0.12", hostnames: ["inference-proxy.litellm.svc.cluster.local"] },
                ]);
            });

            it("gives no secret to the containers that prepare it", () => {
                for (const container of template(agent).spec.initContainers) {
                    expect(JSON.stringify(container)).not.to.match(/secretKeyRef|envFrom/);
                }
            });

            it("mounts each key of its ConfigMap, and each file has its key", () => {
                const { spec, workload } = template(agent);
                const volume = spec.volumes.find((each) => "configMap" in each);
                const items = volume && "configMap" in volume ? volume.configMap.items : [];
                expect(items.map(({ key }) => key)).to.have.members(Object.keys(configData(workload)));
                expect(new Set(items.map(({ path }) => path)).size).to.equal(items.length);
                for (const name of Object.keys(workload.managed)) {
                    expect(items.map(({ path }) => path)).to.include(`managed/${name}`);
                }
            });
        });
    }

    it("is another one when the model, a setting or a secret changes, so that the agent starts anew", () => {
        const text = (changes: Parameters<typeof template>[1]) => {
            const { metadata, spec } = template("openclaw-slack", changes);
            return JSON.stringify({ metadata, spec });
        };
        const base = text({});
        expect(text({})).to.equal(base);
        expect(text({ modelName: "claude-sonnet-4-6" })).not.to.equal(base);
        expect(text({ settings: { dmPolicy: "pairing" } })).not.to.equal(base);
        expect(text({ revision: "2" })).not.to.equal(base);
    });

    it("gives OpenClaw minutes to start, and each agent its volume", () => {
        const { spec } = template("openclaw-slack");
        const { startupProbe } = spec.containers[0] as unknown as {
            startupProbe: { periodSeconds: number; failureThreshold: number };
        };
        expect(startupProbe.periodSeconds * startupProbe.failureThreshold).to.be.at.least(300);
        expect(template("openclaw-slack").workload.mountPath).to.equal("/home/node/.openclaw");
        expect(template("hermes-feishu").workload.mountPath).to.equal("/mnt/workspace");
    });

    it("asks for spot nodes where its sandbox does, and for no capacity otherwise", () => {
        expect(template("openclaw-slack", { capacityType: "spot" }).spec.nodeSelector).to.deep.equal({
            "karpenter.sh/capacity-type": "spot",
        });
        expect(template("openclaw-slack").spec).not.to.have.property("nodeSelector");
    });
});
