import { Association, Document, Parameter, getParameterOutput } from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";

export interface ReadinessArgs {
    readonly hostName: string;
    readonly instanceId: pulumi.Input<string>;
    /** Parameter that the host reports its final state to. */
    readonly state: Parameter;
    /** Program that sets the host up; it can run again. */
    readonly program: string;
    /** The set-up runs again when this changes: revisions of the secrets, never the secrets. */
    readonly revision: pulumi.Input<string>;
    readonly timeoutMinutes: number;
}

/** SSM's document: waits for the first boot's own run, then runs the set-up, which by then has little to do. */
export function setupDocument(program: string, timeoutSeconds: number): object {
    return {
        schemaVersion: "2.2",
        description: "Sets the host up, or up to date, and reports its state",
        parameters: { Revision: { type: "String", description: "Runs the set-up anew when it changes" } },
        mainSteps: [
            {
                action: "aws:runShellScript",
                name: "setup",
                inputs: {
                    timeoutSeconds: String(timeoutSeconds),
                    runCommand: [
                        "cloud-init status --wait >/dev/null || true",
                        // A failed set-up that was reported ends `pulumi up` with the step's name; see readState.
                        `${program} || grep -q '^failed' /run/clawstack/state`,
                    ],
                },
            },
        ],
    };
}

/**
 * The state that the host reported.
 *
 * @throws in an update, with the failing step, when it is not ready.
 */
export function readState(state: string, hostName: string, isPreview: boolean): string {
    if (isPreview || !state.startsWith("failed")) return state;
    throw new Error(
        `the set-up of ${hostName} ${state}\n` +
            "The whole log: `pulumi stack output setup_log` prints the command. Mend the cause and run `pulumi up` again.",
    );
}

/** Waits until the host has set itself up. `pulumi up` fails with the step that failed. */
export class Readiness extends pulumi.ComponentResource {
    /** `ready`, once it is. */
    readonly state: pulumi.Output<string>;

    constructor(name: string, args: ReadinessArgs, opts?: pulumi.ComponentResourceOptions) {
        super("clawstack:infra:Readiness", name, {}, opts);
        const inside = { parent: this };
        const seconds = args.timeoutMinutes * 60;

        const document = new Document(
            name,
            {
                name: `${args.hostName}-setup`,
                documentType: "Command",
                documentFormat: "JSON",
                content: JSON.stringify(setupDocument(args.program, seconds)),
            },
            inside,
        );
        const association = new Association(
            name,
            {
                name: document.name,
                associationName: `${args.hostName}-setup`,
                targets: [{ key: "InstanceIds", values: [args.instanceId] }],
                parameters: { Revision: args.revision },
                waitForSuccessTimeoutSeconds: seconds,
            },
            // Only a new association is waited for.
            { ...inside, replaceOnChanges: ["parameters", "targets"], deleteBeforeReplace: true },
        );
        const reported = getParameterOutput({ name: args.state.name }, { parent: this, dependsOn: association });
        this.state = reported.value.apply((state) => readState(state, args.hostName, pulumi.runtime.isDryRun()));
        this.registerOutputs({ state: this.state });
    }
}
