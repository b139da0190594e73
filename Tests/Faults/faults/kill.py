"""kill -9 under load, again and again, on one database.

Each round has a workspace of its own, so that all of it can be looked at; that nothing changes in those of earlier
rounds is seen by their sums in every round, and by all of their records at the end.
"""

import dataclasses
import random
import time

from .aftermath import Aftermath
from .client import Account, Client, register
from .load import Load
from .report import spread

ENGINES = ("sqlite", "postgres")

# Seconds from the start of the load to the end of the server.
SHORTEST, LONGEST = 0.2, 3
# So that a database stays small enough to be counted again in every round.
ROUNDS_ON_A_DATABASE = 25


@dataclasses.dataclass
class Round:
    """A round that is over."""

    account: Account
    journals: list
    # How many points its workspace has.
    count: int
    # See recount.contents(); None before it was looked at.
    contents: tuple | None = None


def run(report, installation, options):
    chance = random.Random(options.seed)
    aftermath = Aftermath(report)
    longest = 1 if options.quick else LONGEST
    times = [chance.uniform(SHORTEST, longest) for _ in range(options.rounds or _rounds(installation, options))]
    ready = []
    for first in range(0, len(times), ROUNDS_ON_A_DATABASE):
        if first > 0:
            installation.renew()
        ready += _run_on_a_database(aftermath, installation, times[first : first + ROUNDS_ON_A_DATABASE], options.seed)
    report.figure("rounds", len(times))
    aftermath.figures()
    report.figure("time to ready", spread(ready))


def _rounds(installation, options):
    if options.quick:
        return 2 if installation.engine == "sqlite" else 1
    return 200 if installation.engine == "sqlite" else 50


def _run_on_a_database(aftermath, installation, times, seed):
    """Seconds to ready of each round."""
    ready, rounds = [], []
    server = installation.serve().__enter__()
    try:
        for number, seconds in enumerate(times):
            account = register(server.url, f"round-{number}")
            load = _kill_under_load(server, account, f"k{seed}-{number}", seconds)
            _check_tables(aftermath, f"round {number}", installation, rounds)
            server = installation.serve().__enter__()
            ready.append(server.seconds_to_ready)
            count = aftermath.look(f"round {number}", server.url, account, load)
            rounds.append(Round(account, load.journals, count))
        for number, round_ in enumerate(rounds):
            with Client(server.url, round_.account.token) as client:
                aftermath.judge(f"round {number}, at the end", round_.journals, client)
    finally:
        server.stop()
    if server.process.returncode != 0:
        aftermath.report.fault(f"the last server ended with status {server.process.returncode}")
    _check_tables(aftermath, "the end", installation, rounds)
    return ready


def _kill_under_load(server, account, name, seconds):
    with Load(server.url, account.token, name, connections=2) as load:
        time.sleep(seconds)
        server.kill()
        load.stop()
    server.stop()
    return load


def _check_tables(aftermath, when, installation, rounds):
    """The tables as the killed server left them, and whether the workspaces of earlier rounds are what they were."""
    contents = aftermath.check_tables(when, installation)
    for number, round_ in enumerate(rounds):
        found = contents.get(round_.account.workspace_id, (0, 0, 0))
        if contents and (found[0] != round_.count or found != (round_.contents or found)):
            aftermath.report.fault(f"{when}: the workspace of round {number} has other points than before")
        round_.contents = found
