"""Makes the report of the raw results: what it was measured on, what went wrong, and the tables."""

from .parts.batches import batch_table
from .parts.export import export_table
from .parts.large import large_table
from .parts.postgres import postgres_table
from .plan import PARTS
from .results import Results, table

# From this share of the cores on, others' work on the machine is pointed out.
BUSY = 0.05

# The parts that have a table of their own.
TABLES = {"batches": batch_table, "export": export_table, "postgres": postgres_table, "large": large_table}


def text(raw):
    results = Results(raw)
    parts = [_surroundings(raw), _problems(raw), _loads(results), _figures(results)]
    parts += [make(results) for name, make in TABLES.items() if results.has(name)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _surroundings(raw):
    described = [f"{name}: {value}" for name, value in raw["machine"].items()]
    described.append(_disturbance(raw["share_of_others"]))
    rounds = raw["settings"]["rounds"]
    described.append(
        f"command: {raw['command']} ({raw['seconds']} s, {'1 round' if rounds == 1 else f'{rounds} rounds'})"
    )
    return "\n".join(f"- {line}" for line in described)


def _disturbance(share):
    if share is None:
        return "cores used by others meanwhile: unknown"
    line = f"cores used by others meanwhile: {100 * share:.0f} %"
    return line + (" – TOO MUCH: latencies are theirs as well, ratios uncertain" if share > BUSY else "")


def _problems(raw):
    if not raw["problems"]:
        return ""
    lines = [f"- {problem}" for problem in raw["problems"]]
    return "!!! NOT VALID: what follows includes runs in which something failed !!!\n\n" + "\n".join(lines)


def _loads(results):
    """Everything that wrk ran, with the same databases."""
    head = ["32 connections", "points stored", "requests/s", "p99", "of canned JSON", "target"]
    return table(head, _rows(results, "load_rows"), "lrrrrl")


def _figures(results):
    """Everything else that is one figure."""
    return table(["measured", "figure", "target"], _rows(results, "figure_rows"), "lrl")


def _rows(results, method):
    return [
        row
        for name, part in PARTS.items()
        if results.has(name) and hasattr(part, method)
        for row in getattr(part, method)(results)
    ]
