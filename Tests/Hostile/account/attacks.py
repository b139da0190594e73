"""The attacks: each is what one account can send, kept up for as long as the block lasts."""

import contextlib
import socket
import threading
import urllib.parse

from bench.patience import patient

# No attack waits longer for one answer; the server is what is measured, not the attacker.
LIMIT = patient(20)


class Attack:
    """Threads that send until the block ends, and what came of it."""

    def __init__(self, url, person, tenant):
        self.url, self.person, self.tenant = url, person, tenant
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.statuses = {}
        self.threads, self.sockets = [], []

    def __enter__(self):
        self.prepare()
        for number in range(self.width):
            thread = threading.Thread(target=self._repeat, args=(number,), daemon=True)
            thread.start()
            self.threads.append(thread)
        return self

    def __exit__(self, *_):
        self.ended.set()
        for connection in self.sockets:
            connection.close()
        for thread in self.threads:
            thread.join(LIMIT)

    width = 1

    def prepare(self):
        pass

    def act(self, number):
        """Sends once; its value is the status of the answer."""

    def _repeat(self, number):
        while not self.ended.is_set():
            status = None
            with contextlib.suppress(OSError):
                status = self.act(number)
            with self.lock:
                self.statuses[status] = self.statuses.get(status, 0) + 1
            # One that is refused or does nothing more does not ask in a loop without a pause.
            self.ended.wait(0.02 if status in (200, 201, 202) else 0.2)

    def ask(self, method, path, body=None, **more):
        return self.person.ask(self.url, method, path, body, limit=LIMIT, **more)

    @property
    def tally(self):
        counts = sorted((str(status or "none"), count) for status, count in self.statuses.items())
        return "answers " + (", ".join(f"{count} × {status}" for status, count in counts) or "none")

    def open(self, content):
        """A connection on which something was sent and nothing more comes."""
        parts = urllib.parse.urlsplit(self.url)
        connection = socket.create_connection(
            (parts.hostname, parts.port), LIMIT, source_address=(self.person.address, 0))
        self.sockets.append(connection)
        connection.sendall(content)
        return connection

    def head(self, method, path, more, token=None):
        lines = [f"{method} /api/v1{path} HTTP/1.1", "Host: localhost"]
        lines += [f"{name}: {value}" for name, value in {**self.person.headers(token), **more}.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Rules(Attack):
    """Rules that batches break and let recover in turns, with channels."""

    width = 2

    def prepare(self):
        for number in range(5):
            self.ask(
                "POST", "/channels",
                {
                    "name": f"channel {number}", "kind": "webhook",
                    "url": f"http://127.0.0.1:{self.tenant.webhooks.port}/hang",
                })
        for number in range(40):
            self.ask(
                "POST", "/alert-rules",
                {
                    "name": f"rule {number}", "metric_type": "revenue", "operator": "<", "threshold": 100,
                    "severity": "critical", "auto_resolve": True,
                })
        self.batch = b"metric_type,value\n" + b"revenue,1\nrevenue,200\n" * 5_000

    def act(self, number):
        return self.ask("POST", "/analytics/batch", self.batch, content_type="text/csv")[0]


class Tokens(Attack):
    """Tokens that make tokens, which all send."""

    width = 4

    def prepare(self):
        self.tokens = [self.person.token]

    def act(self, number):
        token = self.tokens[(len(self.statuses) + number) % len(self.tokens)]
        status, content = self.ask("POST", "/auth/tokens", {"name": "more", "scopes": ["*"]}, token=token)
        if status == 201:
            self.tokens.append(content["data"]["token"])
        self.ask("POST", "/analytics", {"metric_type": "orders", "value": 1}, token=token)
        return status

    @property
    def tally(self):
        return f"{len(self.tokens)} tokens, {super().tally}"


class Guesses(Attack):
    """Guesses of a password on forty connections."""

    width = 40

    def prepare(self):
        self.tokens = [self.person.token, *self.person.tokens(self.url, 20)]

    def act(self, number):
        body = {
            "current_password": f"wrong guess {number}", "password": "a horse of another colour",
            "password_confirmation": "a horse of another colour",
        }
        return self.ask("PATCH", "/auth/password", body, token=self.tokens[number % len(self.tokens)])[0]


class Logins(Attack):
    """Logins with wrong passwords on twenty connections."""

    width = 20

    def act(self, number):
        return self.ask("POST", "/auth/login", {"email": self.person.email, "password": f"wrong {number}"})[0]


class Mails(Attack):
    """Tests of channels that mail strangers."""

    width = 2

    def prepare(self):
        recipients = [f"stranger{number}@strangers.example" for number in range(20)]
        status, content = self.ask(
            "POST", "/channels", {"name": "mail", "kind": "email", "recipients": recipients})
        self.channel = content["data"]["id"] if status == 201 else 0

    def act(self, number):
        return self.ask("POST", f"/channels/{self.channel}/test")[0]

    @property
    def tally(self):
        return f"{self.tenant.mail.strangers('strangers.example')} strangers got mail, {super().tally}"


class Webhooks(Attack):
    """Tests of webhooks whose receiver never answers."""

    width = 2

    def prepare(self):
        self.channels = []
        for number in range(20):
            status, content = self.ask(
                "POST", "/channels",
                {
                    "name": f"hang {number}", "kind": "webhook",
                    "url": f"http://127.0.0.1:{self.tenant.webhooks.port}/hang",
                })
            if status == 201:
                self.channels.append(content["data"]["id"])

    def act(self, number):
        total = sum(self.statuses.values())
        return self.ask("POST", f"/channels/{self.channels[total % len(self.channels)]}/test")[0]


class Reports(Attack):
    """Reports as fast as they are taken."""

    width = 4

    def act(self, number):
        return self.ask("POST", "/reports", {"name": "Much", "type": "monthly"})[0]


class HalfBatches(Attack):
    """Batches that are sent by half and held."""

    def prepare(self):
        lines = b"orders,1\n" * 9_990
        head = self.head(
            "POST", "/analytics/batch", {"Content-Type": "text/csv", "Content-Length": len(lines) + 1_000})
        for _ in range(22):
            with contextlib.suppress(OSError):
                self.open(head + b"metric_type,value\n" + lines)


class HalfBodies(Attack):
    """Bodies of a megabyte that are sent but for their end."""

    def prepare(self):
        self.tokens = [self.person.token, *self.person.tokens(self.url, 10)]
        for number in range(240):
            head = self.head(
                "POST", "/analytics", {"Content-Type": "application/json", "Content-Length": 1_000_000},
                self.tokens[number % len(self.tokens)])
            with contextlib.suppress(OSError):
                self.open(head + b" " * 999_000)


class Unread(Attack):
    """Exports and streams that are never read."""

    def prepare(self):
        lines = b"metric_type,value\n" + b"orders,1\n" * 9_990
        for _ in range(5):
            self.ask("POST", "/analytics/batch", lines, content_type="text/csv")
        for number in range(50):
            path = "/analytics/export?format=csv" if number % 2 else "/events"
            with contextlib.suppress(OSError):
                self.open(self.head("GET", path, {}))


class RareSource(Attack):
    """Lists by a source that no data point has."""

    width = 8

    def prepare(self):
        lines = b"metric_type,value\n" + b"orders,1\n" * 9_990
        for _ in range(10):
            self.ask("POST", "/analytics/batch", lines, content_type="text/csv")

    def act(self, number):
        return self.ask("GET", "/analytics?source=none")[0]


ALL = [
    Rules, Tokens, Guesses, Logins, Mails, Webhooks, Reports, HalfBatches, HalfBodies, Unread, RareSource,
]


def chosen(quick):
    return [Rules, Guesses, HalfBatches, HalfBodies] if quick else ALL
