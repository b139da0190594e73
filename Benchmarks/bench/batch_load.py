"""POSTs prepared bodies on a few connections, each answer awaited before the next body is sent.

Raw sockets and requests that were put together beforehand: the client shares the cores with what it measures, and so
does nothing meanwhile but to copy bytes.
"""

import dataclasses
import re
import socket
import threading
import time
import urllib.parse

from .patience import patient
from .processes import Failure

ANSWER_LIMIT = patient(60)


@dataclasses.dataclass
class Load:
    """What became of it."""

    requests: int
    # From the first byte to the last answer.
    seconds: float
    # The first answer that was not 2xx, or what else went wrong.
    fault: str


def requests(url, content_type, bodies, token=None):
    """The bytes of each request."""
    parts = urllib.parse.urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    head = f"POST {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {content_type}\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    return [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]


def post(url, sent, connections, seconds):
    """Sends requests in their order for some seconds, or until there are no more."""
    parts = urllib.parse.urlsplit(url)
    return run([_Poster(parts.hostname, parts.port) for _ in range(connections)], sent, seconds)


def run(senders, sent, seconds):
    """Lets each sender send the next, await its answer and go on, all at the same time.

    A sender has the methods `send(one)`, which returns what went wrong or None, and `close()`.
    """
    lock = threading.Lock()
    barrier = threading.Barrier(len(senders) + 1)
    sent = iter(sent)
    counts = [0] * len(senders)
    ends = [0.0] * len(senders)
    faults = []

    def work(index):
        barrier.wait()
        limit = time.perf_counter() + seconds
        while time.perf_counter() < limit and not faults:
            with lock:
                one = next(sent, None)
            if one is None:
                break
            try:
                fault = senders[index].send(one)
            except OSError as error:
                fault = f"{type(error).__name__}: {error}"
            if fault:
                faults.append(fault)
                break
            counts[index] += 1
            ends[index] = time.perf_counter()

    threads = [threading.Thread(target=work, args=(index,), daemon=True) for index in range(len(senders))]
    try:
        for thread in threads:
            thread.start()
        barrier.wait()
        started = time.perf_counter()
        for thread in threads:
            thread.join(seconds + ANSWER_LIMIT + 10)
            if thread.is_alive():
                raise Failure("A batch was not answered.")
    finally:
        for sender in senders:
            sender.close()
    if not any(counts):
        return Load(0, seconds, faults[0] if faults else "no batch was answered")
    return Load(sum(counts), max(ends) - started, faults[0] if faults else None)


class _Poster:
    """One connection that is kept alive."""

    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=ANSWER_LIMIT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request):
        self.socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, content = answer.split(b"\r\n\r\n", 1)
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        for_content = int(length[1]) if length else 0
        while len(content) < for_content:
            content += self._more()
        status = head.split(b" ", 2)[1]
        return None if status.startswith(b"2") else f"{status.decode()}: {content[:300].decode(errors='replace')}"

    def _more(self):
        piece = self.socket.recv(65_536)
        if not piece:
            raise ConnectionError("the connection was closed before the answer was complete")
        return piece

    def close(self):
        self.socket.close()
