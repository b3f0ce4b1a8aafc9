import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import { expect } from "chai";
import { parseDocument } from "yaml";
import { clusterSchema } from "../../../config/schema/cluster";
import { networkSchema } from "../../../config/schema/network";
import { nodePoolsSchema } from "../../../config/schema/node-pools";
import * as infra from "../../../infra";

type Inputs = Record<string, unknown>;

/** Outputs of the two components that a provider makes; everything else gives back its inputs. */
const provided: Record<string, Inputs> = {
    "awsx:ec2:Vpc": {
        vpcId: "vpc-1",
        privateSubnetIds: ["subnet-1", "subnet-2"],
        publicSubnetIds: ["subnet-3"],
        routeTables: [],
    },
    "eks:index:Cluster": {
        eksCluster: { name: "clawstack-dev", endpoint: "https://cluster.example" },
        clusterSecurityGroupId: "sg-1",
        kubeconfigJson: "{}",
    },
};

const secretVersions: Record<string, string> = { plain: "xoxb-1", json: '{"token":"xoxb-2"}', other: "[]" };

function answer(token: string, inputs: Inputs): Inputs {
    switch (token) {
        case "aws:eks/getAddonVersion:getAddonVersion":
            return { ...inputs, version: `v-${String(inputs["kubernetesVersion"])}` };
        case "aws:secretsmanager/getSecretVersion:getSecretVersion":
            return { secretString: secretVersions[String(inputs["secretId"])] };
        case "aws:index/getCallerIdentity:getCallerIdentity":
            return { accountId: "123456789012" };
        case "aws:index/getPartition:getPartition":
            return { partition: "aws" };
        default:
            throw new Error(`no answer to ${token}`);
    }
}

