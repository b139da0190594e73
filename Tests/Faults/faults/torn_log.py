"""The last bytes of the write-ahead log are cut off or changed, as by a disk that tore a write when the power went.

That loses transactions, acknowledged ones too: no database can keep what its disk did not. But what is left must be
whole: every transaction up to some moment and none after it.

No damage goes further back than to what a checkpoint began to copy into the file, because that was synced before.
"""

import dataclasses
import random
import struct
import time

from . import recount
from .client import Client, register
from .journal import Journal, judge
from .load import Load, Maker
from .report import spread

ENGINES = ("sqlite",)

LOG_HEADER, FRAME_HEADER = 32, 24
KINDS = ("cut", "bit", "zeros", "noise")


def run(report, installation, options):
    chance = random.Random(options.seed)
    kills = options.rounds or (1 if options.quick else 20)
    variants = 6 if options.quick else 10
    damages = losing = lost = 0
    most, ready = 0, []
    for number in range(kills):
        # A kill right behind a checkpoint leaves nothing that could be damaged.
        start = end = 0
        while end <= start:
            installation.renew()
            load, account = _kill_under_load(installation, f"t{options.seed}-{number}", chance)
            start, end = tail(installation)
        for variant in range(variants):
            # As often of a few bytes as of many.
            length = min(int(2 ** chance.uniform(0, (end - start).bit_length())), end - start)
            kind = KINDS[variant % len(KINDS)]
            copy = installation.copy(installation.folder / "torn")
            damage(copy, kind, end, length, chance)
            when = f"kill {number}, {kind} in the last {length} bytes"
            missing, seconds = _check(report, when, copy, account, load)
            copy.remove()
            damages, losing, lost = damages + 1, losing + bool(missing), lost + missing
            most = max(most, length)
            ready.append(seconds)
    report.figure("damages, each to a copy of the files", damages)
    report.figure("longest, in bytes", most)
    report.figure("time to ready", spread(ready))
    report.figure("damages that took acknowledged points", losing)
    report.figure("points that they took", lost)


def _kill_under_load(installation, name, chance):
    # The account is in the file, so that no damage to the log takes it.
    with installation.serve() as server:
        account = register(server.url, "torn")
    with installation.serve() as server:
        with Load(server.url, account.token, name) as load:
            time.sleep(chance.uniform(0.2, 0.8))
            server.kill()
            load.stop()
    return load, account


def tail(installation):
    """From where to where the log may be damaged, by the index that the killed process left."""
    index = (installation.folder / (installation.database.name + "-shm")).read_bytes()
    page_size, last_frame = struct.unpack_from("=HI", index, 14)
    # The number of frames that the running or last checkpoint set out to copy.
    (copied,) = struct.unpack_from("=I", index, 128)
    frame = FRAME_HEADER + page_size
    return LOG_HEADER + copied * frame, LOG_HEADER + last_frame * frame


def damage(copy, kind, end, length, chance):
    """Damages the last bytes before an end, behind which the log is cut off."""
    log = copy.folder / (copy.database.name + "-wal")
    content = bytearray(log.read_bytes()[:end])
    if kind == "cut":
        del content[-length:]
    elif kind == "bit":
        content[-chance.randint(1, length)] ^= 1 << chance.randrange(8)
    elif kind == "zeros":
        content[-length:] = bytes(length)
    else:
        content[-length:] = chance.randbytes(length)
    log.write_bytes(content)


def _check(report, when, copy, account, load):
    """How many acknowledged points are missing, and the seconds to ready."""
    with copy.serve() as server, Client(server.url, account.token) as client:
        seconds = server.seconds_to_ready
        records = recount.exported(client)
        faults = _faults(load.journals, records)
        faults += recount.compare_answers(client, records)
        attempt = Maker(Journal("after")).single(has_key=True)
        answer = client.ask(attempt.method, attempt.path, attempt.body, key=attempt.key)
        if answer.status != 201:
            faults.append(f"a write afterwards is answered {answer.status}: {answer.body[:200]!r}")
    if server.process.returncode != 0:
        faults.append(f"the server ended with status {server.process.returncode}")
    for fault in faults + copy.check()[0]:
        report.fault(f"{when}: {fault}")
    present = {record["source"] for record in records}
    missing = sum(
        None not in states and source not in present
        for journal in load.journals
        for source, states in journal.states().items()
    )
    return missing, seconds


def _faults(journals, records):
    # Any attempt may be undone, so each point may be whatever it was at some time.
    undecided = []
    for journal in journals:
        copy = Journal(journal.writer)
        copy.attempts = [
            dataclasses.replace(attempt, outcome="refused" if attempt.outcome == "refused" else "unknown")
            for attempt in journal.attempts
        ]
        undecided.append(copy)
    faults = judge(undecided, records).faults()
    present = {record["source"] for record in records}
    for journal in journals:
        made = [attempt for attempt in journal.attempts if attempt.makes and attempt.outcome == "acknowledged"]
        if all(attempt.makes for attempt in journal.attempts):
            # Made one after the other, so none can be there behind one that is missing.
            is_present = [all(source in present for source in attempt.effect) for attempt in made]
            if is_present != sorted(is_present, reverse=True):
                faults.append(f"of the writer {journal.writer} something later is there without something earlier")
    return faults
