import { gzipSync, strToU8 } from "fflate";
import { stringify } from "yaml";
import { paths, type HostFile } from "./layout";

/** What EC2 takes, before base64. */
export const USER_DATA_LIMIT = 16 * 1024;

/** cloud-init's document: the files, then the set-up. */
export function cloudConfig(files: readonly HostFile[]): string {
    const document = {
        write_files: files.map(({ path, content, mode }) => ({
            path,
            ...(mode ? { permissions: mode } : {}),
            content,
        })),
        runcmd: [[`${paths.programs}/setup`]],
    };
    return `#cloud-config\n${stringify(document, { lineWidth: 0 })}`;
}

/**
 * In JavaScript, not by Node's zlib, whose bytes differ between processors and releases: other bytes are another user
 * data, and would replace the instance.
 */
function gzip(text: string): Buffer {
    return Buffer.from(gzipSync(strToU8(text), { level: 9, mtime: 0 }));
}

/**
 * User data as EC2 takes it, in base64; compressed, as cloud-init allows, when it would be too large.
 *
 * @throws when it is too large even so.
 */
export function encodeUserData(text: string): string {
    const plain = Buffer.from(text);
    const data = plain.length <= USER_DATA_LIMIT ? plain : gzip(text);
    if (data.length > USER_DATA_LIMIT) {
        throw new Error(
            `user data is ${data.length} bytes compressed, and EC2 takes ${USER_DATA_LIMIT}; shorten host.persona`,
        );
    }
    return data.toString("base64");
}
