"""SIGTERM under load, again and again: what is under way is answered, and the process ends with status 0.

Under way is what was sent before the signal: requests of the load, one batch in each round of which only a half was
sent, and an export that has begun. A request that is sent later may find its connection closed, but then nothing of it
may be stored.
"""

import http.client
import pathlib
import random
import subprocess
import time

from bench.patience import patient

from . import recount
from .aftermath import Aftermath
from .client import Client, register
from .journal import Journal
from .load import Load, Maker, as_ndjson
from .report import spread

ENGINES = ("sqlite", "postgres")
QUICK_ENGINES = ("sqlite",)

# Points to export come in so many batches, more than the buffers of a connection hold; in a quick run in one.
BATCHES = 5
BATCH = 10_000
END_LIMIT = patient(35)
READ_LIMIT = patient(30)


def run(report, installation, options):
    chance = random.Random(options.seed)
    aftermath = Aftermath(report)
    with installation.serve() as server:
        exporter = register(server.url, "exporter")
        exported = _store(server, exporter, 1 if options.quick else BATCHES)
    under_way = unanswered = stored = 0
    seconds = []
    rounds = options.rounds or (2 if options.quick else 100 if installation.engine == "sqlite" else 25)
    for number in range(rounds):
        when = f"round {number}"
        # On a slow machine the second half of the batch may take its time.
        with installation.serve({"BODY_PACE": "0"}) as server:
            account = register(server.url, f"round-{number}")
            with Load(server.url, account.token, f"e{options.seed}-{number}", connections=2) as load:
                batch = HalfBatch(server, account, f"h{options.seed}-{number}")
                time.sleep(chance.uniform(0.1, 0.5))
                export = HalfExport(server, exporter)
                batch.wait_until_read()
                signalled = time.monotonic()
                server.terminate()
                time.sleep(chance.uniform(0, 0.1))
                for fault in filter(None, (batch.fault(), export.fault(exported))):
                    report.fault(f"{when}: {fault}")
                try:
                    server.process.wait(END_LIMIT)
                except subprocess.TimeoutExpired:
                    report.fault(f"{when}: the server did not end within {END_LIMIT} s")
                seconds.append(time.monotonic() - signalled)
                load.stop()
        if server.process.returncode != 0:
            report.fault(f"{when}: the server ended with status {server.process.returncode}")
        if load.tally["unavailable"]:
            report.fault(f"{when}: {load.tally['unavailable']} requests were refused with 503")
        counts = _count(load, signalled)
        under_way += counts[0]
        unanswered += counts[1]
        aftermath.check_tables(when, installation)
        load.journals.append(batch.journal)
        with installation.serve() as server:
            stored += _stored_without_answer(server, account, load)
            aftermath.look(when, server.url, account, load)
    report.figure("rounds", rounds)
    aftermath.figures()
    report.figure("requests under way at the signal", under_way)
    report.figure("of these without an answer, or with a part of one", unanswered, must_be=0)
    report.figure("points stored by a request without an answer", stored, must_be=0)
    report.figure("from the signal to the end", spread(seconds))


def _store(server, account, batches):
    """Stores points to export; how many."""
    maker = Maker(Journal("export"))
    with Client(server.url, account.token) as client:
        for _ in range(batches):
            body, content_type = as_ndjson(maker.points(BATCH))
            if client.ask("POST", "/analytics/batch", body, content_type).status != 201:
                raise AssertionError("the points to export cannot be stored")
    return batches * BATCH


def _count(load, signalled):
    """How many requests were under way at the signal, and how many of them were not answered in whole."""
    attempts = [attempt for journal in load.journals for attempt in journal.attempts if attempt.sent_at is not None]
    open_ones = [
        attempt
        for attempt in attempts
        if attempt.sent_at < signalled and (attempt.answered_at is None or attempt.answered_at > signalled)
    ]
    unanswered = [attempt for attempt in open_ones if attempt.answered_at is None]
    halves = [attempt for attempt in attempts if attempt.has_begun and attempt.answered_at is None]
    return len(open_ones), len(unanswered) + sum(attempt not in unanswered for attempt in halves)


def _stored_without_answer(server, account, load):
    with Client(server.url, account.token) as client:
        present = {record["source"] for record in recount.exported(client)}
    return sum(
        source in present
        for journal in load.journals
        for attempt in journal.attempts
        if attempt.makes and attempt.answered_at is None
        for source in attempt.effect
    )


class HalfExport:
    """An export of which the beginning was read."""

    def __init__(self, server, account):
        self.client = Client(server.url, account.token)
        connection = self.client.connection
        connection.request("GET", "/api/v1/analytics/export?format=ndjson", headers=self.client.headers)
        self.response = connection.getresponse()
        self.begin = self.response.read(1000)

    def fault(self, count):
        """Reads the rest, until there are so many points; what is wrong with it, if anything."""
        with self.client:
            try:
                lines = (self.begin + self.response.read()).count(b"\n")
            except (OSError, http.client.HTTPException) as error:
                return f"an export that had begun breaks off: {error!r}"
        return None if lines == count else f"an export that had begun has {lines} points of {count}"


class HalfBatch:
    """A batch of which the first half was sent."""

    def __init__(self, server, account, name):
        self.journal = Journal(name)
        maker = Maker(self.journal)
        points = maker.points(100)
        body, content_type = as_ndjson(points)
        self.attempt = maker.insertion(points, "/analytics/batch", body, content_type)
        self.client = Client(server.url, account.token)
        connection = self.client.connection
        connection.putrequest("POST", "/api/v1/analytics/batch")
        for field, value in {
            **self.client.headers,
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Idempotency-Key": self.attempt.key,
        }.items():
            connection.putheader(field, value)
        connection.endheaders(body[: len(body) // 2])

    def wait_until_read(self):
        """Waits until the server has read the half."""
        end = time.monotonic() + READ_LIMIT
        while waiting_bytes(self.client.connection.sock):
            if time.monotonic() > end:
                raise AssertionError(f"the server does not read the half of a batch within {READ_LIMIT} s")
            time.sleep(0.005)

    def fault(self):
        """Sends the rest and reads the answer; what is wrong with it, if anything."""
        self.journal.attempts.append(self.attempt)
        with self.client:
            try:
                self.client.connection.send(self.attempt.body[len(self.attempt.body) // 2 :])
                response = self.client.connection.getresponse()
                self.attempt.answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                return f"a batch whose first half had been sent gets no answer: {error!r}"
        if response.status != 201:
            return f"a batch whose first half had been sent is answered {response.status}: {self.attempt.answer!r}"
        self.attempt.outcome, self.attempt.answered_at = "acknowledged", time.monotonic()
        return None


def waiting_bytes(socket):
    """How many bytes sent to a server on this machine it has not read; none where it closed the connection."""
    try:
        near, far = (f":{address[1]:04X}" for address in (socket.getsockname(), socket.getpeername()))
    except OSError:
        return 0
    for line in pathlib.Path("/proc/self/net/tcp").read_text().splitlines():
        # Of the server's end: number, its address, ours, state, bytes on their way out and in.
        _, local, remote, _, queues, *_ = line.split()
        if local.endswith(far) and remote.endswith(near):
            return int(queues.partition(":")[2], 16)
    return 0
