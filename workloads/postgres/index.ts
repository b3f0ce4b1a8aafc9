import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseConfig } from "../../config";
import type { EksCluster, Network } from "../../infra";
import type { Database } from "./database";
import { EmbeddedPostgres } from "./embedded";
import { RdsPostgres } from "./rds";

export type { Database } from "./database";
export { DatabaseLogin } from "./login";

export interface DatabaseArgs {
    readonly config: DatabaseConfig;
    readonly network: Network;
    readonly cluster: EksCluster;
    /** Namespace of LiteLLM, where the embedded database runs too. */
    readonly namespace: pulumi.Input<string>;
    readonly storageClass: pulumi.Input<string>;
}

/** The database that the config asks for. */
export function createDatabase(name: string, args: DatabaseArgs, opts: pulumi.ComponentResourceOptions): Database {
    const { config, cluster } = args;
    return config.mode === "rds"
        ? new RdsPostgres(name, { config, network: args.network, cluster }, opts)
        : new EmbeddedPostgres(
              name,
              {
                  config,
                  clusterName: cluster.configuredName,
                  cluster: cluster.name,
                  namespace: args.namespace,
                  storageClass: args.storageClass,
              },
              opts,
          );
}
