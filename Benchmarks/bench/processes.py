"""Builds the programs, starts and ends them. Only processes started here are ever ended, each by its id."""

import contextlib
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build" / "release" / "analyticspro"
FOLDER = ROOT / "Benchmarks"
FLOOR = FOLDER / ".build" / "release" / "floor"

BUILD_LIMIT = 3600
START_LIMIT = 60
STOP_LIMIT = 45
COMMAND_LIMIT = 600

# Variables by which the server takes settings; the caller's own must not reach it.
SETTINGS = (
    "HOST PORT DATABASE_URL DATABASE_CONNECTIONS PUBLIC_URL REGISTRATION RATE_LIMIT_AUTH RATE_LIMIT_INGEST RATE_LIMIT_OTHER "
    "TRUSTED_PROXIES CORS_ORIGINS BODY_LIMIT SMTP_URL MAIL_FROM WEBHOOK_ALLOW LOG_LEVEL"
).split()


class Failure(Exception):
    """What ends the measurement, in words for the terminal."""


def say(line):
    print(line, file=sys.stderr, flush=True)


def build():
    """Builds both programs in release."""
    for tool in ("swift", "wrk"):
        if shutil.which(tool) is None:
            raise Failure(f"{tool} is not installed; `make bench` installs what it can.")
    say("Building both programs in release, where they are not up to date…")
    commands = [[str(ROOT / "Scripts" / "build")]]
    if not _is_floor_current():
        commands.append(["swift", "build", "-c", "release", "--package-path", str(FOLDER)])
    for command in commands:
        try:
            status = subprocess.run(command, cwd=ROOT, stdout=sys.stderr, timeout=BUILD_LIMIT).returncode
        except subprocess.TimeoutExpired:
            raise Failure(f"{' '.join(command)} took more than {BUILD_LIMIT} s.") from None
        if status != 0:
            raise Failure(f"{' '.join(command)} ended with status {status}.")


def _is_floor_current():
    # Like Scripts/build: even a build with nothing to do takes its time.
    sources = [FOLDER / "Package.swift", *(FOLDER / "Sources").rglob("*")]
    return FLOOR.exists() and FLOOR.stat().st_mtime > max(path.stat().st_mtime for path in sources)


@contextlib.contextmanager
def temporary_folder():
    """A folder on the project's disk, because /tmp may be memory, where fsync costs nothing."""
    parent = ROOT / ".build"
    parent.mkdir(exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """A process that prints `Listening on URL`. Use it in a `with` block, which ends it."""

    def __init__(self, command, log, settings=None):
        self.command = [str(part) for part in command]
        self.settings = settings or {}
        self.log = pathlib.Path(log)

    def __enter__(self):
        environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        environment |= self.settings
        started = time.perf_counter()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                # Ctrl-C reaches us alone, and we end it.
                start_new_session=True,
            )
        try:
            self.url = self._listening_url()
        except BaseException:
            self.stop()
            raise
        self.seconds_to_ready = time.perf_counter() - started
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends it as an operator would, or by force when that does not help."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise Failure(f"{self.command[0]} did not end within {STOP_LIMIT} s of SIGTERM.") from None
        self.process.stdout.close()

    @property
    def pid(self):
        return self.process.pid

    def memory(self, field):
        """Bytes by a field of /proc/PID/status, such as VmRSS; None where there is no such file."""
        try:
            status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return None
        found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
        return int(found[1]) * 1024 if found else None

    def _listening_url(self):
        limit = time.monotonic() + START_LIMIT
        output = b""
        while True:
            found = re.search(rb"Listening on (\S+)\n", output)
            if found:
                return found[1].decode()
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, limit - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 4096) if readable else b""
            if not piece:
                reason = "ended" if readable else f"was not ready within {START_LIMIT} s"
                raise Failure(f"{self.command[0]} {reason}:\n{self.log.read_text()[-2000:]}")
            output += piece


def floor(folder):
    """The server that does nothing."""
    return Server([FLOOR, "0"], folder / "floor.log")


class Installation:
    """A database of the server's with one account, in a folder of its own."""

    EMAIL = "bench@example.com"

    def __init__(self, folder):
        self.folder = folder
        self.database = folder / "analytics.sqlite"

    @property
    def url(self):
        return f"sqlite:{self.database}"

    def serve(self):
        self.folder.mkdir(exist_ok=True)
        limits = [part for name in ("auth", "ingest", "other") for part in (f"--rate-limit-{name}", "1000000000")]
        return Server(
            [PROGRAM, "serve", "--port", "0", *limits],
            self.folder / "server.log",
            {"DATABASE_URL": self.url},
        )

    def create_user(self):
        self._command("user", "create", "--name", "Bench", "--email", self.EMAIL, "--new-workspace", "Bench")

    def create_token(self):
        return self._command("token", "create", "--email", self.EMAIL).strip()

    def import_file(self, path):
        """Imports a CSV file and says how many seconds the command took."""
        started = time.perf_counter()
        self._command("import", str(path))
        return time.perf_counter() - started

    def disk_bytes(self):
        """How long the database's files are, all together."""
        return sum(file.stat().st_size for file in self.folder.glob(self.database.name + "*") if file.is_file())

    def copy(self, folder):
        """The same data in another folder, safe on disk so that nobody's fsync has to write it later.

        No server may be running on either.
        """
        folder.mkdir()
        copy = Installation(folder)
        shutil.copyfile(self.database, copy.database)
        with open(copy.database, "rb") as file:
            os.fsync(file.fileno())
        return copy

    def remove(self):
        shutil.rmtree(self.folder)

    def _command(self, *arguments):
        environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        environment["DATABASE_URL"] = self.url
        command = [str(PROGRAM), *arguments]
        try:
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                timeout=COMMAND_LIMIT,
            )
        except subprocess.TimeoutExpired:
            raise Failure(f"analyticspro {arguments[0]} took more than {COMMAND_LIMIT} s.") from None
        if done.returncode != 0:
            raise Failure(f"analyticspro {arguments[0]} ended with status {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout
