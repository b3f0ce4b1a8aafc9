import { expect } from "chai";
import type { ScheduleConfig } from "../../../config";
import { scheduleCommand, scheduleCrons, schedulePolicySpec, scheduleRules } from "../../../sandboxes/schedule";

const hours = (changes: Partial<ScheduleConfig> = {}): ScheduleConfig => ({
    timezone: "Europe/Berlin",
    from: "08:00",
    to: "18:30",
    days: ["mon", "tue", "wed", "thu", "fri"],
    ...changes,
});

describe("sandboxes: hours", () => {
    it("start and end on the days that are named", () => {
        expect(scheduleCrons(hours())).to.deep.equal({
            Running: "0 8 * * 1,2,3,4,5",
            Suspended: "30 18 * * 1,2,3,4,5",
        });
        expect(scheduleCrons(hours({ days: ["sun", "mon", "sun"] })).Running).to.equal("0 8 * * 0,1");
    });

    it("that go over midnight end on the next day, from Saturday on Sunday", () => {
        expect(scheduleCrons(hours({ from: "22:15", to: "06:05", days: ["fri", "sat"] }))).to.deep.equal({
            Running: "15 22 * * 5,6",
            Suspended: "5 6 * * 0,6",
        });
    });

    it("change one field of one sandbox", () => {
        expect(scheduleCommand("openclaw", "support", "Suspended").join(" ")).to.equal(
            'kubectl patch sandboxes.agents.x-k8s.io support --namespace=openclaw --type=merge --patch={"spec":{"operatingMode":"Suspended"}}',
        );
    });

    it("may change the sandboxes that have hours, and reach the API server alone", () => {
        expect(scheduleRules(["b", "a"])).to.deep.equal([
            {
                apiGroups: ["agents.x-k8s.io"],
                resources: ["sandboxes"],
                resourceNames: ["a", "b"],
                verbs: ["get", "patch"],
            },
        ]);
        const { egress } = schedulePolicySpec(["172.20.0.0/16"]);
        expect(egress).to.deep.equal([
            { to: [{ ipBlock: { cidr: "172.20.0.0/16" } }], ports: [{ protocol: "TCP", port: 443 }] },
        ]);
    });
});
