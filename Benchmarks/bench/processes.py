"""Starts programs and ends them. Only processes started here are ever ended, each by its id."""

import contextlib
import functools
import os
import pathlib
import re
import resource
import select
import shutil
import subprocess
import sys
import tempfile
import time

from .patience import patient

ROOT = pathlib.Path(__file__).resolve().parents[2]

START_LIMIT = patient(60)
STOP_LIMIT = patient(45)
COMMAND_LIMIT = patient(600)

# The variables that a program needs of the caller's. The server takes its settings from variables, so no other reaches it.
INHERITED = "PATH HOME USER LANG LC_ALL TZ TMPDIR LD_LIBRARY_PATH".split()

# A key for the secrets of a server on PostgreSQL, where none is made and without one no webhook is taken.
SECRETS_KEY = {"SECRETS_KEY": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="}

# For tests of anything but passwords: the server hashes them at almost no cost.
CHEAP_PASSWORDS = {"PASSWORD_COST": "ln=4,r=1,p=1"}


class Failure(Exception):
    """What ends the measurement, in words for the terminal."""


def raise_open_files():
    """Lets this process, and those that it starts, open as many files as the system allows; how many that is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return 1 << 20 if most == resource.RLIM_INFINITY else most


def say(line):
    print(line, file=sys.stderr, flush=True)


def environment(settings=None):
    """The variables of a program: a few of the caller's, and the given ones."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, **(settings or {})}


@functools.cache
def binder():
    """What makes the kernel kill a program when its parent ends: setpriv of util-linux 2.33 or later; else nothing."""
    command = ["setpriv", "--pdeathsig", "KILL", "--"]
    if sys.platform != "linux" or not shutil.which("setpriv"):
        return []
    return command if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode == 0 else []


def ending_with_parent(command):
    """A command whose process the kernel kills when this process ends, however it ended.

    The signal comes when the thread ends that started the command, so start it from the main thread. setpriv executes the
    command, as nsenter, prlimit and unshare do, so the process keeps its id.
    """
    return [*binder(), *(str(part) for part in command)]


def output(command, settings=None, text=""):
    """What a command prints that reads this text, once it has ended well."""
    command = [str(part) for part in command]
    name = " ".join(part for part in command[:2])
    try:
        done = subprocess.run(
            command,
            env=environment(settings),
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=COMMAND_LIMIT,
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"{name} took more than {COMMAND_LIMIT} s.") from None
    if done.returncode != 0:
        raise Failure(f"{name} ended with status {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout.strip()


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


class Process:
    """A program that runs until it is stopped. Use it in a `with` block of the main thread, which ends it.

    A subclass says in `wait_until_ready` when it is ready, and sets `url`.
    """

    url = None

    def __init__(self, command, log, settings=None):
        self.command = [str(part) for part in command]
        self.settings = settings or {}
        self.log = pathlib.Path(log)

    def __enter__(self):
        started = time.perf_counter()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ending_with_parent(self.command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment(self.settings),
                # Ctrl-C reaches us alone, and we end it.
                start_new_session=True,
            )
        try:
            self.wait_until_ready(time.monotonic() + START_LIMIT)
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

    def not_ready(self, reason):
        return Failure(f"{self.command[0]} {reason}:\n{self.log.read_text()[-2000:]}")


class Server(Process):
    """A process that prints `Listening on URL`."""

    def wait_until_ready(self, limit):
        printed = b""
        while True:
            found = re.search(rb"Listening on (\S+)\n", printed)
            if found:
                self.url = found[1].decode()
                return
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, limit - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 4096) if readable else b""
            if not piece:
                raise self.not_ready("ended" if readable else f"was not ready within {START_LIMIT} s")
            printed += piece
