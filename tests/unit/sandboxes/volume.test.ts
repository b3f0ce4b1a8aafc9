import { expect } from "chai";
import type { SandboxConfig } from "../../../config";
import { claimName, claimSpec, snapshotSpecs } from "../../../sandboxes/volume";

const config = (restoreFrom?: string): Pick<SandboxConfig, "name" | "storage"> => ({
    name: "support",
    storage: { sizeGi: 4, onRemove: "retain", restoreFrom },
});

describe("sandboxes: volumes", () => {
    it("are empty, under the sandbox's name", () => {
        expect(claimName(config())).to.equal("support");
        expect(claimSpec(config(), "gp3")).to.deep.equal({
            accessModes: ["ReadWriteOnce"],
            storageClassName: "gp3",
            resources: { requests: { storage: "4Gi" } },
        });
    });

    it("from a snapshot are others, so that what is there is not touched", () => {
        const restored = config("snap-0123456789abcdef0");
        expect(claimName(restored)).to.equal("support-snap-0123456789abcdef0");
        expect(claimSpec(restored, "gp3").dataSource).to.deep.equal({
            apiGroup: "snapshot.storage.k8s.io",
            kind: "VolumeSnapshot",
            name: "support-snap-0123456789abcdef0",
        });
    });

    it("keep the snapshot that they come from", () => {
        const { content, snapshot } = snapshotSpecs("snap-0123456789abcdef0", "a", "openclaw");
        expect(content).to.deep.include({
            deletionPolicy: "Retain",
            driver: "ebs.csi.aws.com",
            source: { snapshotHandle: "snap-0123456789abcdef0" },
        });
        expect(content.volumeSnapshotRef).to.include({ name: "a", namespace: "openclaw" });
        expect(snapshot.source.volumeSnapshotContentName).to.equal("a");
    });
});
