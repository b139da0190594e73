"""PostgreSQL's COPY as psql sends it: each batch a transaction of its own, acknowledged before the next."""

import contextlib
import subprocess

from . import batch_load
from .patience import patient
from .processes import ending_with_parent, environment

END_LIMIT = patient(10)


def copy(cluster, database, table, batches, connections, seconds):
    """Copies batches of lines of CSV into a table for some seconds, or until there are no more."""
    with contextlib.ExitStack() as stack:
        senders = []
        for _ in range(connections):
            senders.append(_Psql(cluster, database, table))
            stack.callback(senders[-1].close)
        return batch_load.run(senders, batches, seconds)


class _Psql:
    """A session that is told on its standard input what to copy."""

    def __init__(self, cluster, database, table):
        self.command = f"COPY {table} FROM STDIN (FORMAT csv);\n".encode()
        self.process = subprocess.Popen(
            ending_with_parent([cluster.programs / "psql", "-X", "-v", "ON_ERROR_STOP=1"]),
            env=environment(cluster.connection(database)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.send(b"")

    def send(self, lines):
        self.process.stdin.write(self.command)
        self.process.stdin.write(lines)
        self.process.stdin.write(b"\\.\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        expected = f"COPY {lines.count(10)}\n".encode()
        return None if answer == expected else f"psql said {answer.decode(errors='replace').strip()!r}"

    def close(self):
        if self.process.poll() is None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
            try:
                self.process.wait(END_LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
