import { expect } from "chai";
import { ConfigError, configFrom } from "../../config";
import { agentKinds } from "../../sandboxes";
import { buildAllTools, ControlPlane, FIRST_BUILD_MS, installCrds, KubeError, type KubeObject } from "./harness";

const agent = { name: "support", agent: "openclaw-slack" };
const sandbox = (fields: object) => ({ sandboxes: [{ ...agent, ...fields }] });
const resources = (amounts: object) => sandbox({ resources: amounts });

const object = (apiVersion: string, kind: string, spec: unknown, metadata: object = {}): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name: "probe", namespace: "default", ...metadata },
    spec,
});
const pod = (container: object): KubeObject =>
    object("v1", "Pod", { containers: [{ name: "a", image: "example.com/a:1", ...container }] });
const claim = (storage: string, metadata: object = {}): KubeObject =>
    object(
        "v1",
        "PersistentVolumeClaim",
        { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
        metadata,
    );
const requests = (amounts: object) => pod({ resources: { requests: amounts } });
const nodePool = (fields: object, values: string[] = ["m8i.large"], disruption: object = {}): KubeObject => ({
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "probe" },
    spec: {
        template: {
            spec: {
                nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "a" },
                requirements: [{ key: "node.kubernetes.io/instance-type", operator: "In", values }],
            },
        },
        disruption: { consolidateAfter: "30s", ...disruption },
        ...fields,
    },
});
const replicas = (count: number): KubeObject =>
    object("apps/v1", "Deployment", {
        replicas: count,
        selector: { matchLabels: { a: "b" } },
        template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "a", image: "example.com/a:1" }] } },
    });
const postgres = (instances: number): KubeObject =>
    object("postgresql.cnpg.io/v1", "Cluster", { instances, storage: { size: "8Gi" } });

const cronJob = (schedule: string, timeZone: string): KubeObject =>
    object("batch/v1", "CronJob", {
        schedule,
        timeZone,
        jobTemplate: {
            spec: {
                template: {
                    spec: { restartPolicy: "Never", containers: [{ name: "a", image: "example.com/a:1" }] },
                },
            },
        },
    });
const hours = (changes: object) =>
    sandbox({ schedule: { timezone: "Europe/Berlin", from: "08:00", to: "18:00", ...changes } });

