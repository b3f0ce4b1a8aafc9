#!/usr/bin/env node
"use strict";

require("tsx/cjs/api").register();
const { answerEarly } = require("./cli/arguments.ts");

const answer = answerEarly(process.argv.slice(2));
if (answer) {
    process.stdout.write(answer.out ?? "");
    process.stderr.write(answer.err ?? "");
    process.exit(answer.code);
}
// Node 22 and newer keep compiled code between runs.
require("node:module").enableCompileCache?.();
const { main } = require("./cli/index.ts");

// Standard output carries results alone; what the SDK or a library prints goes to standard error.
console.log = console.info = console.debug = (...args) => console.error(...args);
// A reader that has seen enough (`clawstack outputs | head`) is no error.
process.stdout.on("error", (error) => process.exit(error.code === "EPIPE" ? 0 : 1));

const cancel = new AbortController();
let isInterrupted = false;
process.on("SIGINT", () => {
    isInterrupted = true;
    // At a terminal the engine gets Ctrl-C as well, and takes a second signal as an order to stop at once.
    if (!process.stdin.isTTY) cancel.abort();
});
process.once("SIGTERM", () => cancel.abort());

main(process.argv.slice(2), {
    in: process.stdin,
    out: process.stdout,
    err: process.stderr,
    signal: cancel.signal,
}).then((code) => {
    process.exitCode = isInterrupted && code === 1 ? 130 : code;
});
