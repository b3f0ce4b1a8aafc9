import { SecurityGroup } from "@pulumi/aws/ec2";
import { Instance, SubnetGroup } from "@pulumi/aws/rds";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { RdsDatabaseConfig } from "../../config";
import { postgres } from "../../config/versions";
import type { EksCluster, Network } from "../../infra";
import { DATABASE_NAME, DATABASE_USER, type Database } from "./database";

export interface RdsPostgresArgs {
    readonly config: RdsDatabaseConfig;
    readonly network: Network;
    readonly cluster: EksCluster;
}

/** Amazon RDS for PostgreSQL in the private subnets, reached by the cluster's nodes alone. */
export class RdsPostgres extends pulumi.ComponentResource implements Database {
    readonly host: pulumi.Output<string>;
    readonly port = 5432;
    readonly name = DATABASE_NAME;
    readonly username = DATABASE_USER;
    readonly password: pulumi.Output<string>;
    readonly adminPassword: pulumi.Output<string>;
    readonly ready: pulumi.Resource;

    constructor(name: string, args: RdsPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:workloads:RdsPostgres", name, {}, opts);
        const { config, network, cluster } = args;
        const inside = { parent: this };
        const identifier = `${cluster.configuredName}-litellm`;

        const password = new RandomPassword(`${name}-admin`, { length: 32, special: false }, inside);
        const group = new SecurityGroup(
            name,
            { vpcId: network.vpcId, description: "PostgreSQL from the cluster's nodes", tags: { Name: identifier } },
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
        const subnets = new SubnetGroup(name, { name: identifier, subnetIds: network.privateSubnetIds }, inside);
        const instance = new Instance(
            name,
            {
                identifier,
                engine: "postgres",
                engineVersion: postgres.rdsEngineVersion,
                instanceClass: config.instanceClass,
                allocatedStorage: config.storageGi,
                // Grows by itself to four times its size rather than stop writing spend.
                maxAllocatedStorage: config.storageGi * 4,
                storageType: "gp3",
                storageEncrypted: true,
                dbName: DATABASE_NAME,
                username: DATABASE_USER,
                password: password.result,
                dbSubnetGroupName: subnets.name,
                vpcSecurityGroupIds: [group.id],
                publiclyAccessible: false,
                multiAz: config.multiAz,
                backupRetentionPeriod: config.backupRetentionDays,
                copyTagsToSnapshot: true,
                deletionProtection: config.deletionProtection,
                skipFinalSnapshot: false,
                finalSnapshotIdentifier: `${identifier}-final`,
                autoMinorVersionUpgrade: true,
                performanceInsightsEnabled: true,
                enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
            },
            { ...inside, protect: config.deletionProtection },
        );
        this.host = instance.address;
        // RDS makes one user; LiteLLM owns its database with it.
        this.password = password.result;
        this.adminPassword = password.result;
        this.ready = instance;
        this.registerOutputs({ host: this.host });
    }
}
