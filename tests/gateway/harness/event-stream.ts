import { crc32 } from "node:zlib";

function header(name: string, value: string): Buffer {
    const text = Buffer.from(value);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(text.length);
    // 7: a string.
    return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, text]);
}

function uint32(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value >>> 0);
    return bytes;
}

/** One message of the encoding application/vnd.amazon.eventstream, in which Bedrock streams. */
export function eventMessage(event: string, payload: object): Buffer {
    const headers = Buffer.concat([
        header(":event-type", event),
        header(":content-type", "application/json"),
        header(":message-type", "event"),
    ]);
    const body = Buffer.from(JSON.stringify(payload));
    // Two lengths, two checksums of four bytes each.
    const prelude = Buffer.concat([uint32(16 + headers.length + body.length), uint32(headers.length)]);
    const message = Buffer.concat([prelude, uint32(crc32(prelude)), headers, body]);
    return Buffer.concat([message, uint32(crc32(message))]);
}
