import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { text } from "node:stream/consumers";
import type { Certificate } from "./tls";
import { ServerSocket } from "./websocket";

const TEAM = "T0123456789";
const APP = "A0123456789";
const BOT = "U0BOT456789";
/** The direct message's channel. */
const CHANNEL = "D0123456789";

/** Slack's own answers, as far as its client reads them. */
const answers: Readonly<Record<string, object>> = {
    "auth.test": {
        url: "https://stand-in.slack.com/",
        team: "stand-in",
        user: "bot",
        team_id: TEAM,
        user_id: BOT,
        bot_id: "B0123456789",
    },
    "apps.connections.open": { url: "wss://wss-primary.slack.com/link/?ticket=one&app_id=1" },
    "bots.info": { bot: { id: "B0123456789", app_id: APP, user_id: BOT, name: "bot" } },
    "users.info": { user: { id: "U0123456789", name: "someone", profile: {}, is_bot: false } },
    "conversations.info": { channel: { id: CHANNEL, is_im: true } },
    "conversations.open": { channel: { id: CHANNEL } },
    "chat.postMessage": { channel: CHANNEL, ts: "1800000001.000100", message: {} },
};

/** A call of Slack's Web API. */
export interface SlackCall {
    readonly method: string;
    readonly host: string | undefined;
    readonly body: string;
}

/** Stands in for Slack: its Web API, and the WebSocket of its Socket Mode. */
export class Slack {
    readonly calls: SlackCall[] = [];
    /** What the app said over its WebSocket. */
    readonly heard: string[] = [];
    private readonly server: Server;
    private socket?: ServerSocket;

    constructor(tls: Certificate) {
        this.server = createServer(tls, (asked, answer) => void this.answer(asked, answer));
        this.server.on("upgrade", (asked, socket, head: Buffer) => {
            this.socket = ServerSocket.accept(asked, socket, head, (said) => this.heard.push(said));
            this.socket.send(JSON.stringify({ type: "hello", num_connections: 1, connection_info: { app_id: APP } }));
        });
    }

    /** Whether the app has its WebSocket. */
    get connected(): boolean {
        return this.socket !== undefined;
    }

    /** Clients look for Slack at port 443, which root alone may open unless Linux is told otherwise. */
    start(address: string): Promise<void> {
        return new Promise((resolve, reject) => {
            this.server.once("error", reject);
            this.server.listen(443, address, resolve);
        });
    }

    stop(): void {
        this.server.closeAllConnections();
        this.server.close();
    }

    /** Someone writes to the app. */
    write(user: string, message: string): void {
        const ts = "1800000000.000100";
        const event = { type: "message", channel_type: "im", channel: CHANNEL, team: TEAM, user, text: message, ts };
        const payload = {
            ...{ type: "event_callback", team_id: TEAM, api_app_id: APP, event_id: "Ev1", event_time: 1800000000 },
            authorizations: [{ team_id: TEAM, user_id: BOT, is_bot: true }],
            event: { ...event, event_ts: ts },
        };
        this.socket?.send(JSON.stringify({ envelope_id: "one", type: "events_api", payload }));
    }

    private async answer(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
        const method = new URL(asked.url ?? "/", "https://slack.com").pathname.replace("/api/", "");
        this.calls.push({ method, host: asked.headers.host, body: await text(asked) });
        answer.setHeader("content-type", "application/json");
        answer.end(JSON.stringify({ ok: true, ...answers[method] }));
    }
}
