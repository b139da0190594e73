"""How long a start takes on data that the page cache holds, and the memory when all has come to rest."""

import time

from ..processes import say
from ..results import megabytes, spread


def measure(measurement):
    say("Starting…")
    for size in measurement.sizes:
        start(measurement, measurement.data(size), size)


def start(measurement, data, size):
    """Starts the server some times; memory a second after."""
    for _ in range(measurement.settings.starts):
        with data.serve() as server:
            measurement.append("start_seconds", size, server.seconds_to_ready)
            time.sleep(1)
            measurement.append("idle_bytes", size, server.memory("VmRSS"))


def figure_rows(results):
    rows = []
    for size in (results.few, results.many):
        times = [1e3 * seconds for seconds in results.figure("start_seconds", size)]
        rows.append([f"start to ready, {size:,} points", f"{spread(times, '{:.0f}')} ms", "< 300 ms (10M points)"])
    memory = megabytes(results.figure("idle_bytes", results.many))
    return [*rows, [f"memory, idle after the start, {results.many:,}", memory, "≤ 80 MB"]]