/** What the declared resources ask of their providers; no engine and no provider runs. */
describe("infra components (against mocks: no engine, no AWS)", () => {
    const made: MockResourceArgs[] = [];
    const inputs = (type: string, name?: string) => {
        const found = made.filter((resource) => resource.type === type && (!name || resource.name === name));
        expect(found, `${type} ${name ?? ""}`).to.have.length(1);
        return found[0]?.inputs as Inputs;
    };

    before(async function () {
        this.timeout(60_000); // Loads the SDKs of the providers, on first use.
        await pulumi.runtime.setMocks({
            newResource(args) {
                made.push(args);
                return {
                    id: `${args.name}-id`,
                    state: { arn: `arn:${args.name}`, ...args.inputs, ...provided[args.type] },
                };
            },
            call: ({ token, inputs: asked }) => answer(token, asked),
        });
        const region = "us-west-2";
        const aws = infra.awsProvider("aws", { region, stack: "dev", tags: { CostCenter: "agents" } });
        const network = new infra.Network(
            "network",
            { config: networkSchema.parse({}), clusterName: "clawstack-dev", region },
            { provider: aws },
        );
        const config = clusterSchema.parse({
            name: "clawstack-dev",
            logRetentionDays: 7,
            admins: ["arn:aws:iam::111111111111:role/team/Admin", "arn:aws:iam::222222222222:role/Admin"],
        });
        const cluster = new infra.EksCluster(
            "cluster",
            { config, network, volumeTags: { Stack: "dev" } },
            { provider: aws },
        );
        const providers = { aws, kubernetes: cluster.provider };
        new infra.StorageClasses("storage", {}, { providers });
        new infra.VolumeBackups(
            "volume-backups",
            {
                config: { enabled: true, hourUtc: 4, retentionDays: 21 },
                clusterName: "clawstack-dev",
                namespaces: ["hermes", "openclaw"],
            },
            { provider: aws },
        );
        new infra.CostAlarm(
            "cost-alarm",
            {
                config: { monthlyUsd: 900, emails: ["finance@example.com"], scope: "stack" },
                stack: "dev",
                platformName: "clawstack-dev",
            },
            { provider: aws },
        );
        new infra.Karpenter(
            "karpenter",
            {
                config: nodePoolsSchema.parse({ bareMetal: { enabled: true } }),
                cluster,
                region,
                tags: { Stack: "dev" },
            },
            { providers },
        );
        // Registration goes on in the background: all of it is over when the last resource is there.
        const last = ["karpenter-kata-bare-metal", "volume-backups-openclaw", "cost-alarm"];
        while (!last.every((one) => made.some(({ name, type }) => name === one && !type.startsWith("clawstack:"))))
            await new Promise((resolve) => setTimeout(resolve, 10));
    });

    it("tags everything with its project and stack", () => {
        const { defaultTags } = inputs("pulumi:providers:aws");
        expect(parseDocument(String(defaultTags)).toJS()).to.deep.equal({
            tags: { Project: "clawstack", Stack: "dev", ManagedBy: "pulumi", CostCenter: "agents" },
        });
    });

    it("network: private subnets carry Karpenter's discovery tag, public ones do not", () => {
        const specs = inputs("awsx:ec2:Vpc")["subnetSpecs"] as { type: string; tags: Record<string, string> }[];
        const discovery = Object.fromEntries(specs.map(({ type, tags }) => [type, tags["karpenter.sh/discovery"]]));
        expect(discovery).to.deep.equal({ Private: "clawstack-dev", Public: undefined });
    });

    it("network: model calls stay off the internet", () => {
        expect(inputs("aws:ec2/vpcEndpoint:VpcEndpoint", "network-bedrock-runtime")).to.deep.include({
            serviceName: "com.amazonaws.us-west-2.bedrock-runtime",
            vpcEndpointType: "Interface",
            privateDnsEnabled: true,
        });
    });

    it("cluster: API authentication, private endpoint, all logs, network policies, encrypted secrets", () => {
        const cluster = inputs("eks:index:Cluster");
        expect(cluster).to.deep.include({
            authenticationMode: "API",
            endpointPublicAccess: false,
            endpointPrivateAccess: true,
            enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
            encryptionConfigKeyArn: "arn:cluster-secrets",
            skipDefaultNodeGroup: true,
        });
        expect(cluster["vpcCniOptions"]).to.include({ enableNetworkPolicy: true });
    });

    it("cluster: keeps its logs as long as the config says, in the group that EKS writes to", () => {
        expect(inputs("aws:cloudwatch/logGroup:LogGroup", "cluster-logs")).to.deep.include({
            name: "/aws/eks/clawstack-dev/cluster",
            retentionInDays: 7,
        });
    });

    it("cluster: two administrators of one name in two accounts are two entries", () => {
        const entries = inputs("eks:index:Cluster")["accessEntries"] as Record<string, { principalArn: string }>;
        expect(Object.values(entries).map(({ principalArn }) => principalArn)).to.have.members([
            "arn:aws:iam::111111111111:role/team/Admin",
            "arn:aws:iam::222222222222:role/Admin",
        ]);
    });

    it("cluster: nodes and add-ons follow an upgrade of Kubernetes", () => {
        expect(inputs("aws:eks/nodeGroup:NodeGroup")["version"]).to.equal("1.35");
        const addons = made.filter(({ type }) => type === "aws:eks/addon:Addon").map((addon) => addon.inputs as Inputs);
        expect(addons.map(({ addonName }) => addonName)).to.have.members([
            "coredns",
            "eks-pod-identity-agent",
            "aws-ebs-csi-driver",
            "snapshot-controller",
        ]);
        expect(new Set(addons.map(({ addonVersion }) => addonVersion))).to.deep.equal(new Set(["v-1.35"]));
    });

    it("core nodes: IMDSv2 within one hop, an encrypted volume", () => {
        const template = inputs("aws:ec2/launchTemplate:LaunchTemplate") as {
            metadataOptions: Inputs;
            blockDeviceMappings: { ebs: Inputs }[];
        };
        expect(template.metadataOptions).to.include({ httpTokens: "required", httpPutResponseHopLimit: 1 });
        expect(template.blockDeviceMappings.map(({ ebs }) => ebs["encrypted"])).to.deep.equal(["true"]);
    });

    it("Karpenter: nodes may join, with the role that the node classes name", () => {
        const { name } = inputs("aws:iam/role:Role", "karpenter-nodes");
        expect(inputs("aws:eks/accessEntry:AccessEntry")).to.include({
            principalArn: "arn:karpenter-nodes",
            type: "EC2_LINUX",
        });
        const classes = made.filter(({ type }) => type.endsWith(":EC2NodeClass"));
        expect(classes.map((made) => (made.inputs as { spec: Inputs }).spec["role"])).to.deep.equal([name, name]);
    });

    it("Karpenter: every interruption event goes to the queue that it reads", () => {
        const targets = made.filter(({ type }) => type === "aws:cloudwatch/eventTarget:EventTarget");
        expect(targets).to.have.length(5);
        expect(new Set(targets.map((target) => (target.inputs as Inputs)["arn"]))).to.deep.equal(
            new Set(["arn:karpenter-interruption"]),
        );
        const { values } = inputs("kubernetes:helm.sh/v3:Release", "karpenter-release") as {
            values: { settings: Inputs };
        };
        expect(values.settings["interruptionQueue"]).to.equal(
            inputs("aws:sqs/queue:Queue", "karpenter-interruption")["name"],
        );
    });

    it("storage: the default class is encrypted, waits for a pod and can grow", () => {
        expect(inputs("kubernetes:storage.k8s.io/v1:StorageClass")).to.deep.include({
            volumeBindingMode: "WaitForFirstConsumer",
            allowVolumeExpansion: true,
            parameters: { type: "gp3", encrypted: "true", "csi.storage.k8s.io/fstype": "ext4" },
        });
    });

    it("backups: volumes of this cluster's agents alone, every day, for as long as the config says", () => {
        const [rule] = inputs("aws:backup/plan:Plan")["rules"] as Inputs[];
        expect(rule).to.deep.include({ schedule: "cron(0 4 * * ? *)", lifecycle: { deleteAfter: 21 } });
        const selection = inputs("aws:backup/selection:Selection", "volume-backups-openclaw");
        expect(selection["conditions"]).to.deep.equal([
            {
                stringEquals: [
                    { key: "aws:ResourceTag/clawstack.dev/cluster", value: "clawstack-dev" },
                    { key: "aws:ResourceTag/kubernetes.io/created-for/pvc/namespace", value: "openclaw" },
                ],
            },
        ]);
    });

    it("backups: the tags that they select by are those that the EBS CSI driver puts on volumes", () => {
        const addons = made.filter(({ type }) => type === "aws:eks/addon:Addon").map((addon) => addon.inputs as Inputs);
        const driver = addons.find(({ addonName }) => addonName === "aws-ebs-csi-driver");
        expect(JSON.parse(String(driver?.["configurationValues"]))).to.deep.equal({
            controller: { extraVolumeTags: { Stack: "dev", "clawstack.dev/cluster": "clawstack-dev" } },
        });
    });

    it("budget: mails before the money is spent, when it is, and when it will be", () => {
        const budget = inputs("aws:budgets/budget:Budget");
        expect(budget).to.deep.include({ limitAmount: "900", limitUnit: "USD", timeUnit: "MONTHLY" });
        expect(budget["costFilters"]).to.deep.equal([{ name: "TagKeyValue", values: ["user:Stack$dev"] }]);
        const notifications = budget["notifications"] as Inputs[];
        expect(notifications.map(({ notificationType, threshold }) => [notificationType, threshold])).to.deep.equal([
            ["ACTUAL", 80],
            ["ACTUAL", 100],
            ["FORECASTED", 100],
        ]);
        for (const { subscriberEmailAddresses } of notifications) {
            expect(subscriberEmailAddresses).to.deep.equal(["finance@example.com"]);
        }
    });

    describe("resolveSecret", () => {
        const resolve = (secretId: string, jsonKey?: string) => {
            const output = infra.resolveSecret({ from: "secretsManager", secretId, jsonKey }, {});
            return new Promise<{ value: string; secret: boolean }>((done, fail) => {
                const read = output as pulumi.Output<string> & { promise(): Promise<string> };
                Promise.all([read.promise(), pulumi.isSecret(output)]).then(
                    ([value, secret]) => done({ value, secret }),
                    fail,
                );
            });
        };
        const failure = async (secretId: string, jsonKey: string) => {
            try {
                await resolve(secretId, jsonKey);
            } catch (error) {
                return (error as Error).message;
            }
            throw new Error("resolved");
        };

        it("reads a whole secret, and keeps it one", async () => {
            expect(await resolve("plain")).to.deep.equal({ value: "xoxb-1", secret: true });
        });
        it("reads a key of a JSON secret", async () => {
            expect(await resolve("json", "token")).to.deep.equal({ value: "xoxb-2", secret: true });
        });
        it("says that a secret is no JSON, and not what it is", async () => {
            expect(await failure("plain", "token"))
                .to.include("the secret plain is no JSON")
                .and.not.include("xoxb");
        });
        it("says that a JSON secret has no such key", async () => {
            expect(await failure("json", "appToken")).to.equal("the secret json has no text at appToken");
        });
    });
});
