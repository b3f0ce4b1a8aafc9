import { expect } from "chai";
import { deploymentSpec, litellmLabels, migrationJobSpec } from "../../../workloads/litellm/manifests";
import { networkPolicySpecs } from "../../../workloads/litellm/network-policies";
import { registrationJobSpec } from "../../../workloads/litellm/virtual-keys";

interface Env {
    name: string;
    value?: string;
    valueFrom?: { secretKeyRef: { name: string; key: string } };
}

const deployment = deploymentSpec({
    replicas: 2,
    region: "us-west-2",
    configRevision: "c1",
    secretRevision: "s1",
    modelSecrets: [{ name: "MODEL_KEY_QWEN", secret: "model-keys", key: "MODEL_KEY_QWEN" }],
    serviceAccount: "litellm",
});
const pods = {
    deployment: deployment.template.spec,
    migration: migrationJobSpec().template.spec,
    registration: registrationJobSpec({ gatewayUrl: "http://litellm", keysSecret: "k", scriptConfigMap: "s" }).template
        .spec,
};

describe("LiteLLM's pods", () => {
    for (const [name, pod] of Object.entries(pods)) {
        it(`${name}: fits Pod Security restricted, runs as the image's user, and holds no token`, () => {
            expect(pod.automountServiceAccountToken).to.equal(false);
            expect(pod.securityContext).to.deep.include({
                runAsNonRoot: true,
                runAsUser: 65534,
                seccompProfile: { type: "RuntimeDefault" },
            });
            const [container] = pod.containers;
            expect(container?.securityContext).to.deep.include({
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
            });
            expect(container?.resources).to.have.nested.property("limits.memory");
        });

        it(`${name}: takes every credential from a Secret`, () => {
            const env = pod.containers.flatMap((container) => container.env as Env[]);
            const literal = env.filter(({ valueFrom }) => !valueFrom).map(({ name: variable }) => variable);
            expect(literal.filter((variable) => /KEY|PASSWORD|SECRET|TOKEN|DATABASE/.test(variable))).to.deep.equal([]);
            expect(env.filter(({ valueFrom }) => valueFrom)).not.to.deep.equal([]);
        });
    }

    it("gives the migration the database's URL and no key", () => {
        const env = pods.migration.containers[0]?.env as Env[];
        expect(env.filter(({ valueFrom }) => valueFrom).map(({ name }) => name)).to.deep.equal(["DATABASE_URL"]);
    });

    it("migrates in the Job alone", () => {
        const settingOf = (env: Env[] | undefined) => env?.find(({ name }) => name === "DISABLE_SCHEMA_UPDATE")?.value;
        expect(settingOf(pods.deployment.containers[0]?.env as Env[])).to.equal("true");
        expect(settingOf(pods.migration.containers[0]?.env as Env[])).to.equal("false");
    });

    it("rolls the pods when the config or a secret changes", () => {
        expect(deployment.template.metadata.annotations).to.deep.equal({
            "clawstack.dev/config-revision": "c1",
            "clawstack.dev/secret-revision": "s1",
        });
    });
});

describe("LiteLLM's network policies", () => {
    const database = { podLabels: { "cnpg.io/cluster": "litellm-postgres" }, port: 5432 };
    const embedded = networkPolicySpecs(database, "10.1.0.0/16");

    it("deny what no other policy allows", () => {
        expect(embedded["default-deny"]).to.deep.equal({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    });

    it("let the inference proxy, Prometheus and the Jobs reach LiteLLM, on its port alone", () => {
        const [rule, ...others] = embedded.litellm.ingress;
        expect(others).to.deep.equal([]);
        expect(rule?.ports).to.deep.equal([{ protocol: "TCP", port: 4000 }]);
        expect(rule?.from).to.deep.equal([
            ...["inference-proxy", "litellm-job"].map((name) => ({
                podSelector: {
                    matchLabels: { "app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "clawstack" },
                },
            })),
            {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
                podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
            },
        ]);
    });

    it("keep the metadata service out of the proxy's reach", () => {
        const blocks = embedded.litellm.egress.flatMap(({ to }) =>
            to.flatMap((peer) => ("ipBlock" in peer ? [peer.ipBlock] : [])),
        );
        expect(blocks).to.deep.include({ cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] });
    });

    it("let no sandbox reach Postgres", () => {
        const peers = embedded.postgres?.ingress.flatMap(({ from }) => from) ?? [];
        expect(peers).to.deep.include({ podSelector: { matchLabels: litellmLabels } });
        expect(JSON.stringify(peers)).not.to.match(/openclaw|hermes|clawstack\.dev/);
    });

    it("reach a database on RDS inside of the VPC", () => {
        const rds = networkPolicySpecs({ port: 5432 }, "10.1.0.0/16");
        expect(rds.litellm.egress).to.deep.include({
            to: [{ ipBlock: { cidr: "10.1.0.0/16" } }],
            ports: [{ protocol: "TCP", port: 5432 }],
        });
        expect(rds).not.to.have.property("postgres");
    });
});
