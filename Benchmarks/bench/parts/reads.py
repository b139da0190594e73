"""KPIs, a chart and category shares: warm against the floor, and cold after a write."""

import contextlib

from .. import load
from ..results import median, megabytes, spread

KPI = "/api/v1/analytics/kpi?period=30"
PATHS = {
    "KPI": KPI,
    "chart": "/api/v1/analytics/chart/revenue?period=30",
    "categories": "/api/v1/analytics/categories?period=30",
}
TARGET = "≥ 0.8; p99 < 3 ms"
CANNED = "canned JSON"


def measure(measurement):
    with contextlib.ExitStack() as stack:
        floor = stack.enter_context(measurement.floor())
        servers, tokens = {}, {}
        for size in measurement.sizes:
            copy = stack.enter_context(measurement.copy(size))
            servers[size] = stack.enter_context(copy.serve())
            tokens[size] = copy.create_token()
        turns = [("hello", None, floor.url + "/hello", None)]
        for name, path in PATHS.items():
            # The floor beside each, so that little time lies between the two of a ratio.
            turns.append((CANNED, name, floor.url + "/json", None))
            turns += [(name, size, servers[size].url + path, tokens[size]) for size in measurement.sizes]
        measurement.take_turns("reads", turns)
        for size in measurement.sizes:
            measurement.note("after_reads_bytes", size, servers[size].memory("VmRSS"))
        read_cold(measurement, servers, tokens, KPI)


def read_cold(measurement, servers, tokens, path):
    """The KPIs after a write and again, in turns on servers of different sizes."""
    with contextlib.ExitStack() as stack:
        clients = {size: stack.enter_context(load.Client(servers[size].url, tokens[size])) for size in servers}
        for _, size in measurement.rounds("cold reads", list(servers)):
            cold, warm = load.cold_and_warm(clients[size], path, measurement.settings.cold_reads)
            measurement.append("cold_read_seconds", size, *cold)
            measurement.append("warm_read_seconds", size, *warm)


def load_rows(results):
    rows = [load_row(results, "hello", None, "floor: hello"), load_row(results, CANNED, None, f"floor: {CANNED}")]
    for name in PATHS:
        for size in (results.few, results.many):
            ratios = results.ratios((name, size), (CANNED, name))
            rows.append(load_row(results, name, size, name, spread(ratios), TARGET))
    return rows


def load_row(results, name, size, label, of_canned="–", target="–"):
    """A row of the table of what wrk ran."""
    return [
        label + (" **FAILED REQUESTS**" if results.failed(name, size) else ""),
        f"{size:,}" if size else "–",
        f"{median(results.values('rate', name, size)):,.0f}",
        f"{median(results.values('p99_ms', name, size)):.2f} ms",
        of_canned,
        target,
    ]


def figure_rows(results):
    few, many = results.few, results.many
    rows = []
    for name in PATHS:
        ratios = results.ratios((name, many), (name, few))
        rows.append([f"{name}, {many:,} points against {few:,}", spread(ratios), "≥ 0.95 (10M against 10k)"])
    rows += [cold_row(results, size) for size in (few, many)]
    memory = megabytes(results.figure("after_reads_bytes", many))
    return [*rows, [f"memory, after the reads and at 32 connections, {many:,}", memory, "≤ 200 MB"]]


def cold_row(results, size, prefix=""):
    cold, warm = (
        1e6 * median(results.figure(f"{prefix}{name}_read_seconds", size)) for name in ("cold", "warm")
    )
    figure = f"{cold - warm:,.0f} µs ({cold:,.0f} − {warm:,.0f})"
    return [f"KPI, first read after a write minus warm, {size:,}", figure, "< 1 ms"]
