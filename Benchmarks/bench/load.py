"""What puts load on a server and takes the time."""

import dataclasses
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from .patience import patient
from .processes import Failure, ending_with_parent

ANSWER_LIMIT = patient(30)
# Of wrk, beyond the seconds that it runs.
END_LIMIT = patient(60)
# Of strace.
ATTACH_LIMIT = patient(10)
DETACH_LIMIT = patient(20)

FOLDER = pathlib.Path(__file__).resolve().parent
THREADS = 2
CONNECTIONS = 32


def wrk(url, seconds, token=None, script="report.lua"):
    """Requests at 32 connections for some seconds; what wrk counted."""
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(FOLDER / script)]
    for name, value in _credentials(token).items():
        command += ["-H", f"{name}: {value}"]
    started = time.time()
    try:
        done = subprocess.run(
            [*command, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=seconds + END_LIMIT
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"wrk on {url} did not end.") from None
    found = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not found:
        raise Failure(f"wrk on {url} ended with status {done.returncode}: {done.stdout[-1000:]}{done.stderr[-1000:]}")
    result = json.loads(found[1])
    result["rate"] = result["requests"] / result["seconds"]
    result["at"] = round(started, 3)
    return result


def fault(result):
    """What was wrong with a run of wrk, or None."""
    names = ("not_2xx", "connect_errors", "read_errors", "write_errors", "timeouts")
    faults = [f"{result[name]:,} {name.replace('_', ' ')}" for name in names if result[name]]
    if result["requests"] == 0:
        faults.append("no request was answered")
    return ", ".join(faults) or None


def ingest_fault(result, stored):
    """What was wrong with a run of points sent one by one, of which so many are stored, or None."""
    acknowledged = result["requests"] - result["not_2xx"]
    result["stored"] = stored
    # What was on its way when wrk stopped may be stored without having been counted.
    if not acknowledged <= stored <= acknowledged + CONNECTIONS:
        lost = f"{acknowledged:,} points were acknowledged, {stored:,} are stored"
        return ", ".join(filter(None, [fault(result), lost]))
    return fault(result)


@dataclasses.dataclass(frozen=True)
class Cookie:
    """What lets a browser in, and is given wherever a program gives its token."""

    name: str
    value: str


def _credentials(token):
    """The header fields that let a request in: those of a token, of a browser, or none."""
    if isinstance(token, Cookie):
        # As a browser asks; the answer is made small then.
        return {"Cookie": f"{token.name}={token.value}", "Accept-Encoding": "gzip"}
    return {"Authorization": f"Bearer {token}"} if token else {}


class Client:
    """One connection that is kept alive."""

    def __init__(self, url, token=None):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=ANSWER_LIMIT)
        self.headers = _credentials(token)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def request(self, method, path, body=None):
        """The answer's bytes and the seconds until the last of them was there."""
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        started = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - started
        if answer.status // 100 != 2:
            raise Failure(f"{method} {path} was answered with {answer.status}: {content[:500]!r}")
        return content, seconds

    def json(self, path):
        return json.loads(self.request("GET", path)[0])


def open_session(url, email, password):
    """Logs in as a browser does."""
    body = json.dumps({"email": email, "password": password}).encode()
    request = urllib.request.Request(url + "/session", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=ANSWER_LIMIT) as answer:
        name, _, value = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
    return Cookie(name, value)


def cold_and_warm(client, path, rounds, reader=None):
    """Alternates a write, a read that cannot come from memory and the same read again; both reads' seconds.

    What may write is not always what may read: `reader` is another connection for that.
    """
    reader = reader or client
    cold, warm = [], []
    for index in range(rounds):
        body = json.dumps({"metric_type": "revenue", "value": index % 500 + 0.25, "category": "Software"}).encode()
        client.request("POST", "/api/v1/analytics", body)
        first, seconds = reader.request("GET", path)
        cold.append(seconds)
        second, seconds = reader.request("GET", path)
        warm.append(seconds)
        if first != second:
            raise Failure(f"GET {path} was answered differently twice without a write between.")
    return cold, warm


def disk_syncs_per_second(folder, seconds=1.0):
    """How often the disk alone takes 16 kB, about what a transaction appends to the log, and has them safe."""
    piece = os.urandom(16_384)
    sync = getattr(os, "fdatasync", os.fsync)
    count = 0
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        started = time.perf_counter()
        while time.perf_counter() - started < seconds:
            file.write(piece)
            sync(file.fileno())
            count += 1
        return count / (time.perf_counter() - started)


class SyncCount:
    """Counts a process's fsync and fdatasync calls in a `with` block, by strace."""

    @staticmethod
    def is_possible():
        return shutil.which("strace") is not None

    def __init__(self, pid):
        self.pid = pid
        self.calls = None

    def __enter__(self):
        self.output = tempfile.NamedTemporaryFile(mode="r", prefix="bench-strace-")
        self.process = subprocess.Popen(
            ending_with_parent(
                ["strace", "-c", "-f", "-e", "trace=fsync,fdatasync", "-o", self.output.name, "-p", self.pid]
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        # It says "Process N attached"; without leave to trace it says so and ends.
        first = []
        reader = threading.Thread(target=lambda: first.append(self.process.stderr.readline()), daemon=True)
        reader.start()
        reader.join(ATTACH_LIMIT)
        self.is_attached = bool(first) and "attached" in first[0]
        # The rest goes unread, or the pipe would fill.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(DETACH_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.is_attached:
            # % time, seconds, usecs/call, calls, errors (may be empty), syscall
            lines = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+).*\b(?:fsync|fdatasync)$", self.output.read(), re.M)
            self.calls = sum(map(int, lines))
        self.output.close()
