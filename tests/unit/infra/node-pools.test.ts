import { expect } from "chai";
import { parse } from "yaml";
import { nodePoolsSchema } from "../../../config/schema/node-pools";
import { KATA_STARTUP_TAINT, kataNodeUserData } from "../../../infra/karpenter/kata-node";
import { BARE_METAL_POOL, ec2NodeClass, NESTED_POOL, nodePool } from "../../../infra/karpenter/node-pools";

const config = nodePoolsSchema.parse({});
const nodeClass = (name: string, nestedVirtualization: boolean) =>
    ec2NodeClass({
        name,
        clusterName: "clawstack-dev",
        nodeRoleName: "clawstack-dev-kata-nodes",
        securityGroupId: "sg-0123456789abcdef0",
        rootVolumeGi: config.rootVolumeGi,
        nestedVirtualization,
        tags: { Stack: "dev" },
    });
const pools = {
    [NESTED_POOL]: {
        pool: nodePool(NESTED_POOL, config.nested, config.consolidateAfterSeconds),
        nodeClass: nodeClass(NESTED_POOL, true),
    },
    [BARE_METAL_POOL]: {
        pool: nodePool(BARE_METAL_POOL, config.bareMetal, config.consolidateAfterSeconds),
        nodeClass: nodeClass(BARE_METAL_POOL, false),
    },
};
const values = (pool: ReturnType<typeof nodePool>, key: string) =>
    pool.spec.template.spec.requirements.find((requirement) => requirement.key === key)?.values;

describe("Kata node pools", () => {
    for (const [name, { pool, nodeClass }] of Object.entries(pools)) {
        describe(name, () => {
            it("refers to its own node class", () => {
                expect(pool.spec.template.spec.nodeClassRef).to.deep.equal({
                    group: "karpenter.k8s.aws",
                    kind: "EC2NodeClass",
                    name: nodeClass.metadata.name,
                });
            });
            it("labels its nodes for Kata, and keeps all else off them", () => {
                expect(pool.spec.template.metadata.labels).to.deep.equal({ "katacontainers.io/kata-runtime": "true" });
                expect(pool.spec.template.spec.taints).to.deep.equal([
                    { key: "kata", value: "true", effect: "NoSchedule" },
                ]);
            });
            it("holds sandboxes off a node until Kata is there", () => {
                expect(pool.spec.template.spec.startupTaints).to.deep.equal([KATA_STARTUP_TAINT]);
            });
            it("takes away empty nodes alone, after 30 seconds", () => {
                expect(pool.spec.disruption).to.include({ consolidationPolicy: "WhenEmpty", consolidateAfter: "30s" });
            });
            it("asks for IMDSv2 within one hop, which pods don't reach", () => {
                expect(nodeClass.spec.metadataOptions).to.include({
                    httpTokens: "required",
                    httpPutResponseHopLimit: 1,
                });
            });
            it("has an encrypted root volume of 200Gi", () => {
                expect(nodeClass.spec.blockDeviceMappings.map(({ ebs }) => ebs)).to.deep.equal([
                    { volumeSize: "200Gi", volumeType: "gp3", encrypted: true, deleteOnTermination: true },
                ]);
            });
            it("pins its image, so that AWS's weekly one replaces no node by itself", () => {
                expect(nodeClass.spec.amiSelectorTerms[0]?.alias).to.match(/^al2023@v\d{8}$/);
            });
        });
    }

    it("metal: the blueprint's types, NVMe disks in RAID0, no nested virtualization", () => {
        const { pool, nodeClass } = pools[BARE_METAL_POOL];
        expect(values(pool, "node.kubernetes.io/instance-type")).to.deep.equal([
            "m5.metal",
            "m5d.metal",
            "c5.metal",
            "c5d.metal",
        ]);
        expect(nodeClass.spec).to.include({ instanceStorePolicy: "RAID0" });
        expect(nodeClass.spec).to.not.have.property("cpuOptions");
    });

    it("nested: nested virtualization on, no metal", () => {
        const { pool, nodeClass } = pools[NESTED_POOL];
        expect(nodeClass.spec).to.deep.include({ cpuOptions: { nestedVirtualization: "enabled" } });
        expect(values(pool, "node.kubernetes.io/instance-type")?.join()).to.not.include("metal");
    });

    it("nested is tried before metal", () => {
        expect(pools[NESTED_POOL].pool.spec.weight).to.be.above(pools[BARE_METAL_POOL].pool.spec.weight);
    });

    it("passes on capacity types and limits of the config", () => {
        const spot = nodePoolsSchema.parse({ nested: { capacityTypes: ["spot", "on-demand"], cpuLimit: 32 } }).nested;
        const pool = nodePool(NESTED_POOL, spot, 30);
        expect(values(pool, "karpenter.sh/capacity-type")).to.deep.equal(["spot", "on-demand"]);
        expect(pool.spec.limits).to.deep.equal({ cpu: "32" });
    });
});

describe("user data of Kata nodes", () => {
    it("is a NodeConfig that imports what kata-deploy writes", () => {
        const document = parse(kataNodeUserData()) as {
            apiVersion: string;
            kind: string;
            spec: { containerd: { config: string } };
        };
        expect(document).to.include({ apiVersion: "node.eks.aws/v1alpha1", kind: "NodeConfig" });
        const imports = /^imports = (\[.*\])$/m.exec(document.spec.containerd.config)?.[1];
        expect(JSON.parse(imports ?? "null")).to.include("/opt/kata/containerd/config.d/*.toml");
    });
});
