"""The overview of the dashboard, with everything on it: by many at once, and by one after each point that is stored."""

import contextlib

from .. import load
from ..results import share_within
from .reads import load_row

OVERVIEW = "/?period=30"
NAME = "overview"
TARGET = "< 100 ms (10M points)"


def measure(measurement):
    with contextlib.ExitStack() as stack:
        copies = {size: stack.enter_context(measurement.copy(size)) for size in measurement.sizes}
        servers = {size: stack.enter_context(copy.serve()) for size, copy in copies.items()}
        people = {size: copy.log_in(servers[size]) for size, copy in copies.items()}
        turns = [(NAME, size, servers[size].url + OVERVIEW, people[size]) for size in measurement.sizes]
        measurement.take_turns("pages", turns)
        look(measurement, servers, {size: copy.create_token() for size, copy in copies.items()}, people)


def look(measurement, servers, tokens, people):
    """The overview after a point was stored, in turns on servers of different sizes."""
    for _, size in measurement.rounds("looks at the overview", list(servers)):
        url = servers[size].url
        with load.Client(url, tokens[size]) as writer, load.Client(url, people[size]) as browser:
            cold, _ = load.cold_and_warm(writer, OVERVIEW, measurement.settings.cold_reads, browser)
        measurement.append("look_seconds", size, *cold)


def load_rows(results):
    return [load_row(results, NAME, size, NAME) for size in (results.few, results.many)]


def figure_rows(results):
    return [
        [f"overview after a write, one connection, {size:,}", share_within(results.figure("look_seconds", size)), TARGET]
        for size in (results.few, results.many)
    ]
