#!/usr/bin/python3
"""Stand-ins within the container: the instance's metadata service (version 2 alone), Parameter Store and Bedrock."""
import binascii
import json
import ssl
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "AKIAOFTHEINSTANCE"
PARAMETERS = "/srv/aws/parameters.json"
CALLS = "/srv/aws/calls.jsonl"


def record(**call):
    with open(CALLS, "a") as out:
        out.write(json.dumps(call) + "\n")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def answer(self, status, data, kind="text/plain"):
        data = data if isinstance(data, bytes) else data.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Metadata(Handler):
    def do_PUT(self):
        self.body()
        self.answer(200, "a-session-token")

    def do_GET(self):
        if self.headers.get("x-aws-ec2-metadata-token") != "a-session-token":
            return self.answer(401, "")
        if self.path.endswith("/iam/security-credentials/"):
            return self.answer(200, "host-role")
        if self.path.endswith("/host-role"):
            return self.answer(200, json.dumps({
                "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": KEY, "SecretAccessKey": "s" * 40,
                "Token": "t", "Expiration": "2099-01-01T00:00:00Z", "LastUpdated": "2026-01-01T00:00:00Z"}))
        return self.answer(404, "")


def header(name, value):
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()


def event(kind, payload):
    """A message of AWS's event stream."""
    headers = header(":event-type", kind) + header(":content-type", "application/json") + header(":message-type", "event")
    data = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(data), len(headers))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + headers + data
    return message + struct.pack(">I", binascii.crc32(message))


class Aws(Handler):
    def do_POST(self):
        body = json.loads(self.body() or b"{}")
        host = self.headers["host"].split(".")[0]
        if KEY not in self.headers.get("authorization", ""):
            record(service=host, refused="not signed by the instance's role")
            return self.answer(403, "{}")
        if host == "ssm":
            return self.parameters(self.headers["x-amz-target"].split(".")[1], body)
        return self.model(body)

    def parameters(self, action, body):
        with open(PARAMETERS) as source:
            values = json.load(source)
        if action == "GetParameters":
            found = [{"Name": n, "Type": "SecureString", "Value": values[n]} for n in body["Names"] if n in values]
            record(service="ssm", action=action, names=body["Names"])
            return self.answer(200, json.dumps({"Parameters": found, "InvalidParameters": []}))
        record(service="ssm", action=action, name=body["Name"], value=body["Value"])
        return self.answer(200, json.dumps({"Version": 2}))

    def model(self, body):
        record(service="bedrock", path=self.path, messages=len(body.get("messages", [])))
        usage = {"inputTokens": 10, "outputTokens": 4, "totalTokens": 14}
        text = "pong from the stand-in"
        if self.path.endswith("/converse"):
            return self.answer(200, json.dumps({
                "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
                "stopReason": "end_turn", "usage": usage, "metrics": {"latencyMs": 1}}), "application/json")
        self.answer(200, b"".join([
            event("messageStart", {"role": "assistant"}),
            event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": text}}),
            event("contentBlockStop", {"contentBlockIndex": 0}),
            event("messageStop", {"stopReason": "end_turn"}),
            event("metadata", {"usage": usage, "metrics": {"latencyMs": 1}}),
        ]), "application/vnd.amazon.eventstream")


if __name__ == "__main__":
    metadata = ThreadingHTTPServer(("169.254.169.254", 80), Metadata)
    threading.Thread(target=metadata.serve_forever, daemon=True).start()
    aws = ThreadingHTTPServer(("127.0.0.2", 443), Aws)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/srv/aws/server.pem")
    aws.socket = context.wrap_socket(aws.socket, server_side=True)
    aws.serve_forever()
