import { expect } from "chai";
import { kubernetesSupport } from "../../../config/versions";
import { evaluate, rules, type PlannedResource } from "../../../policy";

let serial = 0;
function resource(type: string, inputs: Record<string, unknown>): PlannedResource {
    const name = `r${++serial}`;
    return { urn: `urn:pulumi:dev::clawstack::${type}::${name}`, type, name, inputs };
}
const object = (kind: string, inputs: Record<string, unknown>) =>
    resource(`kubernetes:v1:${kind}`, { kind, ...inputs });

const restricted = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
};
const container = {
    name: "agent",
    image: "ghcr.io/example/agent:1.2.3",
    securityContext: restricted,
    resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "2Gi" } },
};
const deployment = (change: object = {}, spec: object = {}, replicas = 1) =>
    object("Deployment", {
        metadata: { namespace: "a" },
        spec: {
            replicas,
            template: {
                metadata: { labels: { app: "a" } },
                spec: { containers: [{ ...container, ...change }], ...spec },
            },
        },
    });
const role = (statement: object) =>
    resource("aws:iam/rolePolicy:RolePolicy", {
        policy: JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] }),
    });
const namespace = object("Namespace", { metadata: { name: "a" } });
const denyAll = object("NetworkPolicy", {
    metadata: { namespace: "a" },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
});
const budget = object("PodDisruptionBudget", {
    metadata: { namespace: "a" },
    spec: { selector: { matchLabels: { app: "a" } } },
});
const cluster = (version: string) => resource("eks:index:Cluster", { version });
const chart = (name: string, version: string) => object("Release", { chart: name, version });
const agentSandboxRelease = (version: string) =>
    resource("kubernetes:yaml/v2:ConfigFile", {
        file: `https://github.com/kubernetes-sigs/agent-sandbox/releases/download/${version}/sandbox.yaml`,
    });
const openclawPod = (image: string, plugin: string) =>
    deployment({
        image: `ghcr.io/openclaw/openclaw:${image}`,
        command: ["sh", "-c", `node plugins install npm:@openclaw/slack@${plugin} --pin`],
    });
const ingress = (annotations: object) =>
    object("Ingress", {
        metadata: { annotations: { "alb.ingress.kubernetes.io/scheme": "internet-facing", ...annotations } },
    });
const disk = (encrypted: boolean) => ({
    spec: { blockDeviceMappings: [{ ebs: { encrypted } }], metadataOptions: imds(1) },
});
const imds = (httpPutResponseHopLimit: number) => ({ httpTokens: "required", httpPutResponseHopLimit });

