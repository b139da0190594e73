"""The disk is full under load: a tmpfs of 32 MiB with a filler, which is then removed.

In every other round the server is killed while the disk is full. What is acknowledged meanwhile, because it found room,
must be there afterwards like everything else.
"""

import errno
import os
import random
import subprocess
import time
from pathlib import Path

from bench.patience import patient
from bench.processes import ending_with_parent

from .aftermath import Aftermath
from .client import register
from .failed_sync import check_reads, seconds_to_write
from .installation import Installation
from .load import Load
from .report import spread

ENGINES = ("sqlite",)

MEBIBYTES = 32
# Bytes that the filler leaves.
LEAST_ROOM, MOST_ROOM = 64 << 10, 2 << 20
FULL_LIMIT = patient(30)


class Impossible(Exception):
    """A small disk cannot be had here."""


class SmallDisk:
    """A tmpfs that only processes of a mount namespace of its own see. Use it in a `with` block."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        if os.geteuid() != 0:
            raise Impossible("mounting a tmpfs needs root")
        self.folder.mkdir(exist_ok=True)
        script = f'mount -t tmpfs -o size={MEBIBYTES}m,mode=700 tmpfs "$1" && echo mounted && exec cat'
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", str(self.folder)]
        try:
            # It keeps the namespace until its input ends.
            self.holder = subprocess.Popen(
                ending_with_parent(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        except FileNotFoundError:
            raise Impossible("unshare is not installed") from None
        if self.holder.stdout.readline() != "mounted\n":
            _, reason = self.holder.communicate()
            raise Impossible(f"a tmpfs cannot be mounted here: {reason.strip()}")
        # What starts a process that sees it, and where we see it.
        self.prefix = ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt"]
        self.seen = Path(f"/proc/{self.holder.pid}/root{self.folder.resolve()}")
        return self

    def __exit__(self, *_):
        self.holder.communicate()

    def fill(self, room):
        """Leaves so many bytes, or fewer where the server takes some meanwhile."""
        with open(self.seen / "filler", "wb") as filler:
            while True:
                status = os.statvfs(self.seen)
                length = status.f_bavail * status.f_frsize - room
                if length <= 0:
                    return
                try:
                    return os.posix_fallocate(filler.fileno(), 0, length)
                except OSError as error:
                    # The server has written since the look at the disk, so that there is less room than there was.
                    if error.errno != errno.ENOSPC:
                        raise

    def make_room(self):
        (self.seen / "filler").unlink()


def run(report, installation, options):
    chance = random.Random(options.seed)
    aftermath = Aftermath(report)
    refused = reads = acknowledged = 0
    recoveries = []
    rounds = options.rounds or (1 if options.quick else 20)
    for number in range(rounds):
        when = f"round {number}"
        try:
            with SmallDisk(installation.folder / "disk") as disk:
                small = Installation(installation.program, disk.folder, disk.prefix, disk.seen)
                load, account, seconds = _fill_under_load(report, when, small, disk, number, chance, options.seed)
                recoveries += seconds
                refused += load.tally["unavailable"]
                reads += load.tally["reads while full"]
                acknowledged += load.tally["acknowledged while full"]
                aftermath.check_tables(when, small)
                with small.serve() as server:
                    aftermath.look(when, server.url, account, load)
                aftermath.check_tables(f"{when}, stopped", small)
        except Impossible as reason:
            report.skip(str(reason))
            return
    report.figure("rounds", rounds)
    aftermath.figures()
    report.figure("requests refused with 503 and Retry-After", refused)
    report.figure("requests acknowledged after the first refusal, which found room", acknowledged)
    report.figure("reads while the disk was full", reads)
    report.figure("from the room to the next acknowledged write", spread(recoveries))


def _fill_under_load(report, when, small, disk, number, chance, seed):
    """The load, its account, and the seconds until writing worked again, where that was waited for."""
    recoveries = []
    with small.serve() as server:
        account = register(server.url, f"round-{number}")
        with Load(server.url, account.token, f"d{seed}-{number}", connections=2) as load:
            time.sleep(chance.uniform(0.1, 0.5))
            disk.fill(chance.randint(LEAST_ROOM, MOST_ROOM))
            limit = time.monotonic() + FULL_LIMIT
            while not load.tally["unavailable"]:
                if time.monotonic() > limit:
                    report.fault(f"{when}: nothing was refused within {FULL_LIMIT} s of a disk being filled")
                    break
                time.sleep(0.005)
            before = {name: load.tally[name] for name in ("reads", "acknowledged")}
            time.sleep(chance.uniform(0.5, 1))
            check_reads(report, when, server, account)
            for name, count in before.items():
                load.tally.add(f"{name} while full", load.tally[name] - count)
            if load.tally["no answer to a read"] or load.tally["no answer"]:
                report.fault(f"{when}: a request got no answer while the disk was full")
            if number % 2 == 0:
                disk.make_room()
                recoveries.append(seconds_to_write(report, when, load))
                time.sleep(chance.uniform(0.1, 0.4))
            server.kill()
            load.stop()
    if number % 2 == 1:
        disk.make_room()
    return load, account, recoveries
