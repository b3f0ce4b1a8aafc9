import { DaemonSet } from "@pulumi/kubernetes/apps/v1";
import { Namespace, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import { RuntimeClass } from "@pulumi/kubernetes/node/v1";
import { ClusterRole, ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { kataDeploy } from "../../config/versions";
import { KATA_LABEL, KATA_STARTUP_TAINT, KATA_TAINT } from "../../infra";
import { labels } from "../pod-security";
import { nodeGateSpec } from "./node-gate";

export const KATA_NAMESPACE = "kata-system";
/** RuntimeClass that sandboxes name; its handler may change with Kata, its name does not. */
export const KATA_RUNTIME_CLASS = "kata-qemu";
/** Handler in containerd: QEMU driven by Kata's Rust runtime. */
export const KATA_HANDLER = "kata-qemu-runtime-rs";

/** Values of the kata-deploy chart: one shim, on Kata nodes alone, with a RuntimeClass of our own. */
export function kataDeployValues() {
    return {
        // Karpenter's nodes come and go; a Job at install time would miss the next one.
        deploymentMode: "daemonset",
        shims: { disableAll: true, "qemu-runtime-rs": { enabled: true } },
        defaultShim: { amd64: "qemu-runtime-rs" },
        runtimeClasses: { enabled: false },
        // The chart would install nydus, which serves confidential guests alone.
        snapshotter: { setup: [] },
        nodeSelector: { ...KATA_LABEL },
        tolerations: [
            { ...KATA_TAINT, operator: "Equal" },
            { ...KATA_STARTUP_TAINT, operator: "Equal" },
        ],
    };
}

/** Kata on the nodes of the Kata pools, and the RuntimeClass that puts a pod in a VM there. */
export class Kata extends pulumi.ComponentResource {
    readonly namespace: pulumi.Output<string>;
    readonly runtimeClass = KATA_RUNTIME_CLASS;

    constructor(name: string, _args: Record<string, never>, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:Kata", name, {}, opts);
        const inside = { parent: this };

        const namespace = new Namespace(
            `${name}-namespace`,
            {
                metadata: {
                    name: KATA_NAMESPACE,
                    labels: { ...labels("kata"), "pod-security.kubernetes.io/enforce": "privileged" },
                    annotations: {
                        "policy.clawstack.dev/restricted-pods":
                            "Kata's installer writes to its node and restarts containerd",
                        "policy.clawstack.dev/default-deny":
                            "Kata's installer runs in the network of its node; no pod of an agent runs here",
                    },
                },
            },
            inside,
        );
        const installer = new Release(
            `${name}-deploy`,
            {
                name: "kata-deploy",
                namespace: namespace.metadata.name,
                chart: kataDeploy.chart,
                version: kataDeploy.version,
                // Kata nodes come and go; a release must not wait for one.
                skipAwait: true,
                values: kataDeployValues(),
            },
            inside,
        );
        new RuntimeClass(
            `${name}-runtime-class`,
            {
                metadata: { name: KATA_RUNTIME_CLASS, labels: labels("kata") },
                handler: KATA_HANDLER,
                // What the VM itself takes of the node beside the pod; the figures of Kata's own RuntimeClass.
                overhead: { podFixed: { cpu: "250m", memory: "160Mi" } },
                scheduling: { nodeSelector: { ...KATA_LABEL }, tolerations: [{ ...KATA_TAINT, operator: "Equal" }] },
            },
            inside,
        );
        this.gateNodes(name, namespace.metadata.name, installer);
        this.namespace = namespace.metadata.name;
        this.registerOutputs({ namespace: this.namespace });
    }

    /** Takes the startup taint off a node once its containerd offers Kata. */
    private gateNodes(name: string, namespace: pulumi.Output<string>, installer: pulumi.Resource): void {
        const inside = { parent: this };
        const metadata = { name: "kata-node-gate", namespace, labels: labels("kata-node-gate") };
        const account = new ServiceAccount(`${name}-node-gate`, { metadata }, inside);
        const role = new ClusterRole(
            `${name}-node-gate`,
            {
                metadata: { name: "clawstack-kata-node-gate", labels: labels("kata-node-gate") },
                rules: [{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "patch"] }],
            },
            inside,
        );
        new ClusterRoleBinding(
            `${name}-node-gate`,
            {
                metadata: { name: "clawstack-kata-node-gate", labels: labels("kata-node-gate") },
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
                subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
            },
            inside,
        );
        new DaemonSet(
            `${name}-node-gate`,
            {
                metadata: {
                    ...metadata,
                    // There may be no Kata node yet, and none is a fine number of them.
                    annotations: { "pulumi.com/skipAwait": "true" },
                },
                spec: nodeGateSpec(KATA_HANDLER),
            },
            { ...inside, dependsOn: installer },
        );
    }
}
