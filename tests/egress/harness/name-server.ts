import { createSocket, type Socket } from "node:dgram";

const A = 1;
const NO_SUCH_NAME = 3;

/** A name server on loopback that answers as it is told, and remembers what it was asked. */
export class NameServer {
    readonly asked: string[] = [];
    private socket: Socket = createSocket("udp4");

    /** @param addressOf Address of a name, or undefined when there is none. */
    constructor(private readonly addressOf: (name: string) => string | undefined) {}

    get port(): number {
        return this.socket.address().port;
    }

    start(): Promise<void> {
        this.socket.on("message", (query, { port, address }) => this.socket.send(this.answer(query), port, address));
        return new Promise((resolve) => this.socket.bind(0, "127.0.0.1", resolve));
    }

    stop(): Promise<void> {
        return new Promise((resolve) => this.socket.close(() => resolve()));
    }

    private answer(query: Buffer): Buffer {
        const labels: string[] = [];
        let at = 12;
        while (query[at]) {
            const length = query[at] ?? 0;
            labels.push(query.toString("latin1", at + 1, at + 1 + length));
            at += 1 + length;
        }
        const name = labels.join(".").toLowerCase();
        this.asked.push(name);
        const question = query.subarray(12, at + 5);
        const address = query.readUInt16BE(at + 1) === A ? this.addressOf(name) : undefined;
        const header = Buffer.alloc(12);
        query.copy(header, 0, 0, 2);
        header.writeUInt16BE(0x8180 | (this.addressOf(name) ? 0 : NO_SUCH_NAME), 2);
        header.writeUInt16BE(1, 4);
        header.writeUInt16BE(address ? 1 : 0, 6);
        if (!address) return Buffer.concat([header, question]);
        // A pointer to the name in the question, type A, class IN, 1 s to live, four octets.
        const record = Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split(".").map(Number)]);
        return Buffer.concat([header, question, record]);
    }
}
