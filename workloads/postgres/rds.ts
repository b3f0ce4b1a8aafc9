import { SecurityGroup } from "@pulumi/aws/ec2";
import { Instance, SubnetGroup } from "@pulumi/aws/rds";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { RandomId, RandomPassword } from "@pulumi/random";
import type { RdsDatabaseConfig } from "../../config";
import { postgres } from "../../config/versions";
import type { EksCluster, Network } from "../../infra";
import { revisionOf } from "../revision";
import { DATABASE_NAME, type Database } from "./database";

export interface RdsPostgresArgs {
    readonly config: RdsDatabaseConfig;
    readonly network: Network;
    readonly cluster: EksCluster;
}

/** Name of the instance; one that is restored has a name of its own, so that both can stand side by side. */
export function rdsIdentifier(clusterName: string, { restoreFrom }: Pick<RdsDatabaseConfig, "restoreFrom">): string {
    const name = `${clusterName}-litellm`;
    return restoreFrom ? `${name}-${revisionOf(restoreFrom)}` : name;
}

/** What makes RDS start from a backup. */
export function restoreArgs({ restoreFrom }: Pick<RdsDatabaseConfig, "restoreFrom">) {
    if (!restoreFrom) return {};
    const { snapshot, instance, targetTime } = restoreFrom;
    if (snapshot) return { snapshotIdentifier: snapshot };
    return {
        restoreToPointInTime: {
            sourceDbInstanceIdentifier: instance,
            ...(targetTime ? { restoreTime: targetTime } : { useLatestRestorableTime: true }),
        },
    };
}

/** Amazon RDS for PostgreSQL in the private subnets, reached by the cluster's nodes alone. */
export class RdsPostgres extends pulumi.ComponentResource implements Database {
    readonly host: pulumi.Output<string>;
    readonly port = 5432;
    readonly name = DATABASE_NAME;
    readonly administrator = "clawstack";
    readonly generation: string;
    readonly adminPassword: pulumi.Output<string>;
    readonly ready: pulumi.Resource;

    constructor(name: string, args: RdsPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:RdsPostgres", name, {}, opts);
        const { config, network, cluster } = args;
        const inside = { parent: this };
        const identifier = rdsIdentifier(cluster.configuredName, config);
        this.generation = identifier;

        const password = new RandomPassword(
            `${name}-admin`,
            { length: 32, special: false, keepers: { rotation: String(config.passwordRotation) } },
            inside,
        );
        const group = new SecurityGroup(
            name,
            {
                vpcId: network.vpcId,
                description: "PostgreSQL from the cluster's nodes",
                tags: { Name: `${cluster.configuredName}-litellm` },
            },
            inside,
        );
        new SecurityGroupIngressRule(
            name,
            {
                securityGroupId: group.id,
                referencedSecurityGroupId: cluster.securityGroupId,
                ipProtocol: "tcp",
                fromPort: this.port,
                toPort: this.port,
            },
            inside,
        );
        const subnets = new SubnetGroup(
            name,
            { name: `${cluster.configuredName}-litellm`, subnetIds: network.privateSubnetIds },
            inside,
        );
        // A snapshot outlives its stack: with a fixed name, the next stack of this name could not be destroyed.
        const finalSnapshot = new RandomId(`${name}-final-snapshot`, { byteLength: 4 }, inside);
        const instance = new Instance(
            name,
            {
                identifier,
                ...restoreArgs(config),
                engine: "postgres",
                engineVersion: postgres.rdsEngineVersion,
                instanceClass: config.instanceClass,
                allocatedStorage: config.storageGi,
                // Grows by itself to four times its size rather than stop writing spend.
                maxAllocatedStorage: config.storageGi * 4,
                storageType: "gp3",
                storageEncrypted: true,
                dbName: DATABASE_NAME,
                username: this.administrator,
                password: password.result,
                dbSubnetGroupName: subnets.name,
                vpcSecurityGroupIds: [group.id],
                publiclyAccessible: false,
                multiAz: config.multiAz,
                backupRetentionPeriod: config.backupRetentionDays,
                copyTagsToSnapshot: true,
                deletionProtection: config.deletionProtection,
                skipFinalSnapshot: false,
                finalSnapshotIdentifier: pulumi.interpolate`${identifier}-final-${finalSnapshot.hex}`,
                autoMinorVersionUpgrade: true,
                performanceInsightsEnabled: true,
                enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
            },
            // A protected instance that a restored one takes the place of stays, until someone deletes it by hand.
            { ...inside, protect: config.deletionProtection, retainOnDelete: config.deletionProtection },
        );
        this.host = instance.address;
        this.adminPassword = password.result;
        this.ready = instance;
        this.registerOutputs({ host: this.host });
    }
}
