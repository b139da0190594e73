"""The list of points: the first page, and one behind nine tenths of all points, by cursor."""

from .. import load
from ..measurement import LIST
from ..results import spread
from .reads import load_row


def measure(measurement):
    many = measurement.settings.many
    with measurement.copy(many) as copy, copy.serve() as server:
        token = copy.create_token()
        path, behind = deep_page(server, token, many)
        turns = [
            ("list, page 1", many, server.url + LIST, token),
            ("list, deep", many, server.url + path, token),
        ]
        measurement.take_turns("lists", turns)
    measurement.note("deep_page_behind", many, behind)


def deep_page(server, token, size):
    """The path of a page that is far behind the first, and how many points come before it."""
    with load.Client(server.url, token) as client:
        page = client.json(f"{LIST}&page={size * 9 // 10 // 30}")
    return f"{LIST}&cursor={page['meta']['next_cursor']}", page["meta"]["to"]


def load_rows(results):
    return [
        load_row(results, "list, page 1", results.many, "list, page 1"),
        load_row(results, "list, deep", results.many, "list, deep by cursor"),
    ]


def figure_rows(results):
    behind = results.figure("deep_page_behind", results.many)
    ratios = results.ratios(("list, page 1", results.many), ("list, deep", results.many))
    return [[f"list, cost of the page behind {behind:,} points against page 1", spread(ratios), "0.9 to 1.1"]]
