"""The API as a program uses it, to do things behind a page's back and to hold pages against."""

import json
import time
import urllib.error
import urllib.request
from decimal import Decimal

from bench.patience import patient

LIMIT = patient(60)


class API:
    """Requests with a token."""

    def __init__(self, url, token=None):
        self.url = url
        self.token = token

    def send(self, method, path, body=None, content_type="application/json"):
        """The bytes of an answer that succeeds."""
        request = urllib.request.Request(f"{self.url}/api/v1{path}", method=method)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("Content-Type", content_type)
            request.data = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=LIMIT) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(
                f"{method} {path} is answered {error.code}: {error.read().decode(errors='replace')}"
            ) from None

    def whole(self, method, path, body=None):
        """The answer's JSON, with every number exact."""
        return json.loads(self.send(method, path, body), parse_float=Decimal)

    def ask(self, method, path, body=None):
        """The answer's `data`."""
        return self.whole(method, path, body)["data"]

    def point(self, metric, value, **more):
        """Stores a data point; when that was answered, in milliseconds as a page's clock counts them."""
        self.send("POST", "/analytics", {"metric_type": metric, "value": value, **more})
        return time.time() * 1000
