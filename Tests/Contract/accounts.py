"""Makes accounts over HTTP, for the runs and for what happens in them."""

import json
import urllib.error
import urllib.request
import uuid

from bench.patience import patient
from bench.processes import Failure

# An account that there is, and the password of every account. The document's examples of a login and of a change of
# password have these, so that they succeed: no generated request would find them.
EMAIL = "ada@example.com"
PASSWORD = "correct horse battery"
# How many alerts the first run finds.
ALERTS = 400
# How long any request may take, in seconds.
ANSWER_LIMIT = patient(30)


def ask(url, method, path, token=None, body=None):
    """The `data` of an answer that succeeds."""
    request = urllib.request.Request(f"{url}/api/v1{path}", method=method)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_LIMIT) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        raise Failure(f"{method} {path} answers {error.code}: {error.read().decode(errors='replace')}") from None
    except OSError as error:
        raise Failure(f"{method} {path} gets no answer: {error}") from None


def register(url, email=None, **more):
    """A new account's token, of form `1|…`."""
    body = {
        "name": "Ada Lovelace",
        "email": email or f"{uuid.uuid4().hex}@example.com",
        "password": PASSWORD,
        "password_confirmation": PASSWORD,
        **more,
    }
    return ask(url, "POST", "/auth/register", body=body)["token"]


def add_member(url, token):
    """Takes one more into the workspace that a token belongs to."""
    email = f"{uuid.uuid4().hex}@example.com"
    invitation = ask(url, "POST", "/users/invitations", token=token, body={"email": email, "role": "viewer"})
    register(url, email, invitation=invitation["code"])
