"""Requests that mean harm: each gets an answer of 4xx or a closed connection, and nobody else notices.

Requests that no parser should trust; bodies that are larger, deeper or longer than they may be; connections that are
cut in the middle of a batch, that send a byte at a time, or that are more than the process may have files. A healthy
client runs beside them, in a process of its own.
"""

import contextlib
import gzip
import json
import multiprocessing
import os
import random
import socket
import struct
import threading
import time
import urllib.parse

from bench.patience import patient
from bench.processes import raise_open_files

from . import recount
from .client import Client, NoAnswer, NotConnected, register
from .report import percentile

ENGINES = ("sqlite",)

ANSWER_LIMIT = patient(30)
# The server closes a connection on which nothing happens for a minute. That must not pass for a refusal.
CLOSE_LIMIT = min(ANSWER_LIMIT, 50)
MIB = 1 << 20
# Bytes of resident memory by which a pass over everything may grow the process, once it has grown to its working size.
MOST_GROWTH = 32 * MIB

POST = "/api/v1/analytics"
BATCH = "/api/v1/analytics/batch"
LOGIN = "/api/v1/auth/login"


def run(report, installation, options):
    with installation.serve() as server:
        account = register(server.url, "target")
        with Healthy(server.url, account.token) as alone:
            time.sleep(1 if options.quick else 5)
        memory, answered = [], 0
        with Healthy(server.url, account.token) as beside:
            for _ in range(1 if options.quick else options.rounds or 5):
                answered += _send_all(report, server, account, MIB if options.quick else 15 * MIB)
                answered += _cut_batches(report, server, account, random.Random(options.seed))
                memory.append(server.memory("VmRSS"))
        report.figure("hostile requests", answered)
        report.figure("memory after each pass over them", ", ".join(f"{size / 1e6:.0f} MB" for size in memory))
        if memory[-1] - memory[0] > MOST_GROWTH:
            report.fault("the process grows with every pass")
        for name, healthy in (("alone", alone), ("beside them", beside)):
            _figure(report, f"healthy client {name}", healthy)
        _hold(report, server, account, options)
        if not server.is_running:
            report.fault(f"the server ended with status {server.process.returncode}")
    if server.process.returncode != 0:
        report.fault(f"the server ended with status {server.process.returncode}")
    _too_many_connections(report, installation)
    for fault in installation.check()[0]:
        report.fault(fault)


# A healthy client


class Healthy:
    """A process that reads and writes in a `with` block, some eighty times a second; `seconds` is what each took."""

    PAUSE = 0.01

    def __init__(self, url, token):
        # Forked, because threads of this process would take turns with it.
        context = multiprocessing.get_context("fork")
        self.end = context.Event()
        self.queue = context.Queue()
        self.process = context.Process(target=self._run, args=(url, token), daemon=True)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        # It may have to give up both of its requests before.
        self.seconds, self.faults = self.queue.get(timeout=3 * ANSWER_LIMIT)
        self.process.join()

    def _run(self, url, token):
        seconds, faults = [], []
        parent = multiprocessing.parent_process()
        body = json.dumps({"metric_type": "orders", "value": 1}).encode()
        with Client(url, token, ANSWER_LIMIT) as client:
            # Once at least, however late it comes to run, and not longer than the process that would end it.
            while parent.is_alive():
                for method, path, status in (("GET", "/analytics/kpi", 200), ("POST", "/analytics", 201)):
                    started = time.perf_counter()
                    try:
                        answer = client.ask(method, path, body if method == "POST" else None)
                    except (NoAnswer, NotConnected) as error:
                        faults.append(f"{method} {path} gets no answer: {error}")
                        continue
                    seconds.append(time.perf_counter() - started)
                    if answer.status != status:
                        faults.append(f"{method} {path} is answered {answer.status}")
                if self.end.wait(self.PAUSE):
                    self.queue.put((seconds, faults))
                    break


def _figure(report, name, healthy):
    report.figure(f"{name}, requests", len(healthy.seconds))
    if healthy.seconds:
        median, high = (1000 * percentile(healthy.seconds, share) for share in (0.5, 0.99))
        report.figure(f"{name}, median and p99", f"{median:.1f} ms, {high:.1f} ms")
    for fault in healthy.faults:
        report.fault(f"{name}: {fault}")


# Requests that are sent in whole


