import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** What RFC 6455 appends to a client's key. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 1;
const PING = 9;
const PONG = 10;

/** The server's end of a WebSocket, for short messages in one frame each. */
export class ServerSocket {
    private received = Buffer.alloc(0);

    private constructor(
        private readonly socket: Duplex,
        private readonly onText: (text: string) => void,
    ) {}

    /** Answers a request to upgrade. */
    static accept(asked: IncomingMessage, socket: Duplex, head: Buffer, onText: (text: string) => void): ServerSocket {
        const accept = createHash("sha1").update(`${asked.headers["sec-websocket-key"]}${GUID}`).digest("base64");
        const headers = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`];
        socket.write(["HTTP/1.1 101 Switching Protocols", ...headers, "", ""].join("\r\n"));
        const server = new ServerSocket(socket, onText);
        server.take(head);
        socket.on("data", (data: Buffer) => server.take(data));
        socket.on("error", () => socket.destroy());
        return server;
    }

    send(text: string): void {
        this.frame(TEXT, Buffer.from(text));
    }

    private frame(opcode: number, content: Buffer): void {
        const length = content.length < 126 ? [content.length] : [126, content.length >> 8, content.length & 255];
        this.socket.write(Buffer.concat([Buffer.from([0x80 | opcode, ...length]), content]));
    }

    private take(data: Buffer): void {
        this.received = Buffer.concat([this.received, data]);
        for (;;) {
            const [first = 0, second = 0] = this.received;
            const short = second & 127;
            const start = short === 126 ? 8 : 6;
            if (this.received.length < start) return;
            const length = short === 126 ? this.received.readUInt16BE(2) : short;
            if (this.received.length < start + length) return;
            const mask = this.received.subarray(start - 4, start);
            const content = Buffer.from(
                this.received.subarray(start, start + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0)),
            );
            this.received = this.received.subarray(start + length);
            if ((first & 15) === TEXT) this.onText(content.toString());
            if ((first & 15) === PING) this.frame(PONG, content);
        }
    }
}
