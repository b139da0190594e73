"""Rules, streams and a receiver: what measures how soon an alert is known."""

import http.server
import json
import queue
import selectors
import socket
import threading
import time
import urllib.parse

from .load import Client
from .processes import Failure

BAD = json.dumps({"metric_type": "revenue", "value": -1}).encode()
LIMIT = 30


def make_rule(client, number, threshold):
    rule = {
        "name": f"Rule {number}", "metric_type": "revenue", "operator": "<", "threshold": threshold,
        "severity": "warning",
    }
    client.request("POST", "/api/v1/alert-rules", json.dumps(rule).encode())


class Receiver:
    """Takes webhooks and tells when each arrived."""

    def __enter__(self):
        arrivals = self.arrivals = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                arrivals.put((time.perf_counter(), json.loads(body)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Streams:
    """Streams of events over sockets that nobody reads until they are waited for."""

    def __init__(self, url, tokens):
        parts = urllib.parse.urlsplit(url)
        self.selector = selectors.DefaultSelector()
        self.received = {}
        for token in tokens:
            connection = socket.create_connection((parts.hostname, parts.port), timeout=LIMIT)
            connection.sendall(
                f"GET /api/v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
            )
            connection.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ)
            self.received[connection] = b""

    def __enter__(self):
        self.wait(b"retry: 2000")
        return self

    def __exit__(self, *_):
        for connection in self.received:
            connection.close()
        self.selector.close()

    def wait(self, text):
        """When the last stream had a text since the last wait."""
        missing = set(self.received)
        for connection in missing:
            self.received[connection] = b""
        end = time.perf_counter() + LIMIT
        while missing:
            for key, _ in self.selector.select(timeout=1):
                self.received[key.fileobj] += key.fileobj.recv(65_536)
                if text in self.received[key.fileobj]:
                    missing.discard(key.fileobj)
            if time.perf_counter() > end:
                raise Failure(f"{len(missing)} streams did not get {text!r} in {LIMIT} s.")
        return time.perf_counter()


def latencies(url, token, count):
    """Seconds from the begin of a POST until its alert was on a stream, and until its webhook arrived."""
    to_stream, to_webhook = [], []
    with Receiver() as receiver, Client(url, token) as client:
        make_rule(client, 1, 0)
        channel = {"name": "bench", "kind": "webhook", "url": receiver.url}
        client.request("POST", "/api/v1/channels", json.dumps(channel).encode())
        with Streams(url, [token]) as streams:
            for _ in range(count):
                started = time.perf_counter()
                answer, _ = client.request("POST", "/api/v1/analytics", BAD)
                to_stream.append(streams.wait(b"alert-triggered") - started)
                arrived, _ = receiver.arrivals.get(timeout=LIMIT)
                to_webhook.append(arrived - started)
                alert = json.loads(answer)["alerts"][0]["id"]
                client.request("POST", f"/api/v1/alerts/{alert}/resolve", b"{}")
                streams.wait(b"alert-resolved")
                receiver.arrivals.get(timeout=LIMIT)
    return to_stream, to_webhook
