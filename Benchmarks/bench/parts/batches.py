"""Batches of 10,000 points on one and two connections, beside SQLite alone, InfluxDB and PostgreSQL's COPY.

Every run of ours and of SQLite's begins with a copy of the same database, every peer empty, and nothing else runs
meanwhile. All points that were acknowledged must be there afterwards.
"""

import contextlib
import dataclasses
import time

from .. import batch_load, influx, load, postgres, sqlite_floor
from ..batches import ORDERS, SIZE, TIMES, Batches, last_stored_day
from ..measurement import LIST
from ..processes import say
from ..results import median, megabytes, spread, table

CONNECTIONS = (1, 2)
FORMATS = {"JSON": "application/json", "NDJSON": "application/x-ndjson", "CSV": "text/csv"}
SQLITE = "SQLite in C"
SQLITE_SORTED = "SQLite in C, sorted"
# SQLite takes one transaction after the other, whoever sends it.
FLOORS = {SQLITE: sqlite_floor.PLAIN, SQLITE_SORTED: sqlite_floor.SORTED}
INFLUX = "InfluxDB"
COPY = "PostgreSQL COPY"

# Of JSON by connections, for points that come in their order.
TARGETS = {1: "≥ 0.75 of SQLite, ≥ 1.2 of InfluxDB", 2: "≥ 0.9 of SQLite, ≥ 1.5 of InfluxDB"}


@dataclasses.dataclass(frozen=True)
class Turn:
    """A run: who stores batches of which order on how many connections."""

    name: str
    order: str
    connections: int

    @property
    def beside(self):
        return f"{self.order} on {self.connections}"


def measure(measurement):
    run = _Run(measurement)
    with contextlib.ExitStack() as stack:
        names = [*FLOORS, *FORMATS]
        if influx.version():
            measurement.note("peers", INFLUX, influx.version())
            names.append(INFLUX)
        if postgres.is_installed():
            run.prepare_copy(stack)
            measurement.note("peers", COPY, run.cluster_version)
            names.append(COPY)
        for order in ORDERS:
            say(f"Preparing batches ({order})…")
            run.prepare(order, names)
            turns = [
                Turn(name, order, connections)
                for connections in CONNECTIONS
                for name in names
                if name not in FLOORS or connections == 1
            ]
            for number, turn in measurement.rounds(f"batches, {order}", turns):
                result, fault = run.take(turn)
                measurement.add(result, fault, round=number, name=turn.name, beside=turn.beside)


