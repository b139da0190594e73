"""A server with its database, that faults are done to."""

import shutil
import signal

from bench.processes import CHEAP_PASSWORDS, SECRETS_KEY, Server

from . import recount

# Beyond what any load here reaches, with the counting on.
UNLIMITED = [part for name in ("auth", "ingest", "other", "pages") for part in (f"--rate-limit-{name}", "1000000000")]
# All clients come from this machine.
UNLIMITED += ["--connections-per-address", "0", "--quota-workspaces", "0", "--quota-points-per-day", "0"]
STEPS = "SELECT version, name FROM schema_migration ORDER BY version"


class Victim(Server):
    """The server. Use it in a `with` block, which ends it."""

    def kill(self):
        """Ends it without warning; returns once it is gone."""
        self.process.kill()
        self.process.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    @property
    def is_running(self):
        return self.process.poll() is None


class Installation:
    """A SQLite file in a folder of its own.

    `prefix` is a command that starts the server's own, `seen` where the folder of the database is seen from here if
    the server sees it elsewhere.
    """

    engine = "sqlite"

    def __init__(self, program, folder, prefix=(), seen=None):
        self.program = program
        self.folder = folder
        self.prefix = list(prefix)
        self.database = folder / "analytics.sqlite"
        self.seen = seen or folder
        folder.mkdir(exist_ok=True)

    @property
    def url(self):
        return f"sqlite:{self.database}"

    def serve(self, settings=None, flags=UNLIMITED):
        key = {} if self.engine == "sqlite" else SECRETS_KEY
        return Victim(
            [*self.prefix, self.program, "serve", "--port", "0", *flags],
            self.folder / "server.log",
            {"DATABASE_URL": self.url, "WEBHOOK_ALLOW": "127.0.0.0/8", **key, **CHEAP_PASSWORDS, **(settings or {})},
        )

    def copy(self, folder):
        """The file and its log as they lie there, in another folder; no server may be running."""
        copy = Installation(self.program, folder)
        for name in (self.database.name, self.database.name + "-wal"):
            if (self.seen / name).exists():
                shutil.copyfile(self.seen / name, folder / name)
        return copy

    def schema(self):
        """Everything that a schema is made of, and which steps led to it; no server may be running."""
        with recount.opened(self.database) as query:
            return query("SELECT type, name, sql FROM sqlite_master ORDER BY type, name"), query(STEPS)

    def remove(self):
        shutil.rmtree(self.folder)

    def renew(self):
        """Begins anew, with nothing."""
        self.remove()
        self.folder.mkdir()

    def check(self):
        """What is wrong with the tables, and what they contain; no server may be running.

        It looks at a copy, so that the next start finds the files as the last end left them.
        """
        copy = self.copy(self.folder / "checked")
        try:
            faults = recount.check_file(copy.database)
            if faults:
                return faults, {}
            with recount.opened(copy.database) as query:
                return [], recount.contents(query)
        finally:
            copy.remove()


class PostgresInstallation(Installation):
    """A database on a cluster; the cluster itself suffers no fault."""

    engine = "postgres"

    def __init__(self, program, folder, cluster, name):
        super().__init__(program, folder)
        self.cluster = cluster
        self.name = name
        cluster.run(f"CREATE DATABASE {name}")

    def renew(self):
        self.cluster.run(f"DROP DATABASE {self.name} WITH (FORCE)")
        self.cluster.run(f"CREATE DATABASE {self.name}")

    @property
    def url(self):
        return self.cluster.database(self.name)

    def schema(self):
        columns = """SELECT table_name, column_name, data_type, is_nullable, column_default
                     FROM information_schema.columns
                     WHERE table_schema = 'public'
                     ORDER BY table_name, ordinal_position"""
        constraints = """SELECT conrelid::regclass, conname, pg_get_constraintdef(oid)
                         FROM pg_constraint
                         WHERE connamespace = 'public'::regnamespace
                         ORDER BY conrelid::regclass::text, conname"""
        indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"
        return [self.query(sql) for sql in (columns, constraints, indexes, STEPS)]

    def query(self, sql):
        return [line.split("|") for line in self.cluster.run(sql, self.name).splitlines()]

    def check(self):
        faults = recount.compare_tables(self.query)
        return faults, {} if faults else recount.contents(self.query)
