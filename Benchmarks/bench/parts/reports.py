"""What a report costs, and whether many of them leave anything behind in memory."""

from .. import report_load
from ..processes import say
from ..results import megabytes, share_within


def measure(measurement):
    count = measurement.settings.reports
    say(f"Making {count:,} reports…")
    with measurement.copy(measurement.settings.many) as copy, copy.serve() as server:
        seconds, memory = report_load.make(server, copy.create_token(), count)
    measurement.note("report_seconds", measurement.settings.many, seconds)
    measurement.note("report_bytes", "warm", memory["warm"])
    measurement.note("report_bytes", "end", memory["end"])


def figure_rows(results):
    seconds = results.figure("report_seconds", results.many)
    warm, end = results.figure("report_bytes", "warm"), results.figure("report_bytes", "end")
    return [
        [f"work on a monthly report, {results.many:,} points", share_within(seconds), "p99 < 200 ms"],
        [
            f"memory after {len(seconds):,} reports, and after the first {report_load.WARM}",
            f"{megabytes(end)}, {megabytes(warm)}", "equal within 10 %",
        ],
    ]
