// Carries connections over the wall of a network namespace, by Unix sockets. Arguments: LISTEN=CONNECT, each a port of
// 127.0.0.1, an address with a port, or the path of a socket.
const { createConnection, createServer } = require("node:net");

function address(text) {
    const [, host = "127.0.0.1", port] = /^(?:([\d.]+):)?(\d+)$/.exec(text) ?? [];
    return port ? { host, port: Number(port) } : { path: text };
}

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
