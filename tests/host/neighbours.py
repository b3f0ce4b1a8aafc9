"""Three servers of a network of its own: LiteLLM's address, the metadata service, the internet. Each answers anyone."""
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
for address, port in (("10.254.254.1", 4000), ("169.254.169.254", 80), ("1.1.1.1", 80)):
    subprocess.run(["ip", "address", "add", address + "/32", "dev", "lo"], check=True)
    server = ThreadingHTTPServer((address, port), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
sys.exit(subprocess.run(sys.argv[1:]).returncode)
