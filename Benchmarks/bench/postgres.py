"""A PostgreSQL cluster for the measurement, the server on it, and what PostgreSQL does without us: the floors."""

import contextlib
import datetime
import os
import pathlib
import re
import subprocess
import time
import urllib.parse

from . import load
from .processes import COMMAND_LIMIT, ROOT, SETTINGS, Failure, Installation

SCRIPT = ROOT / "Scripts" / "postgres"
POINT_SEQUENCE_BITS = 37


class Cluster:
    """A cluster with the settings of its package, on the project's disk and syncing it. Use it in a `with` block."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        # It runs as another user, who must be able to enter what lies above.
        os.chmod(self.folder.parent, 0o755)
        self.url = _output([SCRIPT, "start", self.folder])
        self.programs = pathlib.Path(_output([SCRIPT, "find"]))
        return self

    def __exit__(self, *_):
        _output([SCRIPT, "stop", self.folder, "immediate"])

    def database(self, name):
        """The URL of a database on it."""
        return urllib.parse.urlsplit(self.url)._replace(path="/" + name).geturl()

    def run(self, sql, database="postgres"):
        return self.program("psql", database, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql)

    def program(self, name, database, *arguments):
        """One of PostgreSQL's own programs on a database; what it prints."""
        parts = urllib.parse.urlsplit(self.url)
        # Not in the arguments, which everyone on the machine can read.
        environment = {
            "PGHOST": parts.hostname,
            "PGPORT": str(parts.port),
            "PGUSER": parts.username,
            "PGPASSWORD": parts.password,
            "PGDATABASE": database,
        }
        return _output([self.programs / name, *arguments], environment)


class PostgresInstallation(Installation):
    """A database of the server's on a cluster, with one account."""

    def __init__(self, folder, cluster, name):
        super().__init__(folder)
        self.cluster = cluster
        self.name = name
        cluster.run(f"CREATE DATABASE {name}")

    @property
    def url(self):
        return self.cluster.database(self.name)

    def disk_bytes(self):
        return int(self.cluster.run("SELECT pg_total_relation_size('data_point')", self.name))

    def checkpoint(self):
        """Has everything written, so that nobody's run has to do it."""
        self.cluster.run("CHECKPOINT")
        os.sync()


class Floor:
    """A table equal to ours, filled by PostgreSQL's own programs."""

    def __init__(self, installation):
        self.cluster = installation.cluster
        self.name = installation.name
        self.cluster.run("CREATE TABLE floor_point (LIKE data_point INCLUDING ALL)", self.name)
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.first_id = (today - datetime.date(1970, 1, 1)).days << POINT_SEQUENCE_BITS
        self.runs = 0

    def single_rows(self, seconds):
        """pgbench with 32 clients that insert a row and commit it, again and again; rows a second."""
        self.cluster.run("TRUNCATE floor_point", self.name)
        self.runs += 1
        script = self.cluster.folder.parent / "insert.sql"
        # Each client counts for itself, so that the server has nothing to do but to insert.
        script.write_text(
            f"""
\\set n :n + 1
\\set id {self.first_id} + :client_id * 100000000 + :n
INSERT INTO floor_point (workspace_id, metric, id, value, category_id, source, created_at)
VALUES (1, 1 + :n % 7, :id, :n % 977 * 10000, 1 + :n % 6, NULL, {int(time.time() * 1000)});
"""
        )
        printed = self.cluster.program(
            "pgbench", self.name, "-n", "-M", "prepared", "-c", str(load.CONNECTIONS), "-j", str(load.THREADS),
            "-T", str(seconds), "-D", "n=0", "-f", str(script),
        )
        failed = re.search(r"number of failed transactions: (\d+)", printed)
        rate = re.search(r"^tps = ([\d.]+)", printed, re.MULTILINE)
        if not rate or (failed and int(failed[1])):
            raise Failure(f"pgbench went wrong:\n{printed}")
        return float(rate[1])

    def copied_rows(self, file):
        """psql's \\copy of a file of rows in one transaction; seconds."""
        self.cluster.run("TRUNCATE floor_point", self.name)
        started = time.perf_counter()
        self.cluster.run(f"\\copy floor_point FROM '{file}' (FORMAT csv)", self.name)
        return time.perf_counter() - started


def write_rows(installation, file):
    """The rows of the server's own table as a CSV file, in the order in which they were stored."""
    bits = (1 << POINT_SEQUENCE_BITS) - 1
    installation.cluster.run(
        f"\\copy (SELECT * FROM data_point ORDER BY id & {bits}) TO '{file}' (FORMAT csv)", installation.name
    )


def _output(command, environment=None):
    inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    try:
        done = subprocess.run(
            [str(part) for part in command],
            env={**inherited, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=COMMAND_LIMIT,
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"{command[0]} took more than {COMMAND_LIMIT} s.") from None
    if done.returncode != 0:
        raise Failure(f"{command[0]} ended with status {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout.strip()


@contextlib.contextmanager
def installation(folder):
    """A cluster in a folder, with an installation on it whose folder is beside."""
    with Cluster(folder / "cluster") as cluster:
        yield PostgresInstallation(folder / "postgres", cluster, "bench")
