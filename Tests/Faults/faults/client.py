"""Requests to the server, of which each ends in an answer or is known to have none."""

import dataclasses
import http.client
import json
import time
import urllib.parse
from decimal import Decimal

from bench.patience import patient

LIMIT = patient(30)


class NoAnswer(Exception):
    """A request without a whole answer: what became of it is unknown.

    `sent_at` is when the last of its bytes was handed to the system, None where that did not happen; `has_begun` says
    whether a part of an answer came.
    """

    def __init__(self, cause, sent_at, has_begun):
        super().__init__(str(cause) or type(cause).__name__)
        self.sent_at = sent_at
        self.has_begun = has_begun


class NotConnected(Exception):
    """Nobody listens: the request was not sent."""


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    sent_at: float
    answered_at: float

    @property
    def json(self):
        """With every number exact."""
        return json.loads(self.body, parse_float=Decimal)


class Client:
    """One connection that is kept alive, and made anew after a failure."""

    def __init__(self, url, token=None, limit=LIMIT):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=limit)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, method, path, body=None, content_type="application/json", key=None):
        """Raises NoAnswer, or NotConnected."""
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = content_type
        if key is not None:
            headers["Idempotency-Key"] = key
        if self.connection.sock is None:
            try:
                self.connection.connect()
            except OSError as error:
                self.connection.close()
                raise NotConnected(str(error)) from None
        sent_at, has_begun = None, False
        try:
            self.connection.request(method, "/api/v1" + path, body, headers)
            sent_at = time.monotonic()
            response = self.connection.getresponse()
            has_begun = True
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            raise NoAnswer(error, sent_at, has_begun) from None
        return Answer(response.status, response.headers, content, sent_at, time.monotonic())

    def read(self, path):
        """What a GET that must succeed answers."""
        return self.succeed("GET", path).json

    def succeed(self, method, path, body=None):
        answer = self.ask(method, path, None if body is None else json.dumps(body).encode())
        if answer.status // 100 != 2:
            raise AssertionError(f"{method} {path} is answered {answer.status}: {answer.body[:500]!r}")
        return answer


@dataclasses.dataclass
class Account:
    """Somebody with a workspace of their own."""

    token: str
    workspace_id: int


def register(url, name):
    """A new account."""
    password = "a horse that is correct"
    body = {
        "name": name,
        "email": f"{name}@example.com",
        "password": password,
        "password_confirmation": password,
    }
    with Client(url) as client:
        data = client.succeed("POST", "/auth/register", body).json["data"]
        return Account(data["token"], data["user"]["workspace"]["id"])
