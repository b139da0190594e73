"""The mixed load: writers of four kinds, each with its journal, a reader, and rules whose alerts somebody resolves."""

import datetime
import json
import random
import threading
import time
from decimal import Decimal

from . import alerts
from .client import Client, NoAnswer, NotConnected
from .journal import ABSENT, Attempt, Journal, Point, Tally

METRICS = ("revenue", "users", "orders", "conversion_rate", "bounce_rate", "session_duration", "page_views")
CATEGORIES = ("Software", "Hardware", "Services, other", 'The "rest"', "Bücher", None)
# How many days back from today the points lie.
DAYS = 20
# How many points a batch has at most: most of them, and one in ten.
SMALL_BATCH, LARGE_BATCH = 40, 300
READS = (
    "/analytics/kpi",
    "/analytics/kpi?period=30",
    "/analytics/chart/revenue?period=14",
    "/analytics/categories",
    "/analytics?per_page=50",
    "/analytics?metric_type=orders&per_page=5&page=2",
)


class Load:
    """Runs from the start of a `with` block until `stop`, or its end.

    `connections` is how many writers there are of each kind. Everything is made by a generator with a seed, but for
    how far each thread comes.
    """

    def __init__(self, url, token, seed, connections=1, kinds=None):
        self.url = url
        self.token = token
        self.tally = Tally()
        # What no server may answer; it fails whatever is tested.
        self.unexpected = []
        self.ended = threading.Event()
        writers = [kind for kind in kinds or KINDS for _ in range(connections)]
        self.journals = [Journal(f"{seed}-{number}") for number in range(len(writers))]
        self.threads = [
            threading.Thread(target=self._run, args=(kind, journal), daemon=True)
            for kind, journal in zip(writers, self.journals)
        ]
        self.threads.append(alerts.Resolver(url, token, seed, self.ended).thread)
        self.threads.append(threading.Thread(target=self._read, args=(random.Random(f"{seed}-reader"),), daemon=True))

    def __enter__(self):
        alerts.make_rules(self.url, self.token)
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Waits until every request has come to an end."""
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def points(self, outcome):
        return sum(journal.points(outcome) for journal in self.journals)

    def _run(self, kind, journal):
        maker = Maker(journal)
        with Client(self.url, self.token) as client:
            while not self.ended.is_set():
                kind(self, client, maker)

    def attempt(self, client, journal, attempt):
        """Makes an attempt and notes its outcome; the answer, if there is one."""
        journal.attempts.append(attempt)
        attempt.begun_at = time.monotonic()
        try:
            answer = client.ask(attempt.method, attempt.path, attempt.body, attempt.content_type, attempt.key)
        except NotConnected:
            # Not even tried.
            journal.attempts.pop()
            self.ended.wait(0.01)
            return None
        except NoAnswer as error:
            attempt.sent_at, attempt.answered_at, attempt.has_begun = error.sent_at, None, error.has_begun
            self.tally.add("no answer")
            return None
        attempt.sent_at, attempt.answered_at, attempt.has_begun = answer.sent_at, answer.answered_at, True
        note(attempt, answer)
        if attempt.outcome == "acknowledged":
            self.tally.add("acknowledged")
        elif is_unavailable(answer):
            self.tally.add("unavailable")
            # As somebody would who was told to try again later, but sooner.
            self.ended.wait(0.02)
        else:
            self._note_unexpected(f"{attempt.method} {attempt.path}", answer)
        return answer

    def _read(self, random):
        with Client(self.url, self.token) as client:
            while not self.ended.is_set():
                path = random.choice(READS)
                try:
                    answer = client.ask("GET", path)
                except NotConnected:
                    self.ended.wait(0.01)
                except NoAnswer:
                    self.tally.add("no answer to a read")
                else:
                    if answer.status == 200 and answer.json["data"] is not None:
                        self.tally.add("reads")
                    else:
                        self._note_unexpected(f"GET {path}", answer)

    def _note_unexpected(self, request, answer):
        self.unexpected.append(f"{request} is answered {answer.status}: {answer.body[:200]!r}")
        self.ended.wait(0.05)


def note(attempt, answer):
    """What an answer says of an attempt. 5xx says nothing of what is stored, only that nothing is promised."""
    attempt.answer = answer.body
    if answer.status // 100 == 2:
        attempt.outcome = "acknowledged"
    elif answer.status // 100 == 4:
        attempt.outcome = "refused"


def is_unavailable(answer):
    """Whether it is the refusal of a server that cannot write now, with all that belongs to it."""
    return (
        answer.status == 503
        and (answer.headers["Retry-After"] or "").isdecimal()
        and answer.json["code"] in ("unavailable", "outcome_unknown")
    )


class Maker:
    """Makes the requests of one writer."""

    def __init__(self, journal):
        self.journal = journal
        self.random = random.Random(journal.writer)
        self.count = 0
        # Points that the writer knows to be stored, with their ids.
        self.stored = []

    def points(self, number):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.count += 1
        return [
            Point(
                self.random.choice(METRICS),
                self.value(),
                (today - datetime.timedelta(days=self.random.randrange(DAYS))).isoformat(),
                self.random.choice(CATEGORIES),
                f"{self.journal.writer}-{self.count}-{index}",
            )
            for index in range(number)
        ]

    def value(self):
        return Decimal(self.random.randint(-100_000_000, 1_000_000_000)) / 10_000

    def insertion(self, points, path, body, content_type="application/json", has_key=True):
        # The source of the first is unlike every other, so it serves as key too.
        key = points[0].source if has_key else None
        return Attempt("POST", path, body, content_type, key, {point.source: point for point in points})

    def single(self, has_key):
        [point] = self.points(1)
        return self.insertion([point], "/analytics", json.dumps(fields(point)).encode(), has_key=has_key)

    def batch(self):
        most = LARGE_BATCH if self.random.random() < 0.1 else SMALL_BATCH
        points = self.points(self.random.randint(2, most))
        body, content_type = self.random.choice(FORMATS)(points)
        return self.insertion(points, "/analytics/batch", body, content_type)

    def correction(self, number, point):
        after = Point(point.metric, self.value(), point.day, self.random.choice(CATEGORIES), point.source)
        body = json.dumps({"value": str(after.value), "category": after.category}).encode()
        return Attempt("PATCH", f"/analytics/{number}", body, "application/json", None, {point.source: after})

    def removal(self, number, point):
        return Attempt("DELETE", f"/analytics/{number}", None, "application/json", None, {point.source: ABSENT})


def fields(point):
    """A point as the API takes it; its value as a text, which is exact."""
    return {
        "metric_type": point.metric,
        "value": str(point.value),
        "recorded_at": point.day,
        "category": point.category,
        "source": point.source,
    }


def as_json(points):
    return json.dumps({"records": [fields(point) for point in points]}).encode(), "application/json"


def as_ndjson(points):
    return "".join(json.dumps(fields(point)) + "\n" for point in points).encode(), "application/x-ndjson"


def as_csv(points):
    lines = ["metric_type,value,recorded_at,category,source"]
    for point in points:
        category = '"' + (point.category or "").replace('"', '""') + '"'
        lines.append(f"{point.metric},{point.value},{point.day},{category},{point.source}")
    return "\n".join(lines).encode(), "text/csv"


FORMATS = (as_json, as_ndjson, as_csv)


# The kinds of writers: each makes one attempt or some that belong together.


def singles_with_keys(load, client, maker):
    load.attempt(client, maker.journal, maker.single(has_key=True))


def singles_without_keys(load, client, maker):
    load.attempt(client, maker.journal, maker.single(has_key=False))


def batches(load, client, maker):
    load.attempt(client, maker.journal, maker.batch())


def corrections(load, client, maker):
    """Stores points, and changes or removes one that it knows to be stored."""
    attempt = maker.single(has_key=True)
    answer = load.attempt(client, maker.journal, attempt)
    if attempt.outcome == "acknowledged":
        [point] = attempt.effect.values()
        maker.stored.append((answer.json["data"]["id"], point))
    if not maker.stored:
        return
    number, point = maker.stored.pop(maker.random.randrange(len(maker.stored)))
    if maker.random.random() < 0.5:
        attempt = maker.correction(number, point)
        load.attempt(client, maker.journal, attempt)
        if attempt.outcome == "acknowledged":
            maker.stored.append((number, attempt.effect[point.source]))
    else:
        load.attempt(client, maker.journal, maker.removal(number, point))


KINDS = (singles_with_keys, singles_without_keys, batches, corrections)


def repeat_unknown(client, journals):
    """Repeats what ended unknown and has a key; how many requests that were, and what went wrong."""
    repeated, faults = 0, []
    for journal in journals:
        for attempt in journal.attempts:
            if attempt.outcome == "unknown" and attempt.key is not None:
                answer = client.ask(attempt.method, attempt.path, attempt.body, attempt.content_type, attempt.key)
                repeated += 1
                note(attempt, answer)
                if answer.status != 201:
                    faults.append(f"{attempt.key} repeated is answered {answer.status}: {answer.body[:200]!r}")
    return repeated, faults


def repeat_last(client, journals):
    """Repeats the last acknowledged request of each writer with keys: the answer must be the first one's."""
    faults = []
    for journal in journals:
        keyed = [attempt for attempt in journal.attempts if attempt.key and attempt.outcome == "acknowledged"]
        for attempt in keyed[-1:]:
            answer = client.ask(attempt.method, attempt.path, attempt.body, attempt.content_type, attempt.key)
            is_same = answer.status == 201 and answer.body == attempt.answer
            if not is_same or answer.headers["Idempotency-Replayed"] != "true":
                faults.append(f"{attempt.key} repeated is answered otherwise: {answer.status} {answer.body[:200]!r}")
    return faults