/** For each rule: plans that break it, and the like ones that don't. */
const cases: Record<string, { broken: PlannedResource[][]; kept: PlannedResource[][] }> = {
    "no-public-endpoint": {
        broken: [
            [resource("eks:index:Cluster", {})],
            [resource("eks:index:Cluster", { endpointPublicAccess: true, publicAccessCidrs: ["0.0.0.0/0"] })],
            [resource("aws:rds/instance:Instance", { publiclyAccessible: true })],
            [resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { cidrIpv4: "0.0.0.0/0" })],
            [resource("aws:ec2/securityGroup:SecurityGroup", { ingress: [{ ipv6CidrBlocks: ["::/0"] }] })],
            [object("Service", { spec: { type: "LoadBalancer" } })],
            [resource("aws:ec2/instance:Instance", { associatePublicIpAddress: true })],
            [resource("aws:eks/cluster:Cluster", { vpcConfig: { endpointPublicAccess: true } })],
            [
                resource("aws:ec2/securityGroupRule:SecurityGroupRule", {
                    type: "ingress",
                    cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"],
                }),
            ],
            [resource("aws:lb/loadBalancer:LoadBalancer", {})],
            [resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { blockPublicAcls: true })],
            [ingress({})],
            [ingress({ "alb.ingress.kubernetes.io/inbound-cidrs": "0.0.0.0/0" })],
        ],
        kept: [
            [resource("eks:index:Cluster", { endpointPublicAccess: false })],
            [resource("eks:index:Cluster", { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] })],
            [resource("aws:ec2/securityGroup:SecurityGroup", { ingress: [{ cidrBlocks: ["10.1.0.0/16"] }] })],
            [object("Service", { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["203.0.113.0/24"] } })],
            [resource("aws:eks/cluster:Cluster", { vpcConfig: { endpointPublicAccess: false } })],
            [
                resource("aws:ec2/securityGroupRule:SecurityGroupRule", {
                    type: "egress",
                    cidrBlocks: ["0.0.0.0/0"],
                }),
            ],
            [resource("aws:lb/loadBalancer:LoadBalancer", { internal: true })],
            [ingress({ "alb.ingress.kubernetes.io/inbound-cidrs": "203.0.113.0/24" })],
        ],
    },
    "no-iam-wildcard": {
        broken: [
            [role({ Sid: "S3", Action: "s3:*", Resource: "arn:aws:s3:::b" })],
            [role({ Action: ["*"], Resource: "arn:aws:s3:::b" })],
            [role({ Action: "s3:GetObject", Resource: "*" })],
            [role({ Action: "s3:Get*", Resource: "arn:aws:s3:::b/*" })],
            [role({ Action: "s3:GetObject", Resource: "arn:aws:s3:::*" })],
            [role({ Action: "ec2:RunInstances", Resource: "arn:aws:ec2:us-west-2:*:instance/*" })],
            [role({ Action: "ec2:RunInstances", Resource: "*", Condition: { StringEquals: {} } })],
            [role({ NotAction: "iam:PassRole", Resource: "arn:aws:s3:::b" })],
            [
                resource("aws:iam/role:Role", {
                    assumeRolePolicy: JSON.stringify({
                        Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
                    }),
                }),
            ],
            [
                resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
                    policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
                }),
            ],
        ],
        kept: [
            [role({ Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" })],
            [
                role({
                    Action: "ec2:RunInstances",
                    Resource: "arn:aws:ec2:us-west-2:*:instance/*",
                    Condition: { StringEquals: {} },
                }),
            ],
            [role({ Sid: "AllowRegionalReadActions", Action: "ec2:DescribeImages", Resource: "*" })],
            [role({ Effect: "Deny", Action: "*", Resource: "*" })],
            [
                resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
                    policyArn: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
                }),
            ],
        ],
    },
    "encryption-at-rest": {
        broken: [
            [resource("eks:index:Cluster", {})],
            [resource("aws:rds/instance:Instance", {})],
            [resource("aws:sqs/queue:Queue", {})],
            [resource("aws:kms/key:Key", {})],
            [resource("aws:ebs/volume:Volume", { encrypted: false })],
            [resource("aws:sns/topic:Topic", {})],
            [resource("aws:efs/fileSystem:FileSystem", {})],
            [resource("aws:eks/cluster:Cluster", {})],
            [resource("aws:ec2/instance:Instance", { rootBlockDevice: { volumeSize: 30 } })],
            [object("StorageClass", { provisioner: "ebs.csi.aws.com", parameters: {} })],
            [object("EC2NodeClass", disk(false))],
        ],
        kept: [
            [resource("eks:index:Cluster", { encryptionConfigKeyArn: "arn:aws:kms:..." })],
            [resource("aws:rds/instance:Instance", { storageEncrypted: true })],
            [object("StorageClass", { provisioner: "ebs.csi.aws.com", parameters: { encrypted: "true" } })],
            [object("EC2NodeClass", disk(true))],
        ],
    },
    "imdsv2-hop-limit-1": {
        broken: [
            [resource("aws:ec2/launchTemplate:LaunchTemplate", {})],
            [resource("aws:ec2/instance:Instance", { metadataOptions: imds(2) })],
            [
                object("EC2NodeClass", {
                    spec: { metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 } },
                }),
            ],
        ],
        kept: [
            [resource("aws:ec2/launchTemplate:LaunchTemplate", { metadataOptions: imds(1) })],
            [object("EC2NodeClass", disk(true))],
        ],
    },
    "no-plain-secret": {
        broken: [
            [deployment({ env: [{ name: "SLACK_BOT_TOKEN", value: "abc" }] })],
            [deployment({ env: [{ name: "X", value: "[secret]" }] })],
            [object("ConfigMap", { data: { "a.yaml": "token: xoxb-123456" } })],
            [deployment({ args: ["--token", "xoxb-123456"] })],
            [resource("aws:ec2/instance:Instance", { userData: "export KEY=[secret]" })],
            [
                resource("aws:ec2/launchTemplate:LaunchTemplate", {
                    userData: Buffer.from("curl -H 'x: AKIAABCDEFGHIJKLMNOP'").toString("base64"),
                }),
            ],
        ],
        kept: [
            [deployment({ env: [{ name: "SLACK_BOT_TOKEN", valueFrom: { secretKeyRef: {} } }] })],
            [object("ConfigMap", { data: { "a.yaml": "api_key: os.environ/KEY" } })],
            [object("Secret", { stringData: { token: "[secret]" } })],
            [resource("aws:ec2/instance:Instance", { userData: "aws secretsmanager get-secret-value" })],
        ],
    },
    "restricted-pods": {
        broken: [
            [deployment({ securityContext: { ...restricted, privileged: true } })],
            [deployment({ securityContext: { ...restricted, runAsNonRoot: undefined } })],
            [deployment({ securityContext: { ...restricted, capabilities: {} } })],
            [deployment({}, { hostNetwork: true })],
            [deployment({}, { volumes: [{ name: "root", hostPath: { path: "/" } }] })],
            [deployment({ securityContext: { ...restricted, runAsUser: 0 } })],
            [deployment({ securityContext: { ...restricted, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } })],
            [deployment({ ports: [{ containerPort: 80, hostPort: 80 }] })],
            [namespace],
        ],
        kept: [
            [deployment()],
            [deployment({}, { volumes: [{ name: "state", persistentVolumeClaim: { claimName: "a" } }] })],
            [object("Namespace", { metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } } })],
            [
                deployment(
                    { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } },
                    { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } },
                ),
            ],
        ],
    },
    "pinned-images": {
        broken: [
            [deployment({ image: "ghcr.io/example/agent:latest" })],
            [deployment({ image: "ghcr.io/example/agent" })],
            [object("Release", { chart: "karpenter" })],
            [object("Release", { chart: "karpenter", version: "1.x" })],
            [
                resource("kubernetes:yaml/v2:ConfigFile", {
                    file: "https://example.com/releases/latest/download/a.yaml",
                }),
            ],
        ],
        kept: [
            [deployment({ image: `ghcr.io/example/agent@sha256:${"a".repeat(64)}` })],
            [deployment({ image: "ghcr.io/example/agent:main-v1.2.3" })],
            [object("Release", { chart: "karpenter", version: "1.14.1" })],
            [resource("kubernetes:yaml/v2:ConfigFile", { file: "https://example.com/releases/download/v1/a.yaml" })],
        ],
    },
    "default-deny": {
        broken: [
            [namespace],
            [
                namespace,
                object("NetworkPolicy", {
                    metadata: { namespace: "a" },
                    spec: { podSelector: {}, policyTypes: ["Ingress"] },
                }),
            ],
            [namespace, object("NetworkPolicy", { metadata: { namespace: "b" }, spec: denyAll.inputs["spec"] })],
        ],
        kept: [[namespace, denyAll]],
    },
    "resource-limits": {
        broken: [
            [deployment({ resources: {} })],
            [deployment({ resources: { requests: { cpu: "1", memory: "1Gi" } } })],
        ],
        kept: [[deployment()]],
    },
    "disruption-budget": {
        broken: [
            [deployment({}, {}, 2)],
            [deployment({}, {}, 2), object("PodDisruptionBudget", { ...budget.inputs, metadata: { namespace: "b" } })],
        ],
        kept: [[deployment()], [deployment({}, {}, 2), budget]],
    },
    "deletion-protection": {
        broken: [
            [resource("aws:rds/instance:Instance", { deletionProtection: false })],
            [resource("aws:s3/bucket:Bucket", { forceDestroy: true })],
            [resource("aws:kms/key:Key", { deletionWindowInDays: 7 })],
        ],
        kept: [
            [resource("aws:rds/instance:Instance", { deletionProtection: true })],
            [resource("aws:s3/bucket:Bucket", {})],
            [resource("aws:kms/key:Key", { deletionWindowInDays: 30 })],
        ],
    },
    "agent-in-sandbox": {
        broken: [[resource("aws:ec2/instance:Instance", { tags: { Sandbox: "none" } })]],
        kept: [[resource("aws:ec2/instance:Instance", { tags: { Sandbox: "openshell" } })]],
    },
    "supported-versions": {
        broken: [
            [cluster("1.37"), chart("oci://public.ecr.aws/karpenter/karpenter", "1.14.1")],
            [cluster("1.33"), chart("cloudnative-pg", "0.29.1")],
            [cluster("1.35"), chart("cloudnative-pg", "0.31.0")],
            [cluster("1.37"), agentSandboxRelease("v0.5.6")],
            [cluster("1.35"), agentSandboxRelease("v0.6.0")],
            [cluster("1.35"), chart("kube-prometheus-stack", "88.0.0")],
            [cluster("1.35"), chart("oci://ghcr.io/kata-containers/kata-deploy-charts/kata-deploy", "5.0.0")],
            [
                chart("oci://public.ecr.aws/karpenter/karpenter", "1.14.1"),
                chart("oci://public.ecr.aws/karpenter/karpenter-crd", "1.14.0"),
            ],
            [cluster("1.36"), deployment({ image: "docker.io/alpine/k8s:1.34.0" })],
            [openclawPod("2026.9.5", "2026.9.6")],
        ],
        kept: [
            [cluster("1.35"), chart("oci://public.ecr.aws/karpenter/karpenter", "1.14.1")],
            [cluster("1.36"), chart("cloudnative-pg", "0.29.1"), agentSandboxRelease("v0.5.6")],
            [cluster("1.36"), deployment({ image: "docker.io/alpine/k8s:1.35.0" })],
            [openclawPod("2026.9.6", "2026.9.6")],
            [openclawPod("2026.10.1", "2026.9.6")],
            [chart("something-else", "0.0.1"), cluster("1.35")],
        ],
    },
    "kubernetes-support": {
        broken: [[cluster("1.33")]],
        kept: [[cluster(Object.keys(kubernetesSupport).at(-1) ?? "")], [resource("eks:index:Cluster", {})]],
    },
    "default-tags": {
        broken: [[resource("pulumi:providers:aws", {})]],
        kept: [[resource("pulumi:providers:aws", { defaultTags: '{"tags":{"Project":"clawstack","Stack":"dev"}}' })]],
    },
};

