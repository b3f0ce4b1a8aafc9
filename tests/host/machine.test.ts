import { expect } from "chai";
import { cloudConfig, encodeUserData } from "../../bootstrap";
import { filesOf } from "./harness/files";
import { Machine } from "./harness/machine";

const TOKEN = "TOKEN-OF-THE-DASHBOARD";
const KEY = "sk-KEY-OF-LITELLM";
const parameters = {
    "/clawstack/clawstack-host/LITELLM_MASTER_KEY": KEY,
    "/clawstack/clawstack-host/OPENCLAW_GATEWAY_TOKEN": TOKEN,
};
describe("host: the set-up without a sandbox, run by cloud-init and systemd in a container of Debian (AWS is a stand-in)", function () {
    this.timeout(40 * 60_000);
    let machine: Machine;
    before(async () => {
        const userData = encodeUserData(cloudConfig(filesOf({ sandbox: false })));
        machine = await Machine.create({ userData: Buffer.from(userData, "base64"), parameters });
        await machine.boot();
        await machine.state(30 * 60_000);
    });
    after(() => machine?.dispose());

    /** Waits until the agent answers on its port. */
    const answer = () =>
        machine.must(
            "curl -fsS -m 5 --retry 180 --retry-delay 1 --retry-all-errors http://127.0.0.1:18789/healthz 2>/dev/null || { journalctl -u openclaw -n 40 --no-pager -o cat; exit 1; }",
        );
    const property = (name: string) => machine.must(`systemctl show -P ${name} openclaw`);

    it("cloud-init's schema takes the user data, with and without the sandbox", async () => {
        for (const sandbox of [true, false]) {
            await machine.write(`/root/user-data-${sandbox}.yaml`, cloudConfig(filesOf({ sandbox })));
            expect(await machine.must(`cloud-init schema --config-file /root/user-data-${sandbox}.yaml`)).to.match(
                /Valid/i,
            );
        }
    });

    it("ends ready, and reports it with the instance's role", async () => {
        expect(await machine.state(1000), await machine.must("tail -n 20 /var/log/clawstack-setup.log")).to.equal(
            "ready",
        );
        const calls = await machine.calls();
        expect(calls.some(({ refused }) => refused)).to.equal(false);
        expect(calls.filter(({ action }) => action === "PutParameter").at(-1)).to.include({
            name: "/clawstack/clawstack-host/state",
            value: "ready",
        });
        expect(await machine.must("findmnt -no SOURCE,OPTIONS /var/lib/clawstack")).to.match(
            /^\/dev\/loop\d+ +rw,nosuid,nodev/,
        );
    });

    it("the checks from where the agent runs all hold, under the agent's own systemd settings", async () => {
        const log = await machine.must("journalctl -u openclaw-verify -o cat --no-pager");
        for (const [name, outcome] of [
            ["the models, through LiteLLM", "works"],
            ["metadata", "refused"],
            ["/etc/x", "refused"],
            ["unshare", "refused"],
        ]) {
            expect(log).to.match(new RegExp(`^ok .*${name} \\(${outcome}\\)$`, "m"));
        }
        expect(log).not.to.include("FAIL");
    });

    it("the metadata service answers root, and not the agent", async () => {
        const ask = "curl -s -m 5 -o /dev/null -w '%{http_code}' -X PUT http://169.254.169.254/latest/api/token";
        expect(await machine.must(ask)).to.equal("200");
        expect((await machine.shell(`runuser -u openclaw -- ${ask}`)).code).not.to.equal(0);
    });

    it("a turn of the agent's account goes through LiteLLM to Bedrock's stand-in, signed by the role", async () => {
        const answer = await machine.must(
            [
                "runuser -u openclaw -- curl -fsS -m 120 http://10.254.254.1:4000/v1/chat/completions",
                `-H 'authorization: Bearer ${KEY}' -H 'content-type: application/json'`,
                `-d '{"model":"claude-opus-4-6","messages":[{"role":"user","content":"ping"}]}'`,
            ].join(" "),
        );
        expect(answer).to.include("pong from the stand-in");
        expect((await machine.calls()).some(({ service }) => service === "bedrock")).to.equal(true);
    });

    it("OpenClaw runs under its unit, and a turn of it on the host's port ends at Bedrock's stand-in", async () => {
        expect(JSON.parse(await answer())).to.include({ ok: true });
        expect(await property("ActiveState")).to.equal("active");
        expect(await property("NRestarts")).to.equal("0");
        expect(await machine.must("ps -o user= -p $(systemctl show -P MainPID openclaw)")).to.equal("openclaw");
        const before = (await machine.calls()).filter(({ service }) => service === "bedrock").length;
        const reply = await machine.must(
            [
                "curl -fsS -m 300 http://127.0.0.1:18789/v1/chat/completions",
                `-H 'authorization: Bearer ${TOKEN}' -H 'content-type: application/json'`,
                `-d '{"model":"openclaw","messages":[{"role":"user","content":"ping"}]}'`,
            ].join(" "),
        );
        expect(reply).to.include("pong from the stand-in");
        const after = (await machine.calls()).filter(({ service }) => service === "bedrock").length;
        expect(after).to.be.greaterThan(before);
    });

    it("OpenClaw answers again after a restart of its unit, and after it was killed", async () => {
        for (const end of ["systemctl restart openclaw", "systemctl kill -s KILL openclaw && sleep 2"]) {
            const before = await property("MainPID");
            await machine.must(end);
            expect(JSON.parse(await answer())).to.include({ ok: true });
            expect(await property("MainPID")).not.to.equal(before);
            expect(await property("ActiveState")).to.equal("active");
        }
    });

    it("runs a second time, and keeps the agent's state", async () => {
        const note = "/var/lib/clawstack/agent/.openclaw/workspace/NOTE.md";
        await machine.must(`echo remembered >${note} && /opt/clawstack/setup`);
        expect(await machine.must(`cat /run/clawstack/state ${note}`)).to.equal("ready\nremembered");
    });

    it("a step that fails ends the set-up with its name, and a run that mends it ends ready", async () => {
        await machine.must("mv /etc/clawstack/firewall.nft /root/ && echo nonsense >/etc/clawstack/firewall.nft");
        expect((await machine.shell("/opt/clawstack/setup limits network")).code).to.equal(1);
        expect(await machine.state(1000)).to.match(/^failed network: /);
        await machine.must("mv /root/firewall.nft /etc/clawstack/ && /opt/clawstack/setup network");
        expect(await machine.state(1000)).to.equal("ready");
    });

    it("its units pass systemd-analyze, and expose little", async () => {
        await machine.must(
            "systemd-analyze verify --man=no /etc/systemd/system/{litellm,openclaw,openclaw-verify,clawstack-address,clawstack-firewall,clawstack-secrets}.service",
        );
        // In tenths of systemd's own scale, from 0 (safe) to 100; a service without settings has 96.
        await machine.must("systemd-analyze security --no-pager --threshold=30 litellm.service openclaw.service");
    });
});
