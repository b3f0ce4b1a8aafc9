import type { z } from "zod";

/** A secret that an agent of some kind needs, set at `secrets.sandboxes.<sandbox>.<key>`. */
export interface AgentSecretSpec {
    /** Key in the stack config, such as `slackBotToken`. */
    readonly key: string;
    /** Environment variable that the agent reads it from. */
    readonly env: string;
    /** What a right value looks like. */
    readonly pattern: RegExp;
    /** The pattern in words, for the error report. */
    readonly allowed: string;
}

export interface ResourceAmounts {
    /** CPU quantity. */
    readonly cpu: string;
    /** Memory quantity, Mi or Gi. */
    readonly memory: string;
}

/**
 * What the config room has to know of an agent kind: its name, its settings and its secrets. The kinds themselves live
 * in `sandboxes/agents/` and are handed in by the program, so that a new kind changes nothing here.
 */
export interface AgentKindSpec<Settings = unknown> {
    /** Value of `agent:` in a sandbox, such as `openclaw-slack`. */
    readonly kind: string;
    /** Namespace that its sandboxes run in. */
    readonly namespace: string;
    /** Default image. */
    readonly image: string;
    /** Default size of the volume, GiB. */
    readonly storageGi: number;
    /** Default requests and limits. */
    readonly resources: { readonly requests: ResourceAmounts; readonly limits: ResourceAmounts };
    /** Schema of `settings:`; strict, every default in it. */
    readonly settings: z.ZodType<Settings>;
    /** Host names that the agent must reach beside the gateway, with these settings. */
    egressHosts(settings: Settings): readonly string[];
    /** Whether it runs on the `host` target with these settings: yes, or what would have to be set. Absent: it does not. */
    onHost?(settings: Settings): true | string;
    /** Secrets that the agent needs, with these settings. */
    secrets(settings: Settings): readonly AgentSecretSpec[];
}

/** Agent kinds by name. */
export type AgentKindSpecs = Readonly<Record<string, AgentKindSpec>>;
