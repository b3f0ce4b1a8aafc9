// Carries connections over the wall of a network namespace, by Unix sockets. Arguments: LISTEN=CONNECT, each a port of
// 127.0.0.1 or the path of a socket.
const { createConnection, createServer } = require("node:net");

const address = (text) => (/^\d+$/.test(text) ? { host: "127.0.0.1", port: Number(text) } : { path: text });

function relay(listen, connect) {
    const server = createServer((incoming) => {
        const outgoing = createConnection(address(connect));
        incoming.pipe(outgoing).pipe(incoming);
        incoming.on("error", () => outgoing.destroy());
        outgoing.on("error", () => incoming.destroy());
    });
    return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(address(listen), () => resolve(server));
    });
}

module.exports = { relay };

if (require.main === module) {
    for (const pair of process.argv.slice(2)) relay(...pair.split("="));
}