class Connection:
    """Raw bytes to the server and back."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), ANSWER_LIMIT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, content):
        """False where the server does not take it any more."""
        try:
            self.socket.sendall(content)
            return True
        except OSError:
            return False

    def end(self):
        """Says that nothing more will be sent."""
        self.socket.settimeout(CLOSE_LIMIT)
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def status(self):
        """The status of the answer; None where the connection is closed without one, 0 where neither happens."""
        content = b""
        try:
            while b"\r\n" not in content:
                piece = self.socket.recv(4096)
                if not piece:
                    return None
                content += piece
        except TimeoutError:
            return 0
        except OSError:
            return None
        fields = content.split(b" ", 2)
        return int(fields[1]) if len(fields) > 1 and fields[1].isdigit() else 0

    def reset(self):
        """Cuts it, as by a client that is gone."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def request(path, body=b"", token=None, content_type="application/json", method="POST", fields=(), length=None):
    head = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if token:
        head.append(f"Authorization: Bearer {token}")
    if content_type:
        head.append(f"Content-Type: {content_type}")
    if length is not False:
        head.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*head, *fields, "", ""]).encode("latin-1") + body


def point(**fields):
    return json.dumps({"metric_type": "revenue", "value": 1, **fields}).encode()


def with_value(text):
    return b'{"metric_type": "revenue", "value": ' + text + b"}"


def with_category(text):
    return b'{"metric_type": "revenue", "value": 1, "category": "' + text + b'"}'


