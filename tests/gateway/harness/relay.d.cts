import type { Server } from "node:net";

/** Listens on a port of 127.0.0.1 (`0`: any) or on the path of a Unix socket, and connects each caller to the other. */
export function relay(listen: string, connect: string): Promise<Server>;
