"""One point a request at 32 connections, each on disk before it is acknowledged, beside InfluxDB."""

import contextlib

from .. import influx, load
from ..measurement import LIST
from ..processes import say
from ..results import median, megabytes, spread
from .reads import load_row

PEER = "InfluxDB, one point"


def measure(measurement):
    """Each run on a fresh copy, so that what one stored is not in the way of the next."""
    turns = [("ingest", size) for size in measurement.sizes]
    version = influx.version()
    if version:
        # Between the two, so that little time lies between it and each.
        turns.insert(1, (PEER, version))
    for number, (name, beside) in measurement.rounds("single points", turns):
        if name == PEER:
            result, fault = _influx(measurement)
        else:
            result, fault = _server(measurement, beside, measurement.settings.ingest_seconds)
        measurement.add(result, fault, round=number, name=name, beside=beside)
    if load.SyncCount.is_possible():
        say("Counting fsyncs…")
        for size in measurement.sizes:
            _count_syncs(measurement, size)


def _server(measurement, size, seconds, trace=lambda pid: contextlib.nullcontext()):
    with measurement.copy(size) as copy:
        syncs = load.disk_syncs_per_second(copy.folder)
        with copy.serve() as server:
            token = copy.create_token()
            with trace(server.pid):
                result = load.wrk(server.url + "/api/v1/analytics", seconds, token, script="ingest.lua")
            result["memory_bytes"] = server.memory("VmRSS")
            with load.Client(server.url, token) as client:
                stored = client.json(LIST)["meta"]["total"] - size
    result["disk_syncs_per_second"] = syncs
    return result, load.ingest_fault(result, stored)


def _influx(measurement):
    with influx.Influx(measurement.folder / "influx") as server:
        result = load.wrk(server.write_url, measurement.settings.ingest_seconds, script="influx.lua")
        stored = server.stored_points()
    server.remove()
    return result, load.ingest_fault(result, stored)


def _count_syncs(measurement, size):
    counts = []

    @contextlib.contextmanager
    def trace(pid):
        with load.SyncCount(pid) as count:
            yield
        counts.append(count.calls)

    result, fault = _server(measurement, size, measurement.settings.trace_seconds, trace)
    if fault:
        measurement.problems.append(f"ingest under strace ({size:,}): {fault}")
    if counts[0]:
        measurement.note("syncs_per_point", size, counts[0] / result["requests"])
        # Slower by the tracing: only for its ratio to the speed without.
        measurement.note("traced_rate", size, result["rate"])


def load_rows(results):
    rows = [load_row(results, "ingest", size, "ingest, one point a request") for size in (results.few, results.many)]
    if results.runs(PEER):
        version = next(iter(results.runs(PEER).values()))["beside"]
        peer = load_row(results, PEER, None, f"InfluxDB {version}, one point a request")
    else:
        peer = ["InfluxDB, one point a request", "–", "not installed", "–", "–", "–"]
    return [*rows, peer]


def figure_rows(results):
    few, many = results.few, results.many
    rows = []
    for size in (few, many):
        ratios = results.ratios(("ingest", size), (PEER, None))
        figure = spread(ratios) if results.runs(PEER) else "not installed"
        rows.append([f"ingest, {size:,} points, against InfluxDB", figure, "≥ 0.9"])
    rows.append(
        [f"ingest, {many:,} points against {few:,}", spread(results.ratios(("ingest", many), ("ingest", few))), "–"]
    )
    for size in (few, many):
        syncs = results.values("disk_syncs_per_second", "ingest", size)
        ratios = [rate / count for rate, count in zip(results.values("rate", "ingest", size), syncs)]
        figure = f"{spread(ratios, '{:.1f}')} at {median(syncs):,.0f} syncs/s"
        rows.append([f"ingest, points for each sync of 16 kB that the disk can do, {size:,}", figure, "–"])
    for size in (few, many):
        count = results.figure("syncs_per_point", size)
        rate = results.figure("traced_rate", size)
        figure = f"{count:.3f} (at {rate:,.0f} points/s under strace)" if count else "not measured (strace)"
        rows.append([f"fsyncs a point during ingest, {size:,}", figure, "–"])
    memory = megabytes(results.values("memory_bytes", "ingest", many))
    return [*rows, [f"memory, after ingest and at 32 connections, {many:,}", memory, "≤ 200 MB"]]
