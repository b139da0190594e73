"""The programs that are measured, and how they are built."""

import dataclasses
import pathlib
import shutil
import subprocess
import sys

from .processes import ROOT, Failure, say

FOLDER = ROOT / "Benchmarks"
BUILD_LIMIT = 3600


@dataclasses.dataclass(frozen=True)
class Programs:
    """Where each is."""

    # The server and its commands.
    server: pathlib.Path = ROOT / ".build" / "release" / "analyticspro"
    # The server that does nothing.
    floor: pathlib.Path = FOLDER / ".build" / "release" / "floor"
    # SQLite without a server.
    sqlite_floor: pathlib.Path = FOLDER / ".build" / "sqlite-floor"


def build(server=None):
    """Builds what is not up to date, in release; the server only where none is given."""
    if shutil.which("wrk") is None:
        raise Failure("wrk is not installed; `make bench` installs what it can.")
    programs = Programs()
    commands = []
    if server is None:
        commands.append([ROOT / "Scripts" / "build"])
    else:
        programs = dataclasses.replace(programs, server=pathlib.Path(server).resolve())
        if not programs.server.is_file():
            raise Failure(f"There is no program {server}.")
    if not _is_current(programs.floor, [FOLDER / "Package.swift", *(FOLDER / "Sources").rglob("*")]):
        # As Scripts/build makes the server.
        options = [] if sys.platform == "darwin" else ["--static-swift-stdlib"]
        commands.append(["swift", "build", "-c", "release", "--package-path", FOLDER, *options])
    source = FOLDER / "sqlite-floor" / "sqlite-floor.c"
    if not _is_current(programs.sqlite_floor, [source]):
        programs.sqlite_floor.parent.mkdir(exist_ok=True)
        commands.append(
            ["cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", programs.sqlite_floor, source, "-lsqlite3"]
        )
    for command in commands:
        _run([str(part) for part in command])
    return programs


def _run(command):
    say(f"Building: {' '.join(command)}")
    try:
        status = subprocess.run(command, cwd=ROOT, stdout=sys.stderr, timeout=BUILD_LIMIT).returncode
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed.") from None
    except subprocess.TimeoutExpired:
        raise Failure(f"{' '.join(command)} took more than {BUILD_LIMIT} s.") from None
    if status != 0:
        raise Failure(f"{' '.join(command)} ended with status {status}.")


def _is_current(program, sources):
    # Like Scripts/build: even a build with nothing to do takes its time.
    return program.exists() and program.stat().st_mtime > max(path.stat().st_mtime for path in sources)