def chunked(*pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


REFUSED = {400, 401, 404, 405, 409, 413, 415, 422, 431}


def bodies():
    """Bodies for a single point: name, bytes, and the statuses that are right."""
    deep = 100_000
    return [
        ("nested arrays", b"[" * deep + b"]" * deep, {400}),
        ("nested arrays, open", b"[" * deep, {400}),
        ("nested objects", b'{"a":' * deep + b"1" + b"}" * deep, {400}),
        ("nested arrays in a value", with_value(b"[" * deep + b"]" * deep), {400}),
        ("1e999", with_value(b"1e999"), {422}),
        ("1e999 as a text", with_value(b'"1e999"'), {422}),
        ("-1e999", with_value(b"-1e999"), {422}),
        ("1e-999", with_value(b"1e-999"), {422}),
        ("an exponent beyond 64 bits", with_value(b"1e99999999999999999999"), {422}),
        ("an exponent below 64 bits", with_value(b"1e-99999999999999999999"), {422}),
        ("zero with an exponent", with_value(b"0e999999999999999999999"), {201, 422}),
        ("a million digits", with_value(b"9" * 1_000_000), {422}),
        ("a million digits behind the point", with_value(b"0." + b"1" * 1_000_000), {422}),
        ("a million zeros behind the point", with_value(b"1." + b"0" * 1_000_000), {201, 422}),
        ("2^63", with_value(b"9223372036854775808"), {422}),
        ("-2^63", with_value(b"-9223372036854775808"), {422}),
        ("NaN", with_value(b"NaN"), {400}),
        ("Infinity", with_value(b"-Infinity"), {400}),
        ("hexadecimal", with_value(b"0x10"), {400}),
        ("a value that is a list", with_value(b"[1]"), {422}),
        ("NUL, escaped", with_category(rb"a\u0000b"), {422}),
        ("NUL, plain", with_category(b"a\0b"), {400}),
        ("a lone high surrogate", with_category(rb"\ud800"), {422}),
        ("a lone low surrogate", with_category(rb"\udc00"), {422}),
        ("surrogates the wrong way round", with_category(rb"\udc00\ud800"), {422}),
        ("a surrogate in UTF-8", with_category(b"\xed\xa0\x80"), {400}),
        ("invalid UTF-8", with_category(b"\xff\xfe"), {400}),
        ("UTF-8 that is too long", with_category(b"\xc0\xaf"), {400}),
        ("UTF-8 beyond Unicode", with_category(b"\xf4\x90\x80\x80"), {400}),
        ("UTF-8 that is cut off", b'{"category": "\xe2\x82', {400}),
        ("a text of 900 kB", with_category(b"a" * 900_000), {422}),
        ("escapes of 900 kB", with_category(rb"\u0041" * 150_000), {422}),
        ("an escape that is cut off", b'{"category": "\\u00', {400}),
        ("combining characters", with_category(b"e" + "\u0301".encode() * 100_000), {422}),
        ("60,000 members", b"{" + b",".join(b'"%d":1' % number for number in range(60_000)) + b"}", {422}),
        ("one member 50,000 times", b"{" + b",".join([b'"value":1'] * 50_000) + b"}", {422}),
        ("white space of 900 kB", b" " * 900_000, {400}),
        ("nothing but NUL", bytes(100_000), {400}),
        ("a byte order mark", b"\xef\xbb\xbf" + point(), {201, 400}),
        ("UTF-16", point().decode().encode("utf-16"), {400}),
        ("two objects", point() * 2, {400}),
        ("a day that is none", point(recorded_at="2026-02-30"), {422}),
        ("a year of many digits", point(recorded_at="9" * 1000 + "-01-01"), {422}),
        ("a negative year", point(recorded_at="-0001-01-01"), {422}),
        ("gzip", gzip.compress(point()), {400}),
    ]


def batches(long):
    """Batches, some so many bytes long: name, Content-Type, bytes, and the statuses that are right."""
    records = ("application/json", "application/x-ndjson", "text/csv")
    header = b"metric_type,value,category\n"
    small = [point() for _ in range(10_001)]
    cases = [
        ("10,001 records", records[0], b'{"records": [' + b",".join(small) + b"]}", {422}),
        ("10,001 lines", records[1], b"\n".join(small), {422}),
        ("10,001 lines of CSV", records[2], header + b"revenue,1,a\n" * 10_001, {422}),
        ("records of no kind", records[0], b'{"records": [' + b"1," * 1_000_000 + b"1]}", {422}),
        ("a list in a list", records[0], b'{"records": ' + b"[" * 100_000, {400}),
        ("a record that never ends", records[0], b'{"records": [{"category": "' + b"a" * long, {400, 413, 422}),
        ("a name that never ends", records[0], b'{"' + b"a" * long, {400, 413, 422}),
        ("a line that never ends", records[1], b'{"category": "' + b"a" * long, {400, 413, 422}),
        ("a quote that never ends", records[2], header + b'revenue,1,"' + b"a" * long, {400, 413, 422}),
        ("a field that never ends", records[2], header + b"revenue,1," + b"a" * long, {400, 413, 422}),
        ("a header that never ends", records[2], b"a" * long, {400, 413, 422}),
        ("a million columns", records[2], b"a," * 1_000_000 + b"\n1", {400, 413, 422}),
        ("a million fields", records[2], header + b"," * 1_000_000, {400, 413, 422}),
        ("empty lines", records[1], b"\n" * long, {422}),
        ("empty lines of CSV", records[2], header + b"\n" * long, {422}),
        ("white space", records[0], b" " * long, {400, 422}),
        ("nested arrays on a line", records[1], b"[" * 60_000 + b"\n", {400, 422}),
        ("invalid UTF-8 on a line", records[1], point() + b"\n" + with_category(b"\xff"), {400, 422}),
        ("invalid UTF-8 in CSV", records[2], header + b"revenue,1,\xff\n", {400, 422}),
        ("NUL in CSV", records[2], header + b"revenue,1,a\0b\n", {400, 422}),
        ("1e999 in CSV", records[2], header + b"revenue,1e999,a\n", {422}),
        (
            "more categories than there may be",
            records[0],
            b'{"records": [' + b",".join(point(category=f"c{number}") for number in range(1_001)) + b"]}",
            {422},
        ),
        (
            "a day's total beyond 64 bits",
            records[2],
            header + b"revenue,99999999999.9999,a\n" * 10_000,
            {422},
        ),
    ]
    return cases


def whole_requests(token, long):
    """Requests that are sent in whole: name, bytes, and the statuses that are right, None for a closed connection.

    Some batches have so many bytes.
    """
    cases = [(name, request(POST, body, token), right) for name, body, right in bodies()]
    cases += [
        (f"batch: {name}", request(BATCH, body, token, content_type), right)
        for name, content_type, body, right in batches(long)
    ]
    bomb = gzip.compress(bytes(10 * MIB), 9)
    closed = REFUSED | {None}
    ten_gigabytes = 10_000_000_000
    valid = point()
    cases += [
        ("login: nested arrays", request(LOGIN, b"[" * 60_000), {400}),
        ("login: more than there may be without a token", request(LOGIN, b" " * 70_000), {413}),
        ("10 GB announced", request(POST, b"", token, length=ten_gigabytes), {413}),
        ("10 GB announced for a batch", request(BATCH, b"", token, length=ten_gigabytes), {413}),
        ("10 GB announced without a token", request(POST, b"", length=ten_gigabytes), {401}),
        ("10 GB announced at the login", request(LOGIN, b"", length=ten_gigabytes), {413}),
        ("a length beyond 64 bits", request(POST, valid, token, length=10**30), closed),
        ("a negative length", request(POST, valid, token, length=-1), closed),
        ("a length that is no number", request(POST, valid, token, length="many"), closed),
        ("two lengths", request(POST, valid, token, fields=["Content-Length: 3"]), closed),
        (
            "a length and chunks",
            request(POST, chunked(valid), token, fields=["Transfer-Encoding: chunked"], length=3),
            closed,
        ),
        (
            "chunks of 2 MB together",
            request(POST, chunked(*[b" " * 65_536] * 32), token, fields=["Transfer-Encoding: chunked"], length=False),
            {413},
        ),
        (
            "a chunk beyond 64 bits",
            request(POST, b"f" * 40 + b"\r\n", token, fields=["Transfer-Encoding: chunked"], length=False),
            closed,
        ),
        (
            "a chunk of no size",
            request(POST, b"-1\r\n\r\n", token, fields=["Transfer-Encoding: chunked"], length=False),
            closed,
        ),
        ("a gzip bomb", request(POST, bomb, token, fields=["Content-Encoding: gzip"]), {415}),
        ("a gzip bomb as a batch", request(BATCH, bomb, token, fields=["Content-Encoding: gzip"]), {415}),
        ("a key of 10,000 characters", request(POST, valid, token, fields=["Idempotency-Key: " + "k" * 10_000]), {422}),
        ("a key that is not ASCII", request(POST, valid, token, fields=["Idempotency-Key: \xff\xfe"]), closed),
        ("a token of 70,000 characters", request(POST, valid, "1|" + "a" * 70_000), closed),
        ("a token with an id beyond 64 bits", request(POST, valid, "9" * 100 + "|a"), {401}),
        ("a header of 1 MB", request(POST, valid, token, fields=["X-Long: " + "a" * MIB]), closed),
        ("10,000 headers", request(POST, valid, token, fields=[f"X-{n}: a" for n in range(10_000)]), closed),
        ("a header without a colon", request(POST, valid, token, fields=["no colon here"]), closed),
        ("a header with NUL", request(POST, valid, token, fields=["X-Nul: a\0b"]), closed),
        ("a path of 1 MB", request("/" + "a" * MIB, method="GET"), closed),
        ("a path of percent signs", request(f"{POST}/%00%ff%", b"", token, method="DELETE"), closed),
        ("an id beyond 64 bits", request(f"{POST}/{'9' * 40}", b"", token, method="DELETE"), {404}),
        ("a page beyond 64 bits", request(f"{POST}?page={'9' * 40}", token=token, method="GET"), {422}),
        ("the last page of 64 bits", request(f"{POST}?page={2**63 - 1}", token=token, method="GET"), {200, 422}),
        ("a cursor of rubbish", request(f"{POST}?cursor={'_' * 1000}", token=token, method="GET"), {422}),
        ("a query of 15,000 fields", request(f"{POST}?{'a=1&' * 15_000}", token=token, method="GET"), {200} | closed),
        ("days that overflow", request(f"{POST}/kpi?from=0001-01-01&to=9999-12-31", token=token, method="GET"), {422}),
        ("a period beyond 64 bits", request(f"{POST}/kpi?period={'9' * 40}", token=token, method="GET"), {422}),
        ("a method of 100 kB", request(POST, method="A" * 100_000), closed),
        ("no request at all", b"\0\1\2\3\r\n\r\n", closed),
        ("TLS", bytes.fromhex("16030100c8010000c40303") + bytes(200), closed),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", closed),
        ("HTTP/9.9", b"GET /health HTTP/9.9\r\nHost: a\r\n\r\n", {200} | closed),
    ]
    return cases


def _send_all(report, server, account, long):
    """How many requests were sent."""
    cases = whole_requests(account.token, long)
    for name, content, right in cases:
        with Connection(server.url) as connection:
            connection.send(content)
            if None in right:
                # A server may wait for the rest of what is no whole request.
                connection.end()
            status = connection.status()
        if status not in right:
            report.fault(f"{name}: {_told(status)}, right is {', '.join(map(_told, sorted(right, key=str)))}")
        if not server.is_running:
            report.fault(f"{name}: the server ended with status {server.process.returncode}")
            break
    return len(cases)


def _told(status):
    return {None: "a closed connection", 0: "no answer"}.get(status, str(status))


# Connections that do not send a whole request


def _cut_batches(report, server, account, chance, count=10):
    """Cuts connections in the middle of a batch, of which nothing may be stored; how many."""
    for number in range(count):
        lines = b"\n".join(point(source=f"cut-{number}") for _ in range(1_000))
        head = request(BATCH, b"", account.token, "application/x-ndjson", length=len(lines))
        with Connection(server.url) as connection:
            connection.send(head + lines[: chance.randrange(len(lines))])
            connection.reset()
    with Client(server.url, account.token) as client:
        stored = sum((record["source"] or "").startswith("cut-") for record in recount.exported(client))
    if stored:
        report.fault(f"{stored} points are stored of batches that were cut off")
    return count


class Held:
    """Connections that send a byte now and then, and never end."""

    def __init__(self, server, begin, count, pause):
        self.pause = pause
        before = server.memory("VmRSS")
        self.connections = []
        for _ in range(count):
            connection = Connection(server.url)
            connection.send(begin)
            self.connections.append(connection)
        # So that the server has read what was sent.
        time.sleep(1)
        self.bytes_each = (server.memory("VmRSS") - before) / count
        self.closed_after = []

    def feed(self, seconds):
        """Sends bytes until so many seconds have passed, or until the server has closed every connection."""
        started = time.monotonic()
        left = self.connections
        while left and time.monotonic() - started < seconds:
            time.sleep(self.pause)
            still = [connection for connection in left if self._takes_a_byte(connection)]
            self.closed_after += [time.monotonic() - started] * (len(left) - len(still))
            left = still
        for connection in self.connections:
            connection.socket.close()

    @staticmethod
    def _takes_a_byte(connection):
        connection.socket.setblocking(False)
        try:
            if not connection.socket.recv(4096):
                return False
        except BlockingIOError:
            pass
        except OSError:
            return False
        return connection.send(b"a")


def _hold(report, server, account, options):
    """Slow headers and slow bodies, all at once, with a healthy client beside them."""
    count, pause, seconds = (100, 1, 3) if options.quick else (1_000, 5, patient(150))
    # Some files are needed for other things, and the server may have as many as this process.
    count = min(count, (raise_open_files() - 200) // 3)
    token = account.token
    begins = {
        "header": b"POST /api/v1/analytics HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        "body": request(POST, b'{"category": "', token, length=1_000),
        "batch": request(BATCH, b'{"records": [{"category": "', token, length=100_000),
    }
    with Healthy(server.url, token) as healthy:
        held = {name: Held(server, begin, count, pause) for name, begin in begins.items()}
        feeding = [threading.Thread(target=one.feed, args=(seconds,)) for one in held.values()]
        for thread in feeding:
            thread.start()
        for thread in feeding:
            thread.join()
    for name, one in held.items():
        report.figure(f"memory of each of {count:,} connections with a slow {name}", f"{one.bytes_each / 1000:.1f} kB")
        if not options.quick:
            closed = f"connections with a slow {name} closed by the server"
            report.figure(closed, len(one.closed_after), must_be=count)
            report.figure("the last of them after", f"{max(one.closed_after, default=0):.0f} s")
    _figure(report, f"healthy client beside these {count * len(begins):,}", healthy)


def _too_many_connections(report, installation, files=128):
    """More connections than the process may have files: it must serve again once they are gone."""
    limited = type(installation)(installation.program, installation.folder, ["prlimit", f"--nofile={files}"])
    with limited.serve() as server:
        connections = [Connection(server.url) for _ in range(2 * files)]
        limit = time.monotonic() + ANSWER_LIMIT
        while len(os.listdir(f"/proc/{server.pid}/fd")) < files:
            if time.monotonic() > limit:
                report.fault(f"of {len(connections)} connections it does not take as many as it may have files")
                break
            time.sleep(0.01)
        for connection in connections:
            connection.socket.close()
        with Connection(server.url) as connection:
            connection.send(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            status = connection.status()
        if status != 200:
            report.fault(f"after more connections than it may have files: {_told(status)}")
    if server.process.returncode != 0:
        report.fault(f"after more connections than it may have files: status {server.process.returncode}")
    report.figure(f"connections to a process that may have {files} files", 2 * files)