describe("policy: the end of Kubernetes' support", () => {
    const messages = (version: string, today: string) =>
        evaluate([resource("eks:index:Cluster", { version })], [], today)
            .filter(({ rule }) => rule === "kubernetes-support")
            .map(({ message }) => message);

    it("is told 60 days before it, with the next version", () => {
        expect(messages("1.34", "2026-10-02")).to.deep.equal([]);
        expect(messages("1.34", "2026-10-03")).to.deep.equal([
            'standard support of Kubernetes 1.34 ends on 2026-12-02, in 60 days; set cluster.kubernetesVersion to "1.35"',
        ]);
        expect(messages("1.34", "2026-12-03")[0]).to.match(/ended on 2026-12-02; set/);
    });
    it("asks for the next line in the table where there is none", () => {
        const [newest = ""] = Object.keys(kubernetesSupport).slice(-1);
        expect(messages(newest, kubernetesSupport[newest] ?? "")[0]).to.match(
            /add the next version to config\/versions.ts/,
        );
    });
});

describe("policy: rules", () => {
    it("are all tested here", () => {
        expect(Object.keys(cases)).to.have.members(rules.map(({ name }) => name));
    });

    for (const rule of rules) {
        const { broken, kept } = cases[rule.name] ?? { broken: [], kept: [] };
        const findings = (plan: PlannedResource[]) =>
            evaluate(plan, [], "2026-11-24").filter((finding) => finding.rule === rule.name);

        it(`${rule.name} fires on each plan that breaks it, and names the remedy`, () => {
            for (const plan of broken) {
                expect(findings(plan), JSON.stringify(plan)).not.to.be.empty;
                for (const { message } of findings(plan))
                    expect(message).to.match(/; (set|name|use|remove|add|drop|move|put|unset)\b/);
            }
        });

        it(`${rule.name} is silent on plans that keep it`, () => {
            for (const plan of kept) expect(findings(plan), JSON.stringify(plan)).to.deep.equal([]);
        });
    }

    it("take a written reason on the object for what can't do without", () => {
        const privileged = deployment({ securityContext: { privileged: true } });
        const metadata = { namespace: "a", annotations: { "policy.clawstack.dev/restricted-pods": "installs Kata" } };
        const reasoned = { ...privileged, inputs: { ...privileged.inputs, metadata } };
        expect(evaluate([reasoned]).filter(({ rule }) => rule === "restricted-pods")).to.deep.equal([]);
    });
});

describe("policy: waivers", () => {
    const plan = [deployment({ image: "a:latest" })];
    const waiver = { rule: "pinned-images", resource: "*", reason: "the vendor has no tags", until: "2027-01-31" };

    it("accept a finding until their last day", () => {
        expect(evaluate(plan, [waiver], "2027-01-31")).to.deep.equal([]);
    });

    it("are findings themselves once they ran out", () => {
        const findings = evaluate(plan, [waiver], "2027-02-01");
        expect(findings.map(({ severity }) => severity)).to.deep.equal(["error", "warning"]);
        expect(findings[1]?.message).to.contain("ran out on 2027-01-31");
    });

    it("are findings when they fit nothing", () => {
        expect(evaluate([], [waiver], "2027-01-01")[0]?.message).to.contain("fits no finding");
    });
});
