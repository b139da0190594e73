"""A PostgreSQL cluster for the measurement, the server on it, and what PostgreSQL does without us: the floors."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.parse

from . import batches, copy_load, load, machine, points
from .installation import Installation
from .processes import ROOT, Failure, output

SCRIPT = ROOT / "Scripts" / "postgres"


def is_installed():
    return subprocess.run([SCRIPT, "find"], capture_output=True).returncode == 0


class Cluster:
    """A cluster with the settings of its package, on the project's disk and syncing it. Use it in a `with` block."""

    def __init__(self, folder):
        self.folder = folder
        self.programs = pathlib.Path(output([SCRIPT, "find"]))

    def __enter__(self):
        # It runs as another user, who must be able to enter what lies above.
        os.chmod(self.folder.parent, 0o755)
        # It is no child of ours, so the script has to see to it that it ends with us.
        self.url = output([SCRIPT, "start", "--until-exit-of", os.getpid(), self.folder])
        return self

    def __exit__(self, *_):
        # It is no child of ours, so the time that it used would count as somebody else's.
        machine.OtherWork.ours_elsewhere += self._processor_seconds()
        output([SCRIPT, "stop", self.folder, "fast"])

    def database(self, name):
        """The URL of a database on it."""
        return urllib.parse.urlsplit(self.url)._replace(path="/" + name).geturl()

    def run(self, sql, database="postgres"):
        return self.program("psql", database, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql)

    def program(self, name, database, *arguments):
        """One of PostgreSQL's own programs on a database; what it prints."""
        return output([self.programs / name, *arguments], self.connection(database))

    def connection(self, database):
        """How its own programs reach a database: not in their arguments, which everyone on the machine can read."""
        parts = urllib.parse.urlsplit(self.url)
        return {
            "PGHOST": parts.hostname,
            "PGPORT": str(parts.port),
            "PGUSER": parts.username,
            "PGPASSWORD": parts.password,
            "PGDATABASE": database,
        }

    def remove(self):
        """Its data; it must not be running."""
        shutil.rmtree(self.folder)

    def _processor_seconds(self):
        try:
            pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
            children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except (OSError, ValueError):
            return 0
        return sum(machine.processor_seconds(process) for process in [pid, *children])


class PostgresInstallation(Installation):
    """A database of the server's on a cluster, with one account."""

    def __init__(self, folder, program, cluster, name):
        super().__init__(folder, program)
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

    TABLE = "floor_point"

    def __init__(self, installation):
        self.cluster = installation.cluster
        self.name = installation.name
        self.cluster.run(f"CREATE TABLE {self.TABLE} (LIKE data_point INCLUDING ALL)", self.name)
        self.first_id = (points.today() - batches.EPOCH).days << batches.POINT_SEQUENCE_BITS

    def empty(self):
        self.cluster.run(f"TRUNCATE {self.TABLE}", self.name)

    def stored_rows(self):
        return int(self.cluster.run(f"SELECT COUNT(*) FROM {self.TABLE}", self.name))

    def single_rows(self, seconds):
        """pgbench with 32 clients that insert a row and commit it, again and again; rows a second."""
        self.empty()
        script = self.cluster.folder.parent / "insert.sql"
        # Each client counts for itself, so that the server has nothing to do but to insert.
        script.write_text(
            f"""
\\set n :n + 1
\\set id {self.first_id} + :client_id * 100000000 + :n
INSERT INTO {self.TABLE} (workspace_id, metric, id, value, category_id, source, created_at)
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
        self.empty()
        started = time.perf_counter()
        self.cluster.run(f"\\copy {self.TABLE} FROM '{file}' (FORMAT csv)", self.name)
        return time.perf_counter() - started

    def copied_batches(self, batches, connections, seconds):
        """Batches of lines of CSV, each a transaction, on some connections; the load."""
        return copy_load.copy(self.cluster, self.name, self.TABLE, batches, connections, seconds)


def write_rows(installation, file):
    """The rows of the server's own table as a CSV file, in the order in which they were stored."""
    bits = (1 << batches.POINT_SEQUENCE_BITS) - 1
    installation.cluster.run(
        f"\\copy (SELECT * FROM data_point ORDER BY id & {bits}) TO '{file}' (FORMAT csv)", installation.name
    )


@contextlib.contextmanager
def installation(folder, program):
    """A cluster in a folder, with an installation on it whose folder is beside."""
    with Cluster(folder / "cluster") as cluster:
        yield PostgresInstallation(folder / "postgres", program, cluster, "bench")
