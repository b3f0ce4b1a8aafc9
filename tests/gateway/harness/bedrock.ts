import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { eventMessage } from "./event-stream";
import { signatureProblem } from "./sigv4";

const content = z.union([
    z.strictObject({ text: z.string() }),
    z.strictObject({ image: z.object({ format: z.string() }) }),
    z.strictObject({ toolUse: z.object({ toolUseId: z.string(), name: z.string(), input: z.unknown() }) }),
    z.strictObject({ toolResult: z.object({ toolUseId: z.string() }) }),
    z.strictObject({ cachePoint: z.object({ type: z.string() }) }),
    z.strictObject({ reasoningContent: z.object({}) }),
]);

/** The request of Bedrock's Converse API, as far as agents use it; a key that it doesn't know is refused. */
const converse = z.strictObject({
    messages: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.array(content).min(1) })).min(1),
    system: z.array(content).optional(),
    inferenceConfig: z
        .strictObject({
            maxTokens: z.int().positive().optional(),
            temperature: z.number().optional(),
            topP: z.number().optional(),
            stopSequences: z.array(z.string()).optional(),
        })
        .optional(),
    toolConfig: z.object({ tools: z.array(z.object({})).min(1) }).optional(),
    additionalModelRequestFields: z.looseObject({}).optional(),
});

export type ConverseRequest = z.output<typeof converse>;

/** A call as Bedrock saw it. */
export interface BedrockCall {
    readonly modelId: string;
    readonly stream: boolean;
    readonly region: string;
    /** Status that was answered. */
    readonly status: number;
    readonly request: ConverseRequest;
}

/** What the model answers: text, or an error of Bedrock's. */
export type BedrockAnswer = string | { readonly status: 400 | 403 | 429 | 500 | 503; readonly message?: string };

const errorTypes = {
    400: "ValidationException",
    403: "AccessDeniedException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
} as const;

/** Tokens that every answer counts, so that spend can be checked. */
export const USAGE = { inputTokens: 1000, outputTokens: 100, totalTokens: 1100 } as const;

/**
 * Stands in for Amazon Bedrock's Converse API, plain and streamed, and for the agent of EKS Pod Identity that hands out
 * credentials. Checks each request's signature and shape as AWS does, and remembers it.
 */
export class Bedrock {
    readonly calls: BedrockCall[] = [];
    /** What is answered, by model id; replace it to make the model fail. */
    answer: (call: { modelId: string; request: ConverseRequest }) => BedrockAnswer = () => "pong";
    /** Milliseconds until the answer begins. */
    latencyMs = 0;
    /** Proof that LiteLLM is who it says, in a file of its pod. */
    readonly podToken = randomBytes(16).toString("hex");
    private readonly secretKey = randomBytes(20).toString("hex");
    private readonly server: Server = createServer((request, response) => {
        this.handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });

    async start(): Promise<this> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        return this;
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    reset(): void {
        this.calls.length = 0;
        this.answer = () => "pong";
        this.latencyMs = 0;
    }

    private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const body = await buffer(request);
        if (request.url === "/v1/credentials") return this.credentials(request, response);
        const route = /^\/model\/([^/]+)\/(converse|converse-stream)$/.exec(request.url ?? "");
        if (!route?.[1] || request.method !== "POST") return refuse(response, 404, "UnknownOperationException", "");
        const problem = signatureProblem(request, body, this.secretKey);
        if (problem) return refuse(response, 403, "InvalidSignatureException", problem);
        const parsed = converse.safeParse(JSON.parse(body.toString()));
        if (!parsed.success) return refuse(response, 400, "ValidationException", z.prettifyError(parsed.error));

        const modelId = decodeURIComponent(route[1]);
        const answer = this.answer({ modelId, request: parsed.data });
        const failure = typeof answer === "string" ? undefined : answer;
        this.calls.push({
            modelId,
            stream: route[2] === "converse-stream",
            region: /Credential=[^/]+\/\d+\/([^/]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "",
            status: failure?.status ?? 200,
            request: parsed.data,
        });
        await sleep(this.latencyMs);
        if (typeof answer !== "string") {
            return refuse(response, answer.status, errorTypes[answer.status], answer.message ?? "as the test asked");
        }
        if (route[2] === "converse") {
            response.writeHead(200, { "content-type": "application/json" });
            const message = { role: "assistant", content: [{ text: answer }] };
            response.end(
                JSON.stringify({
                    output: { message },
                    stopReason: "end_turn",
                    usage: USAGE,
                    metrics: { latencyMs: 1 },
                }),
            );
            return;
        }
        response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
        response.write(eventMessage("messageStart", { role: "assistant" }));
        for (const word of answer.split(/(?<= )/)) {
            response.write(eventMessage("contentBlockDelta", { contentBlockIndex: 0, delta: { text: word } }));
        }
        response.write(eventMessage("contentBlockStop", { contentBlockIndex: 0 }));
        response.write(eventMessage("messageStop", { stopReason: "end_turn" }));
        response.end(eventMessage("metadata", { usage: USAGE, metrics: { latencyMs: 1 } }));
    }

    /** As the agent of EKS Pod Identity: temporary credentials for who shows the pod's token. */
    private credentials(request: IncomingMessage, response: ServerResponse): void {
        if (request.headers.authorization !== this.podToken) return refuse(response, 403, "AccessDenied", "no token");
        response.writeHead(200, { "content-type": "application/json" });
        response.end(
            JSON.stringify({
                AccessKeyId: "ASIASTANDIN",
                SecretAccessKey: this.secretKey,
                Token: "session",
                Expiration: new Date(Date.now() + 3_600_000).toISOString(),
            }),
        );
    }
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
    response.writeHead(status, { "content-type": "application/json", "x-amzn-ErrorType": type });
    response.end(JSON.stringify({ message }));
}
