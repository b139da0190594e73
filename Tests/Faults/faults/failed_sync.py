"""fsync and fdatasync fail with EIO under load.

Then they work again and the server is killed under load. In every other round it is killed while they fail, after the
load: what was refused last is then still in the log, where nothing was written over it.
"""

import random
import time

from bench.patience import patient

from .aftermath import Aftermath
from .client import Client, register
from .load import Load, is_unavailable
from .preload import failing_disk
from .report import spread

ENGINES = ("sqlite",)

WRITE_LIMIT = patient(10)


def run(report, installation, options):
    chance = random.Random(options.seed)
    aftermath = Aftermath(report)
    rounds = options.rounds or (2 if options.quick else 20)
    flag = installation.folder / "sync-fails"
    settings = failing_disk(installation.folder) | {"FAULT_SYNC_FAILS": str(flag)}
    refused = reads = acknowledged = 0
    recoveries = []
    for number in range(rounds):
        when = f"round {number}"
        with installation.serve(settings) as server:
            account = register(server.url, f"round-{number}")
            with Load(server.url, account.token, f"s{options.seed}-{number}", connections=2) as load:
                time.sleep(chance.uniform(0.2, 0.6))
                reads -= load.tally["reads"]
                flag.touch()
                failing = time.monotonic()
                time.sleep(chance.uniform(0.3, 0.8))
                check_reads(report, when, server, account)
                check_refusals(report, when, server, account)
                reads += load.tally["reads"]
                if load.tally["no answer to a read"] or load.tally["no answer"]:
                    report.fault(f"{when}: a request got no answer while syncs failed")
                working = time.monotonic()
                if number % 2 == 0:
                    flag.unlink()
                    recoveries.append(seconds_to_write(report, when, load))
                    time.sleep(chance.uniform(0.1, 0.4))
                else:
                    load.stop()
                server.kill()
                load.stop()
        flag.unlink(missing_ok=True)
        refused += load.tally["unavailable"]
        acknowledged += acknowledged_between(load, failing, working)
        aftermath.check_tables(when, installation)
        with installation.serve() as server:
            aftermath.look(when, server.url, account, load)
    report.figure("rounds", rounds)
    aftermath.figures()
    report.figure("requests refused with 503 and Retry-After", refused)
    report.figure("writes acknowledged while syncs failed", acknowledged, must_be=0)
    report.figure("reads while syncs failed", reads)
    report.figure("from the last failure to the next acknowledged write", spread(recoveries))


def acknowledged_between(load, start, end):
    """How many attempts were begun after a moment and acknowledged before another."""
    return sum(
        attempt.outcome == "acknowledged" and attempt.begun_at > start and attempt.answered_at < end
        for journal in load.journals
        for attempt in journal.attempts
    )


def check_reads(report, when, server, account):
    """Reads must work while nothing can be written, also those whose answers are not in memory."""
    with Client(server.url, account.token) as client:
        for path in ("/auth/me", "/analytics/kpi?period=14", "/analytics?per_page=7", "/analytics/export?format=csv"):
            answer = client.ask("GET", path)
            if answer.status != 200:
                report.fault(f"{when}: GET {path} is answered {answer.status}: {answer.body[:200]!r}")


def check_refusals(report, when, server, account):
    """Other writes must be refused in the same way as those of the load."""
    with Client(server.url, account.token) as client:
        for method, path, body in (
            ("POST", "/auth/tokens", b'{"name": "one more"}'),
            ("PATCH", "/workspace", b'{"name": "Another name"}'),
        ):
            answer = client.ask(method, path, body)
            if not is_unavailable(answer):
                report.fault(f"{when}: {method} {path} is answered {answer.status}: {answer.body[:200]!r}")


def seconds_to_write(report, when, load):
    """How long it takes from now to the next acknowledged write."""
    started, before = time.monotonic(), load.tally["acknowledged"]
    while load.tally["acknowledged"] == before:
        if time.monotonic() - started > WRITE_LIMIT:
            report.fault(f"{when}: nothing was acknowledged within {WRITE_LIMIT} s of the end of the fault")
            break
        time.sleep(0.001)
    return time.monotonic() - started