/** What is wrong, the config that says so, the key that the report names, and the object that would have come of it. */
const cases: [string, Record<string, unknown>, string, KubeObject][] = [
    ["a name with capitals", sandbox({ name: "Support" }), "sandboxes[0].name", claim("1Gi", { name: "Support" })],
    ["a name with an underscore", sandbox({ name: "a_b" }), "sandboxes[0].name", claim("1Gi", { name: "a_b" })],
    ["a name that starts with a hyphen", sandbox({ name: "-a" }), "sandboxes[0].name", claim("1Gi", { name: "-a" })],
    ["a name with a dot at its end", sandbox({ name: "a." }), "sandboxes[0].name", claim("1Gi", { name: "a." })],
    ["an empty name", sandbox({ name: "" }), "sandboxes[0].name", claim("1Gi", { name: "" })],
    [
        "a name too long for a label's value",
        sandbox({ name: "a".repeat(64) }),
        "sandboxes[0].name",
        claim("1Gi", { labels: { "clawstack.dev/sandbox": "a".repeat(64) } }),
    ],
    [
        "an agent that is no label value",
        sandbox({ agent: "open claw" }),
        "sandboxes[0].agent",
        claim("1Gi", { labels: { "clawstack.dev/agent": "open claw" } }),
    ],
    [
        "CPU in words",
        resources({ requests: { cpu: "2 cores" } }),
        "sandboxes[0].resources.requests.cpu",
        requests({ cpu: "2 cores" }),
    ],
    [
        "CPU below 0",
        resources({ requests: { cpu: "-1" } }),
        "sandboxes[0].resources.requests.cpu",
        requests({ cpu: "-1" }),
    ],
    [
        "memory in GB",
        resources({ requests: { memory: "4GB" } }),
        "sandboxes[0].resources.requests.memory",
        requests({ memory: "4GB" }),
    ],
    [
        "memory with a space",
        resources({ requests: { memory: "4 Gi" } }),
        "sandboxes[0].resources.requests.memory",
        requests({ memory: "4 Gi" }),
    ],
    [
        "more CPU requested than allowed",
        resources({ requests: { cpu: "3" }, limits: { cpu: "2" } }),
        "sandboxes[0].resources.requests.cpu",
        pod({ resources: { requests: { cpu: "3" }, limits: { cpu: "2" } } }),
    ],
    [
        "more memory requested than allowed",
        resources({ requests: { memory: "3Gi" }, limits: { memory: "2Gi" } }),
        "sandboxes[0].resources.requests.memory",
        pod({ resources: { requests: { memory: "3Gi" }, limits: { memory: "2Gi" } } }),
    ],
    ["a volume of nothing", sandbox({ storage: { sizeGi: 0 } }), "sandboxes[0].storage.sizeGi", claim("0Gi")],
    ["a volume below 0", sandbox({ storage: { sizeGi: -2 } }), "sandboxes[0].storage.sizeGi", claim("-2Gi")],
    ["a volume in words", sandbox({ storage: { sizeGi: "big" } }), "sandboxes[0].storage.sizeGi", claim("bigGi")],
    ["no image", sandbox({ image: "" }), "sandboxes[0].image", pod({ image: "" })],
    ["an image with a space before it", sandbox({ image: " a:1" }), "sandboxes[0].image", pod({ image: " a:1" })],
    ["replicas below 0", { gateway: { replicas: -1 } }, "gateway.replicas", replicas(-1)],
    ["half a replica", { gateway: { replicas: 1.5 } }, "gateway.replicas", replicas(1.5)],
    [
        "a database of no instance",
        { gateway: { database: { mode: "embedded", instances: 0 } } },
        "gateway.database.instances",
        postgres(0),
    ],
    [
        "a pool weight above 100",
        { nodePools: { nested: { weight: 101 } } },
        "nodePools.nested.weight",
        nodePool({ weight: 101 }),
    ],
    [
        "a pool weight of 0",
        { nodePools: { nested: { weight: 0 } } },
        "nodePools.nested.weight",
        nodePool({ weight: 0 }),
    ],
    [
        "a pool of no instance type",
        { nodePools: { nested: { instanceTypes: [] } } },
        "nodePools.nested.instanceTypes",
        nodePool({}, []),
    ],
    [
        "hours in a time zone that is none",
        hours({ timezone: "Mars/Olympus" }),
        "sandboxes[0].schedule.timezone",
        cronJob("0 8 * * 1", "Mars/Olympus"),
    ],
    [
        "hours from a time that is none",
        hours({ from: "24:30" }),
        "sandboxes[0].schedule.from",
        cronJob("30 24 * * 1", "UTC"),
    ],
    ["hours on no day", hours({ days: [] }), "sandboxes[0].schedule.days", cronJob("0 8 * * ", "UTC")],
    [
        "a negative time",
        { nodePools: { consolidateAfterSeconds: -5 } },
        "nodePools.consolidateAfterSeconds",
        nodePool({}, undefined, { consolidateAfter: "-5s" }),
    ],
];

describe("cluster: what the API server refuses, the config refuses first", function () {
    this.timeout(60_000);
    let plane: ControlPlane;

    before(async function () {
        this.timeout(FIRST_BUILD_MS);
        await buildAllTools();
        plane = await ControlPlane.start();
        await installCrds(plane.admin);
        const account = { apiVersion: "v1", kind: "ServiceAccount", namespace: "default", name: "default" };
        await plane.admin.waitFor(account, "made", (found) => found !== undefined);
        // The same objects with good values are accepted: a refusal is about the bad value.
        for (const good of [
            claim("1Gi"),
            requests({ cpu: "1", memory: "1Gi" }),
            replicas(1),
            postgres(1),
            cronJob("0 8 * * 1", "Europe/Berlin"),
            nodePool({ weight: 50 }),
        ]) {
            await plane.admin.create(good);
        }
    });

    after(async () => plane?.stop());

    for (const [what, sections, key, bad] of cases) {
        it(`refuses ${what}`, async () => {
            const values = Object.entries(sections).map(([name, value]) => [
                `clawstack:${name}`,
                JSON.stringify(value),
            ]);
            let found: string[] = [];
            try {
                configFrom({ "aws:region": "us-west-2", ...Object.fromEntries(values) }, agentKinds, "dev", "test");
            } catch (error) {
                if (!(error instanceof ConfigError)) throw error;
                found = error.issues.filter((issue) => issue.allowed && issue.command).map((issue) => issue.key);
            }
            expect(found).to.include(`clawstack:${key}`);

            const fresh = {
                ...bad,
                metadata: { ...bad.metadata, name: bad.metadata.name === "probe" ? "fresh" : bad.metadata.name },
            };
            let refused: unknown;
            await plane.admin.create(fresh).catch((error: unknown) => (refused = error));
            expect(refused, "the API server's answer").to.be.instanceOf(KubeError);
            expect((refused as KubeError).code, String(refused)).to.be.oneOf([400, 422]);
        });
    }
});
