import { Job } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { postgres } from "../../config/versions";
import { jobLabels } from "../litellm/manifests";
import { revisionOf } from "../revision";
import type { Database } from "./database";
import { loginJobSpec, loginOf, loginSql, type LoginScript } from "./login-job";

export interface DatabaseLoginArgs {
    readonly database: Database;
    /** Namespace of LiteLLM. */
    readonly namespace: pulumi.Input<string>;
    /** `gateway.database.passwordRotation`. */
    readonly rotation: number;
}

/**
 * What LiteLLM signs in to its database with. A rotation makes another login beside the one that is in use; LiteLLM moves
 * over, replica by replica, and then the old one ends. So no replica is ever without a password that works.
 */
export class DatabaseLogin extends pulumi.ComponentResource {
    readonly username: string;
    /** A secret. */
    readonly password: pulumi.Output<string>;
    /** What LiteLLM waits for. */
    readonly ready: pulumi.Resource;
    private readonly previous: string;

    constructor(
        private readonly name: string,
        private readonly args: DatabaseLoginArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("clawstack:workloads:DatabaseLogin", name, {}, opts);
        const { database, rotation } = args;
        const inside = { parent: this };
        this.username = loginOf(rotation);
        this.previous = loginOf(rotation + 1);
        this.password = new RandomPassword(
            name,
            { length: 32, special: false, keepers: { rotation: String(rotation) } },
            inside,
        ).result;
        const secret = new Secret(
            name,
            {
                metadata: this.metadata("litellm-database-login"),
                stringData: { "admin-password": database.adminPassword, password: this.password },
            },
            inside,
        );
        const scripts = new ConfigMap(
            `${name}-scripts`,
            {
                metadata: this.metadata("litellm-database-scripts"),
                data: { "login.sql": loginSql("login.sql"), "retire.sql": loginSql("retire.sql") },
            },
            inside,
        );
        this.ready = this.job("login", "login.sql", this.username, [database.ready, secret, scripts]);
        this.registerOutputs({ username: this.username });
    }

    /** Ends the login of the rotation before, once nobody uses it any more. */
    retirePrevious(unused: pulumi.Resource): void {
        this.job("retire", "retire.sql", this.previous, [this.ready, unused]);
    }

    private job(what: string, script: LoginScript, login: string, dependsOn: pulumi.Resource[]): pulumi.Resource {
        const { database, rotation } = this.args;
        // A Job can't be changed; another rotation, database or script is another Job.
        const revision = revisionOf([rotation, database.generation, login, loginSql(script), postgres.image]);
        return new Job(
            `${this.name}-${what}`,
            {
                metadata: this.metadata(`litellm-database-${what}-${revision}`),
                spec: loginJobSpec({
                    script,
                    login,
                    host: database.host,
                    port: database.port,
                    administrator: database.administrator,
                    secret: "litellm-database-login",
                    scripts: "litellm-database-scripts",
                }),
            },
            { parent: this, dependsOn },
        );
    }

    private metadata(name: string) {
        return { name, namespace: this.args.namespace, labels: jobLabels };
    }
}
