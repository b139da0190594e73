"""What 10,000,000 points cost against 10,000: reads, lists, the overview, the export, the start, memory and disk."""

import contextlib
import datetime

from .. import export_load, report_load
from ..large_file import LargeFile
from ..measurement import LIST
from ..processes import say
from ..results import median, megabytes, share_within, spread, table
from . import export, pages
from .lists import deep_page
from .reads import CANNED, cold_row, read_cold
from .starts import start

FIRST_BYTE = "export, first byte"
# Of what a request costs with few points.
SAME_COST = "≤ 1.1"


def measure(measurement):
    settings = measurement.settings
    file = LargeFile(settings.large, measurement.programs)
    file.build()
    measurement.note("large_disk_bytes", settings.large, file.data.disk_bytes())
    say(f"Copying the file of {settings.large:,} points…")
    with contextlib.ExitStack() as stack:
        copies = {
            # Of the same days, however long ago the large one was made.
            settings.few: stack.enter_context(measurement.copy(settings.few, file.last_day)),
            settings.large: file.data.copy(measurement.folder / "copy-large"),
        }
        stack.callback(copies[settings.large].remove)
        say("Starting…")
        for size, copy in copies.items():
            start(measurement, copy, size)
        with contextlib.ExitStack() as running:
            servers = {size: running.enter_context(copy.serve()) for size, copy in copies.items()}
            tokens = {size: copy.create_token() for size, copy in copies.items()}
            _measure_loads(measurement, running, servers, tokens, file.last_day)
            _measure_first_bytes(measurement, servers, tokens)
            read_cold(measurement, servers, tokens, _paths(file.last_day)["KPI"])
            people = {size: copy.log_in(servers[size]) for size, copy in copies.items()}
            pages.look(measurement, servers, tokens, people)
            measurement.note("after_reads_bytes", settings.large, servers[settings.large].memory("VmRSS"))
            say("Making reports…")
            for size, server in servers.items():
                midnight = f"{file.last_day}T00:00:00Z"
                seconds, _ = report_load.make(server, tokens[size], settings.large_reports, midnight)
                measurement.note("report_seconds", size, seconds)
        say(f"Exporting {settings.large:,} points…")
        # The cold reads have added some.
        stored = copies[settings.large].stored_points()
        result, fault = export.export(copies[settings.large], "csv", None, stored)
        measurement.add(result, fault, round=0, name="export", beside=settings.large)


def _paths(last_day):
    first = last_day - datetime.timedelta(days=29)
    days = f"from={first}&to={last_day}"
    return {
        "KPI": f"/api/v1/analytics/kpi?{days}",
        "chart": f"/api/v1/analytics/chart/revenue?{days}",
        "categories": f"/api/v1/analytics/categories?{days}",
    }


def _measure_loads(measurement, running, servers, tokens, last_day):
    floor = running.enter_context(measurement.floor())
    paths = {size: {**_paths(last_day), "list, page 1": LIST} for size in servers}
    for size, server in servers.items():
        paths[size]["list, deep"], behind = deep_page(server, tokens[size], size)
        measurement.note("deep_page_behind", size, behind)
    turns = [(CANNED, "large", floor.url + "/json", None)]
    for name in paths[measurement.settings.few]:
        turns += [(name, size, server.url + paths[size][name], tokens[size]) for size, server in servers.items()]
    measurement.take_turns("reads of many points", turns)


def _measure_first_bytes(measurement, servers, tokens):
    for number, size in measurement.rounds("first bytes of exports", list(servers)):
        samples = [
            export_load.first_byte_seconds(servers[size].url, tokens[size], "csv")
            for _ in range(measurement.settings.first_bytes)
        ]
        seconds = median(samples)
        measurement.add({"rate": 1 / seconds, "seconds": seconds}, round=number, name=FIRST_BYTE, beside=size)


def large_table(results):
    few, large = results.few, results.large
    rows = []
    for name in ("list, page 1", "list, deep", "KPI", "chart", "categories"):
        label = name
        if name == "list, deep":
            behind = [results.figure("deep_page_behind", size) for size in (few, large)]
            label = f"list by cursor, behind {behind[0]:,} / {behind[1]:,}"
        rates = [f"{median(results.values('rate', name, size)):,.0f}/s" for size in (few, large)]
        rows.append([_marked(results, name, label), *rates, _cost(results, name), SAME_COST])
    seconds = [f"{1e6 * median(results.values('seconds', FIRST_BYTE, size)):,.0f} µs" for size in (few, large)]
    rows.append([FIRST_BYTE, *seconds, _cost(results, FIRST_BYTE), SAME_COST])
    cold = [cold_row(results, size)[1] for size in (few, large)]
    rows.append(["KPI, first read after a write minus warm", *cold, "–", "< 1 ms"])
    looks = [share_within(results.figure("look_seconds", size)) for size in (few, large)]
    rows.append(["overview after a write, one connection", *looks, "–", "< 100 ms"])
    starts = [
        spread([1e3 * seconds for seconds in results.figure("start_seconds", size)], "{:.0f}") + " ms"
        for size in (few, large)
    ]
    rows.append(["start to ready", *starts, "–", "< 300 ms"])
    idle = [megabytes(results.figure("idle_bytes", size)) for size in (few, large)]
    rows.append(["memory, idle after the start", *idle, "–", "≤ 80 MB"])
    memory = megabytes(results.figure("after_reads_bytes", large))
    rows.append(["memory, after the reads and at 32 connections", "–", memory, "–", "≤ 200 MB"])
    works = [share_within(results.figure("report_seconds", size)) for size in (few, large)]
    rows.append(["work on a monthly report", *works, "–", "p99 < 200 ms"])
    disk = results.figure("large_disk_bytes", large) / large
    rows.append(["disk a point", "–", f"{disk:.1f} bytes", "–", "≤ 45 bytes"])
    rate = median(results.values("rate", "export", large))
    rows.append([_marked(results, "export", "export as CSV", large), "–", f"{rate:,.0f} points/s", "–", "–"])
    memory = [megabytes(results.values(f"memory{name}_bytes", "export", large)) for name in ("_before", "")]
    rows.append(["memory, before the export → its peak", "–", " → ".join(memory), "–", "≤ 200 MB"])
    head = ["points stored", f"{few:,}", f"{large:,}", "cost against few", "target"]
    return table(head, rows, "lrrrl")


def _cost(results, name):
    """What one costs with many points against few, by the rates."""
    return spread(results.ratios((name, results.few), (name, results.large)))


def _marked(results, name, label, beside=None):
    return label + (" **FAILED**" if results.failed(name, beside) else "")
