"""What schemathesis loads: a check of ours, keys that are new, and tokens for the runs that use theirs up."""

import os
import pathlib
import sys
import uuid

import schemathesis

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parents[1] / "Benchmarks")]

from accounts import ALERTS, add_member, register  # noqa: E402

URL = os.environ["CONTRACT_URL"]
# What no generated text would be: a file that an import takes.
FILES = {
    "text/csv": "metric_type,value,recorded_at\nrevenue,12.5,2026-11-22\n",
    "application/x-ndjson": '{"metric_type": "revenue", "value": 12.5, "recorded_at": "2026-11-22"}\n',
}
MEMBERS = 4
FOREVER = 10**9
# Needs a code that was mailed.
NEVER = {"POST /api/v1/auth/password/reset", "POST /api/v1/mail/confirm"}
# The ids of points and rules that were made, each for one request about one, and of alerts that were there.
points = []
rules = []
alerts = list(range(1, ALERTS + 1))
TAKEN = {
    "/api/v1/analytics/{id}": points,
    "/api/v1/alert-rules/{id}": rules,
    "/api/v1/alert-rules/{id}/snooze": rules,
    "/api/v1/alerts/{id}": alerts,
    "/api/v1/alerts/{id}/read": alerts,
    "/api/v1/alerts/{id}/resolve": alerts,
}
MADE = {"POST /api/v1/analytics": points, "POST /api/v1/alert-rules": rules}
# The ends of the links to the charts that were made; none can be guessed.
links = []


@schemathesis.check
class AnswersWell:
    """Each operation succeeds at least once: the other checks also pass where all is refused."""

    def __init__(self):
        self.tried = set()
        self.succeeded = set()

    def after_response(self, context, response, case):
        self.tried.add(case.operation.label)
        if 200 <= response.status_code < 300 and response.request.method == case.operation.method.upper():
            self.succeeded.add(case.operation.label)
            if case.operation.label in MADE:
                MADE[case.operation.label].append(response.json()["data"]["id"])
            if case.operation.label == "POST /api/v1/embeds":
                links.append(response.json()["data"]["url"].rsplit("/", 1)[1].removesuffix(".svg"))

    def after_run(self, context):
        if missing := sorted(self.tried - self.succeeded - NEVER):
            raise AssertionError("These never succeeded: " + ", ".join(missing))


@schemathesis.hook
def before_call(context, case, kwargs):
    """A valid Idempotency-Key is a new one: schemathesis sends one key with many bodies, which is refused rightly.

    So is a valid external id: under one id each point would take the place of the one before, which the next request is
    about. A valid file is one that has data, a valid id that of something that is there."""
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if isinstance(case.body, dict) and isinstance(case.body.get("external_id"), str):
        case.body["external_id"] = str(uuid.uuid4())
    # Once requests follow each other, those before it say which point one is about.
    if links and case.operation.path == "/embed/{link}.svg":
        case.path_parameters["link"] = links[-1]
    taken = TAKEN.get(case.operation.path)
    if taken and case.meta.phase.name.value == "fuzzing":
        case.path_parameters["id"] = taken.pop()
    if case.operation.label.endswith("/imports/{id}/content") and case.media_type in FILES:
        case.body = FILES[case.media_type]


if accounts := os.environ.get("CONTRACT_ACCOUNTS"):

    @schemathesis.auth(refresh_interval=FOREVER)
    class NewAccount:
        """The token of an account that nothing else uses; of another one after each 401."""

        def get(self, case, context):
            token = register(URL)
            if accounts == "with members":
                for _ in range(MEMBERS):
                    add_member(URL, token)
            return token

        def set(self, case, token, context):
            case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.serializer("application/x-ndjson")
def write_lines(_context, value):
    """Sends a body of lines as it was generated."""
    return value if isinstance(value, bytes) else str(value).encode()
