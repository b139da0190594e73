"""What a client tried and what it was told: the truth that the server is held against.

It lies in the memory of the client, which no fault touches.
"""

import collections
import dataclasses
import threading
from decimal import Decimal

ABSENT = None


@dataclasses.dataclass(frozen=True)
class Point:
    """A data point; no two that are tried have the same source."""

    metric: str
    value: Decimal
    day: str
    category: str | None
    source: str

    @staticmethod
    def of(record):
        """From what the API calls a record."""
        return Point(
            record["metric_type"], Decimal(record["value"]), record["recorded_at"], record["category"], record["source"]
        )


@dataclasses.dataclass
class Attempt:
    """A request that stores, changes or removes points; `outcome` is what the client knows of it."""

    method: str
    path: str
    body: bytes | None
    content_type: str
    key: str | None
    # By source: what each point is afterwards, ABSENT for one that is removed.
    effect: dict
    outcome: str = "unknown"
    answer: bytes | None = None
    # When the client began with it.
    begun_at: float | None = None
    # When all of it was handed to the system and when the whole answer was there, None where that did not happen.
    sent_at: float | None = None
    answered_at: float | None = None
    # Whether at least a part of an answer came.
    has_begun: bool = False

    @property
    def makes(self):
        return self.method == "POST"


class Journal:
    """The attempts of one writer, in the order in which it made them; it makes one at a time."""

    def __init__(self, writer):
        self.writer = writer
        self.attempts = []

    def states(self):
        """By source: the set of what a point may be. An attempt whose outcome is unknown leaves both."""
        states = {}
        for attempt in self.attempts:
            for source, after in attempt.effect.items():
                before = states.get(source, {ABSENT})
                if attempt.outcome == "acknowledged":
                    states[source] = {after}
                elif attempt.outcome == "refused":
                    states[source] = before
                else:
                    states[source] = before | {after}
        return states

    def points(self, outcome):
        """How many points were to be stored by the attempts of an outcome."""
        return sum(len(attempt.effect) for attempt in self.attempts if attempt.makes and attempt.outcome == outcome)


class Tally:
    """Counts by name, from several threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.counts = collections.Counter()

    def add(self, name, number=1):
        with self.lock:
            self.counts[name] += number

    def __getitem__(self, name):
        with self.lock:
            return self.counts[name]


@dataclasses.dataclass
class Verdict:
    """What a comparison of journals with what is stored found."""

    # Acknowledged and not there.
    lost: list = dataclasses.field(default_factory=list)
    # There more than once.
    duplicated: list = dataclasses.field(default_factory=list)
    # There, and never tried, or refused.
    stray: list = dataclasses.field(default_factory=list)
    # There as something that it cannot be.
    wrong: list = dataclasses.field(default_factory=list)
    # Stored in part.
    torn: list = dataclasses.field(default_factory=list)

    def faults(self):
        """In words; none where all is well."""
        return [
            f"{len(found)} {name}: {', '.join(map(str, found[:5]))}{', …' if len(found) > 5 else ''}"
            for name, found in vars(self).items()
            if found
        ]


def judge(journals, records):
    """Compares journals with the records that are stored; all of a workspace's are given."""
    verdict = Verdict()
    stored = {}
    for record in records:
        point = Point.of(record)
        if point.source in stored:
            verdict.duplicated.append(point.source)
        stored[point.source] = point
    known = set()
    for journal in journals:
        states = journal.states()
        known |= states.keys()
        for source, possible in states.items():
            found = stored.get(source, ABSENT)
            if found in possible:
                continue
            if found is ABSENT:
                verdict.lost.append(source)
            elif possible == {ABSENT}:
                verdict.stray.append(source)
            else:
                verdict.wrong.append(source)
        for attempt in journal.attempts:
            if attempt.makes and len(attempt.effect) > 1:
                present = sum(source in stored for source in attempt.effect)
                if 0 < present < len(attempt.effect):
                    verdict.torn.append(f"{present} of {len(attempt.effect)} of {attempt.key}")
    verdict.stray += stored.keys() - known
    return verdict
