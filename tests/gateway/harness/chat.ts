/** What an agent sees of a call. */
export interface ChatAnswer {
    readonly status: number;
    /** The model's text, or the error's message. */
    readonly text: string;
    readonly headers: Headers;
}

interface ChatBody {
    readonly choices?: { readonly message?: { readonly content?: string } }[];
    readonly error?: { readonly message?: string };
}

interface ChatChunk {
    readonly choices: { readonly delta: { readonly content?: string } }[];
}

export interface ChatOptions {
    readonly stream?: boolean;
    readonly prompt?: string;
    readonly signal?: AbortSignal;
}

/** One call to LiteLLM's OpenAI-compatible API, as agents make it. */
export async function chat(
    url: string,
    key: string,
    model: string,
    { stream = false, prompt = "ping", signal }: ChatOptions = {},
): Promise<ChatAnswer> {
    const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model, stream, messages: [{ role: "user", content: prompt }] }),
        signal,
    });
    const body = await response.text();
    const { status, headers } = response;
    if (stream && response.ok) {
        const chunks = [...body.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => JSON.parse(json ?? "") as ChatChunk);
        return { status, headers, text: chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("") };
    }
    const { choices, error } = JSON.parse(body) as ChatBody;
    return { status, headers, text: choices?.[0]?.message?.content ?? error?.message ?? body };
}