class _Run:
    def __init__(self, measurement):
        self.measurement = measurement
        self.settings = measurement.settings
        self.last_day = last_stored_day(measurement.today)
        self.rows = measurement.folder / "batch-rows.csv"

    def prepare_copy(self, stack):
        """A cluster with a table like ours, which runs only during its turns."""
        folder = self.measurement.folder
        self.cluster = postgres.Cluster(folder / "batch-cluster")
        with self.cluster:
            data = postgres.PostgresInstallation(folder, self.measurement.programs.server, self.cluster, "batches")
            data.migrate()
            self.copy_floor = postgres.Floor(data)
            self.cluster_version = self.cluster.run("SHOW server_version").split()[0]
        stack.callback(self.cluster.remove)

    def prepare(self, order, names):
        self.batches = batches = Batches(order, self.measurement.today)
        batches.write_columns(self.rows)
        self.bodies = {"JSON": batches.json(), "NDJSON": batches.ndjson(), "CSV": batches.csv()}
        if INFLUX in names:
            self.lines = batches.lines()
        if COPY in names:
            self.copied = batches.copied_rows(int(time.time() * 1000))

    def take(self, turn):
        """Its result and what was wrong with it."""
        if turn.name in FLOORS:
            return self.store_in_sqlite(FLOORS[turn.name])
        if turn.name == INFLUX:
            return self.write_to_influx(turn.connections)
        if turn.name == COPY:
            return self.copy_to_postgres(turn.connections)
        return self.post(turn)

    def post(self, turn):
        size = self.settings.many
        with self.measurement.copy(size, self.last_day) as copy:
            before = copy.used_bytes()
            with copy.serve() as server:
                url = server.url + "/api/v1/analytics/batch"
                token = copy.create_token()
                requests = batch_load.requests(url, FORMATS[turn.name], self.bodies[turn.name], token)
                sent = self.batches.sent(requests)
                outcome = batch_load.post(url, sent, turn.connections, self.settings.batch_seconds)
                with load.Client(server.url, token) as client:
                    stored = client.json(LIST)["meta"]["total"] - size
                memory = server.memory("VmHWM")
            result, fault = _result(outcome, stored)
            result["memory_bytes"] = memory
            if stored > 0:
                result["disk_bytes"] = (copy.used_bytes() - before) / stored
        return result, fault

    def store_in_sqlite(self, group):
        size = self.settings.many
        with self.measurement.copy(size, self.last_day) as copy:
            before = copy.used_bytes()
            program = self.measurement.programs.sqlite_floor
            seconds = self.settings.batch_seconds
            result = sqlite_floor.store_batches(program, copy, self.rows, TIMES, seconds, group)
            stored = copy.stored_points() - size
            result["rate"] = result["points"] / result["seconds"]
            result["disk_bytes"] = (copy.used_bytes() - before) / stored if stored else None
        return result, _loss(result["points"], stored)

    def write_to_influx(self, connections):
        with influx.Influx(self.measurement.folder / "influx") as server:
            requests = batch_load.requests(server.write_url, "text/plain; charset=utf-8", self.lines)
            outcome = batch_load.post(server.write_url, requests, connections, self.settings.batch_seconds)
            memory = server.memory("VmHWM")
            result, fault = _result(outcome, server.stored_points())
        server.remove()
        return {**result, "memory_bytes": memory}, fault

    def copy_to_postgres(self, connections):
        floor = self.copy_floor
        with self.cluster:
            outcome = floor.copied_batches(self.copied, connections, self.settings.batch_seconds)
            result, fault = _result(outcome, floor.stored_rows())
            floor.empty()
            # So that the next start has nothing to recover, and nobody's sync has to write what is left.
            self.cluster.run("CHECKPOINT")
        return result, fault


def _result(outcome, stored):
    """A load as a run, and what was wrong with it."""
    points = outcome.requests * SIZE
    result = {"points": points, "seconds": outcome.seconds, "rate": points / outcome.seconds}
    return result, ", ".join(filter(None, [outcome.fault, _loss(points, stored)])) or None


def _loss(acknowledged, stored):
    # Every request was awaited, so nothing may be there beyond what was acknowledged.
    return None if acknowledged == stored else f"{acknowledged:,} points were acknowledged, {stored:,} are stored"


def batch_table(results):
    rows = []
    for order in ORDERS:
        for connections in CONNECTIONS:
            for name in (*FORMATS, *FLOORS, INFLUX, COPY):
                if name not in FLOORS or connections == 1:
                    rows.append(_row(results, Turn(name, order, connections)))
    head = [
        "batches of 10,000", "connections", "days", "points/s", "of SQLite in C", "of it sorted", "of InfluxDB",
        "of COPY", "target", "peak memory", "disk a point added",
    ]
    return table(head, rows, "lrlrrrrrlrr")


def _row(results, turn):
    label = turn.name
    version = results.figure("peers", turn.name)
    if version:
        label = f"{turn.name.split()[0]} {version}" + (" COPY" if turn.name == COPY else "")
    connections = "–" if turn.name in FLOORS else str(turn.connections)
    rates = results.values("rate", turn.name, turn.beside)
    if not rates:
        return [label, connections, turn.order, "not installed", *["–"] * 7]
    is_ours = turn.name in FORMATS
    ratios = ["–"] * 4
    if is_ours:
        bases = [Turn(name, turn.order, 1) for name in FLOORS]
        bases += [Turn(name, turn.order, turn.connections) for name in (INFLUX, COPY)]
        ratios = [spread(results.ratios((turn.name, turn.beside), (base.name, base.beside))) for base in bases]
    has_target = turn.name == "JSON" and turn.order == ORDERS[0]
    memory = results.values("memory_bytes", turn.name, turn.beside)
    disk = results.values("disk_bytes", turn.name, turn.beside)
    return [
        label + (" **FAILED**" if results.failed(turn.name, turn.beside) else ""),
        connections,
        turn.order,
        f"{median(rates):,.0f}",
        *ratios,
        TARGETS[turn.connections] if has_target else "–",
        megabytes(max(memory)) if memory else "–",
        f"{median(disk):.1f} bytes" if disk else "–",
    ]
