"""Reports, one after the other: how long the server works on each, and what memory it takes."""

import json
import socket
import time
import urllib.parse

from .load import Client
from .processes import Failure

LIMIT = 300
# After so many everything is loaded that a report needs: fonts, caches, the pages of the database.
WARM = 100


def make(server, token, count, scheduled_at=None):
    """Seconds of work on each report, and the server's memory after the first hundred and after the last.

    The work is from the event that a report was begun until the event that it is completed, both of which come right after
    the commit that they tell of; so it has all reading, drawing and storing in it.
    """
    report = {"name": "Bench", "type": "monthly", **({"scheduled_at": scheduled_at} if scheduled_at else {})}
    seconds, begun, memory = [], None, {}
    with _Events(server.url, token) as events, Client(server.url, token) as client:
        for _ in range(count):
            client.request("POST", "/api/v1/reports", json.dumps(report).encode())
        for arrived, status in events:
            if status == "processing":
                begun = arrived
            elif status == "failed":
                raise Failure("A report could not be made.")
            elif status == "completed":
                seconds.append(arrived - begun)
                if len(seconds) == min(WARM, count):
                    memory["warm"] = server.memory("VmRSS")
                if len(seconds) == count:
                    break
        memory["end"] = server.memory("VmRSS")
    return seconds, memory


class _Events:
    """When the statuses of reports arrived on a stream of events."""

    def __init__(self, url, token):
        parts = urllib.parse.urlsplit(url)
        self.connection = socket.create_connection((parts.hostname, parts.port), timeout=LIMIT)
        self.connection.sendall(
            f"GET /api/v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )

    def __enter__(self):
        self.rest = b""
        end = time.perf_counter() + LIMIT
        while b"retry: 2000" not in self.rest and time.perf_counter() < end:
            self.rest += self.connection.recv(65_536)
        return self

    def __exit__(self, *_):
        self.connection.close()

    def __iter__(self):
        while True:
            part = self.connection.recv(1 << 20)
            arrived = time.perf_counter()
            if not part:
                raise Failure("The stream of events ended.")
            lines = (self.rest + part).split(b"\n")
            self.rest = lines.pop()
            for line in lines:
                if line.startswith(b'data: {"type":"report-'):
                    yield arrived, json.loads(line[6:])["data"]["status"]
