import { expect } from "chai";
import { leftBehind } from "./harness/expect";
import owned from "./owned.json";
import { handedIn, TestStack, unprotectedSectionsOf } from "./harness/stack";

const changes = (summary: Record<string, number | undefined> | undefined) =>
    Object.fromEntries(Object.entries(summary ?? {}).filter(([kind, count]) => kind !== "same" && count));

for (const name of ["dev", "prod"]) {
    describe(`engine: the ${name} stack (real Pulumi engine; providers are stand-ins, nothing reaches AWS)`, function () {
        this.timeout(15 * 60_000);
        let test: TestStack;
        before(async () => {
            test = await TestStack.create(name);
            await test.configure(unprotectedSectionsOf(name));
        });
        after(() => test?.dispose());

        it("previews, and changes nothing", async () => {
            const { changeSummary } = await test.stack.preview();
            expect(changes(changeSummary)).to.have.keys(["create"]);
            expect(test.cloud.calls).to.deep.equal([]);
        });

        it("comes up", async () => {
            const { summary } = await test.stack.up();
            expect(summary.result).to.equal("succeeded");
            expect(changes(summary.resourceChanges)).to.have.keys(["create"]);
            test.takeCalls();
        });

        it("has nothing to do a second time", async () => {
            const { changeSummary } = await test.stack.preview();
            expect(changes(changeSummary)).to.deep.equal({});
        });

        it("gives its outputs, secrets marked as such", async () => {
            const outputs = await test.stack.outputs();
            for (const secret of [
                "kubeconfig",
                "grafana_admin_password",
                "litellm_master_key",
                "litellm_db_password",
                "litellm_db_admin_password",
            ]) {
                expect(outputs[secret]?.secret, secret).to.equal(true);
                expect(outputs[secret]?.value, secret).to.be.a("string").and.not.be.empty;
            }
            expect(outputs["configure_kubectl"]?.value).to.equal(
                `aws eks --region us-west-2 update-kubeconfig --name clawstack-${name}`,
            );
            expect(outputs["cluster_name"]?.secret).to.equal(false);
        });

        it("keeps no secret in clear in its state", async () => {
            const state = test.stateFile();
            const outputs = await test.stack.outputs();
            // An export shows secrets in clear, by design: here every value that was made up.
            const { resources = [] } = (await test.stack.exportStack()).deployment as {
                resources?: { type: string; outputs?: { result?: { plaintext?: string } } }[];
            };
            const generated = resources
                .filter(({ type }) => type === "random:index/randomPassword:RandomPassword")
                .map(({ outputs: made }) => JSON.parse(made?.result?.plaintext ?? '""') as string);
            expect(generated.length).to.be.greaterThan(5);
            expect(generated.filter((value) => value.length < 16)).to.deep.equal([]);
            const secrets = [
                ...generated,
                ...Object.values(handedIn),
                "HANDED-IN-WEBHOOK",
                ...Object.values(outputs)
                    .filter(({ secret }) => secret)
                    .map(({ value }) => String(value)),
            ];
            expect(state.length).to.be.greaterThan(10_000);
            for (const secret of secrets) {
                expect(state.includes(secret), `in clear: ${secret.slice(0, 12)}...`).to.equal(false);
                expect(state.includes(Buffer.from(secret).toString("base64")), "as base64").to.equal(false);
            }
        });

        it("knows what users own by the names it was first made under: a rename needs an alias", async () => {
            const made = owned[name as keyof typeof owned];
            const missing = await test.lostUnder(made);
            expect(missing, "add `aliases` to what was renamed; never take a line out of owned.json").to.deep.equal([]);
            // A name that no alias knows would be seen.
            const former = made.map((urn) => urn.replace("clawstack:infra:EksCluster$", "clawstack:infra:Former$"));
            expect(await test.lostUnder(former)).to.include(`${former[0]}`);
        });

        it("goes in the order that leaves nothing behind", async () => {
            await test.stack.destroy();
            const deleted = test.takeCalls();
            const first = (pattern: RegExp) => deleted.findIndex((call) => pattern.test(call));
            const last = (pattern: RegExp) => deleted.findLastIndex((call) => pattern.test(call));
            const order = [
                /^delete \S+ kubernetes:agents\.x-k8s\.io\/v1beta1:Sandbox$/,
                /:NodePool$/,
                /^delete karpenter-release kubernetes:helm/,
                /aws:eks\/nodeGroup:NodeGroup$/,
                /aws:eks\/cluster:Cluster$/,
                /aws:ec2\/vpc:Vpc$/,
            ];
            order.slice(1).forEach((later, index) => {
                const earlier = order[index] as RegExp;
                expect(last(earlier), String(earlier)).to.be.greaterThan(-1);
                expect(last(earlier), `${String(earlier)} before ${String(later)}`).to.be.lessThan(first(later));
            });
            expect((await test.stack.exportStack()).deployment.resources ?? []).to.deep.equal([]);
            expect(leftBehind(test.cloud)).to.deep.equal([]);
        });
    });
}
