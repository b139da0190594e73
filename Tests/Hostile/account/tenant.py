"""Accounts from addresses of their own, and the healthy tenant whose waits are measured."""

import http.client
import itertools
import json
import time
import urllib.parse

from bench.patience import patient

LIMIT = patient(60)
PASSWORD = "a horse that is correct"
HEALTHY = "127.0.1.1"

# Seconds below which a wait counts as these: what shorter ones differ by is chance.
FLOORS = {
    "ingest": 0.1, "batch": 0.15, "read": 0.1, "login": 0.6, "mail": 2, "webhook": 1.5, "report": 3,
}


class Person:
    """An account that comes from an address of its own."""

    def __init__(self, name, address):
        self.name, self.address = name, address
        self.token = None

    @property
    def email(self):
        return f"{self.name}@example.com"

    def ask(self, url, method, path, body=None, token=None, content_type="application/json", limit=LIMIT):
        """The status and the content of the answer to one request on a connection of its own."""
        connection = self.connect(url, limit)
        try:
            connection.request(method, "/api/v1" + path, self.encoded(body), self.headers(token, body, content_type))
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(content) if content[:1] == b"{" else content

    def connect(self, url, limit=LIMIT):
        parts = urllib.parse.urlsplit(url)
        return http.client.HTTPConnection(parts.hostname, parts.port, limit, source_address=(self.address, 0))

    def headers(self, token=None, body=None, content_type="application/json"):
        headers = {}
        if token or self.token:
            headers["Authorization"] = f"Bearer {token or self.token}"
        if body is not None:
            headers["Content-Type"] = content_type
        return headers

    @staticmethod
    def encoded(body):
        return body if body is None or isinstance(body, bytes) else json.dumps(body).encode()

    def succeed(self, url, method, path, body=None, **more):
        status, content = self.ask(url, method, path, body, **more)
        if status // 100 != 2:
            raise AssertionError(f"{method} {path} of {self.name} is answered {status}: {content}")
        return content

    def register(self, url):
        body = {
            "name": self.name, "email": self.email, "password": PASSWORD, "password_confirmation": PASSWORD,
        }
        self.token = self.succeed(url, "POST", "/auth/register", body)["data"]["token"]

    def tokens(self, url, count):
        """Further tokens; fewer where the server refuses more."""
        found = []
        for number in range(count):
            status, content = self.ask(url, "POST", "/auth/tokens", {"name": f"token {number}", "scopes": ["*"]})
            if status != 201:
                break
            found.append(content["data"]["token"])
        return found


class Tenant:
    """A workspace whose people use everything and wait for it."""

    def __init__(self, url, person, mail, webhooks):
        self.url, self.person, self.mail, self.webhooks = url, person, mail, webhooks
        self.faults = []
        # When it logged in, for the limit of its address.
        self.logins = []
        person.register(url)
        # A token has a limit, so several send in turns.
        tokens = person.tokens(url, 12)
        self.next_token = itertools.cycle(tokens).__next__
        person.succeed(
            url, "POST", "/channels", {"name": "hook", "kind": "webhook", "url": f"http://127.0.0.1:{webhooks.port}/"})
        person.succeed(url, "PATCH", "/auth/me", {"alert_emails": ["critical"]})
        self._confirm_address()
        person.succeed(
            url, "POST", "/alert-rules",
            {
                "name": "negative", "metric_type": "revenue", "operator": "<", "threshold": 0, "severity": "critical",
                "auto_resolve": True,
            })

    def _confirm_address(self):
        """Says that mail is wanted, with the code of the link that was mailed."""
        code = self.mail.code_for(self.person.email, patient(30))
        if not code:
            raise AssertionError("no mail asked whether the address is right")
        self.person.succeed(self.url, "POST", "/mail/confirm", {"code": code})

    def rest(self, rounds):
        """Waits until that many rounds keep within the limit of logins from one address, which is ten a minute."""
        while sum(time.monotonic() - at < 61 for at in self.logins) + rounds > 8:
            time.sleep(1)

    def measure(self, rounds):
        """The longest wait of each kind, in seconds."""
        waits = {}
        for _ in range(rounds):
            for label, wait in (
                ("ingest", self._ingest), ("batch", self._batch), ("read", self._read), ("login", self._login),
                ("mail", self._alert_by_mail), ("webhook", self._alert_by_webhook), ("report", self._report),
            ):
                for seconds in wait():
                    waits[label] = max(waits.get(label, 0), seconds)
        return waits

    def _timed(self, method, path, body=None, expected=(200, 201), **more):
        started = time.monotonic()
        try:
            status, content = self.person.ask(self.url, method, path, body, **more)
        except OSError as error:
            self.faults.append(f"{method} {path} gets no answer: {error}")
            return LIMIT
        if status not in expected:
            self.faults.append(f"{method} {path} is answered {status}: {content}")
        return time.monotonic() - started

    def _ingest(self):
        body = {"metric_type": "orders", "value": 1}
        return [self._timed("POST", "/analytics", body, token=self.next_token()) for _ in range(8)]

    def _batch(self):
        lines = b"metric_type,value\n" + b"orders,1\n" * 100
        return [self._timed("POST", "/analytics/batch", lines, content_type="text/csv", token=self.next_token())]

    def _read(self):
        return [
            self._timed("GET", path, token=self.next_token())
            for _ in range(4)
            for path in ("/analytics/kpi", "/analytics?per_page=10", "/analytics/chart/orders")
        ]

    def _login(self):
        self.logins.append(time.monotonic())
        return [self._timed("POST", "/auth/login", {"email": self.person.email, "password": PASSWORD})]

    def _breach(self):
        self._timed("POST", "/analytics", {"metric_type": "revenue", "value": -1}, token=self.next_token())
        self._timed("POST", "/analytics", {"metric_type": "revenue", "value": 1}, token=self.next_token())

    def _alert_by_mail(self):
        seen, started = self.mail.count(self.person.email), time.monotonic()
        self._breach()
        if not self.mail.wait(self.person.email, seen + 1, LIMIT):
            self.faults.append("no alert came by mail")
        return [time.monotonic() - started]

    def _alert_by_webhook(self):
        seen, started = self.webhooks.count, time.monotonic()
        self._breach()
        if not self.webhooks.wait(seen + 1, LIMIT):
            self.faults.append("no alert came by webhook")
        return [time.monotonic() - started]

    def _report(self):
        started = time.monotonic()
        body = {"name": "Day", "type": "daily"}
        made = self.person.succeed(self.url, "POST", "/reports", body, token=self.next_token())
        path = f"/reports/{made['data']['id']}"
        while time.monotonic() - started < LIMIT:
            status = self.person.succeed(self.url, "GET", path, token=self.next_token())["data"]["status"]
            if status in ("completed", "failed"):
                break
            time.sleep(0.2)
        if status != "completed":
            self.faults.append(f"a report is {status}")
        return [time.monotonic() - started]
