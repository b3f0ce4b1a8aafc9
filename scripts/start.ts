import { main } from "../automation/plan/cli";

let isDone = false;
process.on("exit", (code) => {
    // A program that waits for what never comes lets the event loop run dry.
    if (isDone || code !== 0) return;
    process.stderr.write(
        "The program ended before its plan was whole: something waits for an output that never resolves.\n",
    );
    process.exitCode = 1;
});

// A reader that has seen enough (`npm start | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

// Standard output carries the plan alone; what the SDK or a library prints goes to standard error.
console.log = console.info = console.debug = (...args: unknown[]) => console.error(...args);

void main(process.argv.slice(2), { out: process.stdout, err: process.stderr }).then((code) => {
    isDone = true;
    process.exitCode = code;
});
