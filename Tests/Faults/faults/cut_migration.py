"""The first start is cut off while it makes the tables; then the server must start and have the same tables as ever.

On SQLite it is killed at each change of a file, in the middle where that is a write: at the first, at the second, and
so on until a start comes through; of the starts after that every third is cut too. On PostgreSQL, whose files are
another program's, it is killed at moments.
"""

import random
import threading
import time

from bench.processes import Failure

from .client import Client, register
from .preload import failing_disk
from .report import spread

ENGINES = ("sqlite", "postgres")
QUICK_ENGINES = ("sqlite",)

# Of all cuts a quick run takes one in so many.
QUICK_STEP = 40


def run(report, installation, options):
    chance = random.Random(options.seed)
    with installation.serve() as server:
        uncut = server.seconds_to_ready
    schema = installation.schema()
    cut = _cut_at_changes if installation.engine == "sqlite" else _cut_at_moments
    cuts, ready = cut(report, installation, options, schema, chance, uncut)
    report.figure("starts cut off", cuts)
    report.figure("time to ready of the start that came through", spread(ready))
    if not cuts:
        report.fault("no start was cut off")


def _cut_at_changes(report, installation, options, schema, chance, _):
    library = failing_disk(installation.folder.parent)
    cuts, ready = 0, []
    step = QUICK_STEP if options.quick else 1
    number = chance.randint(1, step)
    while True:
        installation.renew()
        if _comes_through(installation, {**library, "FAULT_KILL_AT": str(number)}):
            break
        cuts += 1
        if number % 3 == 0:
            cuts += not _comes_through(installation, {**library, "FAULT_KILL_AT": str(chance.randint(1, 40))})
        ready.append(_check(report, f"cut at change {number}", installation, schema))
        number += step
    report.figure("changes of files in a first start", f"at least {number - step}" if step > 1 else number - 1)
    return cuts, ready


def _cut_at_moments(report, installation, options, schema, chance, uncut):
    cuts, ready = 0, []
    for number in range(options.rounds or (5 if options.quick else 50)):
        installation.renew()
        seconds = chance.uniform(0, uncut)
        cuts += not _comes_through(installation, kill_after=seconds)
        ready.append(_check(report, f"cut after {1000 * seconds:.1f} ms", installation, schema))
    return cuts, ready


def _comes_through(installation, settings=None, kill_after=None):
    """Whether a start that may be cut off comes so far that the server is ready."""
    server = installation.serve(settings)
    killer = threading.Thread(target=_kill, args=(server, kill_after), daemon=True)
    if kill_after is not None:
        killer.start()
    try:
        with server:
            if kill_after is not None:
                killer.join()
                server.kill()
            return True
    except Failure:
        if server.process.returncode != -9:
            raise
        return False


def _kill(server, seconds):
    while not hasattr(server, "process"):
        time.sleep(0.0005)
    time.sleep(seconds)
    server.kill()


def _check(report, when, installation, schema):
    """The seconds to ready of a start that nobody cuts off."""
    with installation.serve() as server:
        seconds = server.seconds_to_ready
        account = register(server.url, "first")
        with Client(server.url, account.token) as client:
            client.succeed("POST", "/analytics", {"metric_type": "revenue", "value": 1.5})
            if client.read("/analytics")["meta"]["total"] != 1:
                report.fault(f"{when}: the first data point is not in the list")
    if installation.schema() != schema:
        report.fault(f"{when}: the tables are not those of a first start that is not cut off")
    for fault in installation.check()[0]:
        report.fault(f"{when}: {fault}")
    return seconds
