"""What the figures were measured on."""

import datetime
import os
import pathlib
import platform
import re
import subprocess

from .patience import patient
from .processes import ROOT

COMMAND_LIMIT = patient(60)


def describe(folder):
    """The machine, the versions and the moment, as names and texts."""
    return {
        "date": datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z"),
        "commit": _commit(),
        "cores": f"{_cores()} × {_processor()}",
        "memory": _memory(),
        "kernel": f"{platform.system()} {platform.release()}",
        "file system": _file_system(folder),
        "swift": _first_line("swift", "--version"),
    }


class OtherWork:
    """How much of the cores others use in a `with` block, in which every process that we start also ends."""

    # From 0 to 1; None where that cannot be known.
    share = None
    # Seconds of processors that processes used which we started, and which are no children of ours.
    ours_elsewhere = 0

    def __enter__(self):
        self.before = self._times()
        return self

    def __exit__(self, *_):
        after = self._times()
        if self.before and after:
            used, ours, total = (end - start for start, end in zip(self.before, after))
            self.share = max(0, (used - ours) / total) if total else None

    @staticmethod
    def _times():
        try:
            first = pathlib.Path("/proc/stat").read_text().splitlines()[0]
        except OSError:
            return None
        # user, nice, system, idle, iowait, irq, softirq, steal. A process's own time holds the interrupts it is used for.
        times = [int(field) / os.sysconf("SC_CLK_TCK") for field in first.split()[1:9]]
        own = os.times()
        ours = own.user + own.system + own.children_user + own.children_system + OtherWork.ours_elsewhere
        return sum(times) - times[3] - times[4], ours, sum(times)


def processor_seconds(pid):
    """What a process and those of its children that have ended used so far; 0 where it is gone."""
    try:
        # Behind the name, which may hold anything: state, …, utime, stime, cutime, cstime.
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _first_line(*command):
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=COMMAND_LIMIT)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return (done.stdout.splitlines() or ["unknown"])[0] if done.returncode == 0 else "unknown"


def _commit():
    commit = _first_line("git", "rev-parse", "--short=12", "HEAD")
    if commit == "unknown":
        return commit
    done = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, timeout=COMMAND_LIMIT
    )
    return commit + (" with changes" if done.stdout else "")


def _cores():
    # Not all of the machine's may be ours.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _processor():
    try:
        found = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        return found[1] if found else platform.machine()
    except OSError:
        return platform.processor() or platform.machine()


def _memory():
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (ValueError, OSError):
        return "unknown"


def _file_system(folder):
    try:
        lines = pathlib.Path("/proc/self/mounts").read_text().splitlines()
    except OSError:
        return "unknown"
    path = str(folder.resolve())
    best = ("", "unknown")
    for line in lines:
        mount, kind = line.split()[1:3]
        if (path == mount or path.startswith(mount.rstrip("/") + "/")) and len(mount) >= len(best[0]):
            best = (mount, kind)
    return best[1]
