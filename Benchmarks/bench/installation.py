"""A database of the server's: where it lies, who serves it, what it takes up."""

import os
import secrets
import shutil
import sqlite3
import time

from .load import open_session
from .processes import SECRETS_KEY, Server, output


class Installation:
    """A database with one account, in a folder of its own."""

    EMAIL = "bench@example.com"

    def __init__(self, folder, program):
        self.folder = folder
        self.program = program
        self.database = folder / "analytics.sqlite"

    @property
    def url(self):
        return f"sqlite:{self.database}"

    def serve(self, settings=None):
        self.folder.mkdir(exist_ok=True)
        limits = [part for name in ("auth", "ingest", "other", "pages") for part in (f"--rate-limit-{name}", "1000000000")]
        # Thousands of streams come from this machine, of one user.
        limits += ["--connections-per-address", "0", "--streams-per-user", "0", "--rule-limit", "10000"]
        limits += ["--quota-points-per-day", "0", "--quota-points", "0", "--quota-import-bytes", "0"]
        limits += ["--quota-reports-per-day", "0", "--quota-workspaces", "0"]
        key = {} if self.url.startswith("sqlite:") else SECRETS_KEY
        return Server(
            [self.program, "serve", "--port", "0", *limits],
            self.folder / "server.log",
            {"DATABASE_URL": self.url, **key, **(settings or {})},
        )

    def migrate(self):
        """Makes the tables."""
        self.folder.mkdir(exist_ok=True)
        self._command("migrate")

    def create_user(self):
        self._command("user", "create", "--name", "Bench", "--email", self.EMAIL, "--new-workspace", "Bench")

    def create_token(self):
        return self._command("token", "create", "--email", self.EMAIL)

    def log_in(self, server):
        """A person who looks at the pages of this server: what their browser shows to be let in."""
        email, password = "looker@example.com", secrets.token_urlsafe()
        person = ["--name", "Looker", "--email", email, "--workspace", "Bench", "--password-stdin"]
        output([self.program, "user", "create", *person], {"DATABASE_URL": self.url}, text=password + "\n")
        return open_session(server.url, email, password)

    def import_file(self, path):
        """Imports a CSV file and says how many seconds the command took."""
        started = time.perf_counter()
        self._command("import", str(path))
        return time.perf_counter() - started

    def stored_points(self):
        """How many points there are; no server may be running."""
        return self._value("SELECT COUNT(*) FROM data_point")

    def schema(self):
        """The definitions of all tables and indexes; no server may be running."""
        return self._rows("SELECT name, sql FROM sqlite_master ORDER BY type, name")

    def disk_bytes(self):
        """How long the database's files are, all together."""
        return sum(file.stat().st_size for file in self.folder.glob(self.database.name + "*") if file.is_file())

    def used_bytes(self):
        """How much of the file holds something; no server may be running. An import leaves room that is used later."""
        pages = self._value("PRAGMA page_count") - self._value("PRAGMA freelist_count")
        return pages * self._value("PRAGMA page_size")

    def copy(self, folder):
        """The same data in another folder, safe on disk so that nobody's fsync has to write it later.

        No server may be running on either.
        """
        folder.mkdir()
        copy = Installation(folder, self.program)
        shutil.copyfile(self.database, copy.database)
        with open(copy.database, "rb") as file:
            os.fsync(file.fileno())
        return copy

    def remove(self):
        shutil.rmtree(self.folder)

    def _command(self, *arguments):
        return output([self.program, *arguments], {"DATABASE_URL": self.url})

    def _value(self, sql):
        return self._rows(sql)[0][0]

    def _rows(self, sql):
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()
