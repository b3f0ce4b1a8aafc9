import { readFileSync } from "node:fs";
import * as path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { postgres } from "../../config/versions";
import { jobLabels } from "../litellm/manifests";
import { restrictedContainer, restrictedPod } from "../pod-security";
import { DATABASE_NAME, DATABASE_USER } from "./database";

/** Logins take turns, so that the old one works until nobody uses it any more. */
export function loginOf(rotation: number): string {
    return `${DATABASE_USER}_${rotation % 2 === 1 ? "a" : "b"}`;
}

export type LoginScript = "login.sql" | "retire.sql";

/** The SQL that ships. */
export function loginSql(script: LoginScript): string {
    return readFileSync(path.join(__dirname, script), "utf8");
}

/** Waits for a database that is still coming up, or has not taken the administrator's new password yet. */
export function loginCommand(script: LoginScript): string {
    return [
        "for attempt in $(seq 100); do",
        "  if psql -qc 'SELECT 1' >/dev/null; then",
        `    exec psql -qX -v owner=${DATABASE_USER} -v login="$LOGIN" -f /sql/${script}`,
        "  fi",
        "  sleep 3",
        "done",
        "exit 1",
    ].join("\n");
}

export interface LoginJobInput {
    readonly script: LoginScript;
    /** The role that is made or ended. */
    readonly login: string;
    readonly host: pulumi.Input<string>;
    readonly port: number;
    readonly administrator: string;
    /** Secret with `admin-password` and `password`. */
    readonly secret: pulumi.Input<string>;
    /** ConfigMap with the scripts. */
    readonly scripts: pulumi.Input<string>;
}

/** Spec of a Job that runs one of the scripts, in PostgreSQL's own image, as its user `postgres`. */
export function loginJobSpec(input: LoginJobInput) {
    const fromSecret = (name: string, key: string) => ({
        name,
        valueFrom: { secretKeyRef: { name: input.secret, key } },
    });
    return {
        backoffLimit: 6,
        template: {
            metadata: { labels: jobLabels },
            spec: {
                restartPolicy: "OnFailure",
                automountServiceAccountToken: false,
                securityContext: { ...restrictedPod, runAsUser: 26, runAsGroup: 26, fsGroup: 26 },
                containers: [
                    {
                        name: "psql",
                        image: postgres.image,
                        command: ["bash", "-c", loginCommand(input.script)],
                        env: [
                            { name: "PGHOST", value: input.host },
                            { name: "PGPORT", value: String(input.port) },
                            { name: "PGDATABASE", value: DATABASE_NAME },
                            { name: "PGUSER", value: input.administrator },
                            { name: "PGSSLMODE", value: "require" },
                            fromSecret("PGPASSWORD", "admin-password"),
                            { name: "LOGIN", value: input.login },
                            ...(input.script === "login.sql" ? [fromSecret("LOGIN_PASSWORD", "password")] : []),
                        ],
                        securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
                        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
                        volumeMounts: [{ name: "sql", mountPath: "/sql", readOnly: true }],
                    },
                ],
                volumes: [{ name: "sql", configMap: { name: input.scripts } }],
            },
        },
    };
}
