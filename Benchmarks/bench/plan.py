"""What is measured, in which order.

Everything that is compared runs in turns, round after round, and every other round backwards: so that a machine that
gets slower or faster meanwhile does so for all of them.
"""

import contextlib
import dataclasses
import time

from . import load, points, postgres
from .processes import Installation, floor, say

KPI = "/api/v1/analytics/kpi?period=30"
LIST = "/api/v1/analytics?per_page=30"
READS = {
    "KPI": KPI,
    "chart": "/api/v1/analytics/chart/revenue?period=30",
    "categories": "/api/v1/analytics/categories?period=30",
}


@dataclasses.dataclass
class Settings:
    """How much is measured."""

    rounds: int = 5
    seconds: int = 3
    ingest_seconds: int = 4
    trace_seconds: int = 4
    few: int = 10_000
    many: int = 1_000_000
    imports: int = 3
    starts: int = 5
    # Writes followed by a cold and a warm read, per round and size.
    cold_reads: int = 100

    @staticmethod
    def quick():
        return Settings(
            rounds=1, seconds=2, ingest_seconds=3, trace_seconds=2, many=100_000, imports=1, starts=3, cold_reads=200
        )


def measure(folder, settings):
    """Runs everything; the raw results as what JSON can hold."""
    return _Measurement(folder, settings).run()


class _Measurement:
    def __init__(self, folder, settings):
        self.folder = folder
        self.settings = settings
        self.sizes = (settings.few, settings.many)
        self.runs = []
        self.problems = []
        self.figures = {}

    def run(self):
        data = {size: self.store(size) for size in self.sizes}
        self.measure_starts(data)
        with contextlib.ExitStack() as stack:
            bare = stack.enter_context(floor(self.folder))
            copies = {size: data[size].copy(self.folder / f"read-{size}") for size in self.sizes}
            tokens = {}
            servers = {}
            for size, copy in copies.items():
                servers[size] = stack.enter_context(copy.serve())
                tokens[size] = copy.create_token()
            self.measure_reads(bare, servers, tokens)
            self.measure_lists(servers[self.settings.many], tokens[self.settings.many])
            self.measure_cold_reads(servers, tokens)
        for copy in copies.values():
            copy.remove()
        self.measure_ingest(data)
        self.measure_postgres()
        return {
            "settings": dataclasses.asdict(self.settings),
            "runs": self.runs,
            "figures": self.figures,
            "problems": self.problems,
        }

    # Data

    def store(self, size):
        """A database with so many points, imported through a running server; the last of some that are timed."""
        file = self.folder / f"points-{size}.csv"
        points.write_csv(file, size)
        times = 1 if size == self.settings.few else self.settings.imports
        seconds, peaks = [], []
        for number in range(times):
            say(f"Importing {size:,} points ({number + 1} of {times})…")
            data = Installation(self.folder / f"data-{size}")
            if number > 0:
                data.remove()
            with data.serve() as server:
                data.create_user()
                seconds.append(data.import_file(file))
                peaks.append(server.memory("VmHWM"))
        file.unlink()
        self.note("import_seconds", size, seconds)
        self.note("import_peak_bytes", size, peaks)
        self.note("disk_bytes", size, data.disk_bytes())
        return data

    def note(self, name, size, value):
        self.figures.setdefault(name, {})[str(size)] = value

    # Starts

    def measure_starts(self, data):
        """Starts on data that the page cache holds; memory a second after, when all has come to rest."""
        say("Starting…")
        for size in self.sizes:
            seconds, memory = [], []
            for _ in range(self.settings.starts):
                with data[size].serve() as server:
                    seconds.append(server.seconds_to_ready)
                    time.sleep(1)
                    memory.append(server.memory("VmRSS"))
            self.note("start_seconds", size, seconds)
            self.note("idle_bytes", size, memory)

    # Reads

    def measure_reads(self, bare, servers, tokens):
        turns = [("hello", None, bare.url + "/hello", None)]
        for name, path in READS.items():
            # The floor beside each, so that little time lies between the two of a ratio.
            turns.append(("canned JSON", name, bare.url + "/json", None))
            turns += [(name, size, servers[size].url + path, tokens[size]) for size in self.sizes]
        self.take_turns("reads", turns)
        for size in self.sizes:
            self.note("after_reads_bytes", size, servers[size].memory("VmRSS"))

    def measure_lists(self, server, token):
        """The first page, and one behind nine tenths of all points, by cursor."""
        many = self.settings.many
        with load.Client(server.url, token) as client:
            page = client.json(f"{LIST}&page={many * 9 // 10 // 30}")
        deep = f"{LIST}&cursor={page['meta']['next_cursor']}"
        turns = [
            ("list, page 1", many, server.url + LIST, token),
            ("list, deep", many, server.url + deep, token),
        ]
        self.take_turns("lists", turns)
        self.note("deep_page_behind", many, page["meta"]["to"])

    def take_turns(self, phase, turns):
        for name, beside, url, token in turns:
            # Says what is wrong with a request better than wrk could, and fills the caches.
            with load.Client(url, token) as client:
                client.request("GET", url[url.index("/", len("http://")) :])
            load.wrk(url, 1, token)
        for number in range(self.settings.rounds):
            say(f"Measuring {phase} (round {number + 1} of {self.settings.rounds})…")
            for name, beside, url, token in _backwards_every_other(turns, number):
                result = load.wrk(url, self.settings.seconds, token)
                self.add(result, phase=phase, round=number, name=name, beside=beside)

    def add(self, result, **labels):
        fault = load.fault(result)
        self.runs.append({**labels, **result, "fault": fault})
        if fault:
            self.problems.append(f"{labels['name']} ({labels['beside']}), round {labels['round'] + 1}: {fault}")

    # The first read after a write

    def measure_cold_reads(self, servers, tokens):
        cold = {size: [] for size in self.sizes}
        warm = {size: [] for size in self.sizes}
        with contextlib.ExitStack() as stack:
            clients = {
                size: stack.enter_context(load.Client(servers[size].url, tokens[size])) for size in self.sizes
            }
            for number in range(self.settings.rounds):
                say(f"Measuring cold reads (round {number + 1} of {self.settings.rounds})…")
                for size in _backwards_every_other(self.sizes, number):
                    samples = load.cold_and_warm(clients[size], KPI, self.settings.cold_reads)
                    cold[size] += samples[0]
                    warm[size] += samples[1]
        for size in self.sizes:
            self.note("cold_read_seconds", size, cold[size])
            self.note("warm_read_seconds", size, warm[size])

    # Writes

    def measure_ingest(self, data):
        """Each run on a fresh copy, so that what one stored is not in the way of the next."""
        for number in range(self.settings.rounds):
            say(f"Measuring ingest (round {number + 1} of {self.settings.rounds})…")
            for size in _backwards_every_other(self.sizes, number):
                result, memory = self.ingest(data[size], size, self.settings.ingest_seconds)
                self.add(result, phase="ingest", round=number, name="ingest", beside=size)
                self.figures.setdefault("ingest_bytes", {}).setdefault(str(size), []).append(memory)
        if not load.SyncCount.is_possible():
            return
        say("Counting fsyncs…")
        for size in self.sizes:
            count, result = self.traced_ingest(data[size], size)
            if count:
                self.note("syncs_per_point", size, count / result["requests"])
                # Slower by the tracing: only for its ratio to the speed without.
                self.note("traced_rate", size, result["rate"])

    def ingest(self, data, size, seconds, trace=contextlib.nullcontext):
        """POSTs points for some seconds, and checks that each that was acknowledged is there."""
        copy = data.copy(self.folder / "ingest")
        syncs = load.disk_syncs_per_second(copy.folder)
        with copy.serve() as server:
            token = copy.create_token()
            with load.Client(server.url, token) as client:
                with trace(server.pid):
                    result = load.wrk(server.url + "/api/v1/analytics", seconds, token, script="ingest.lua")
                stored = client.json(LIST)["meta"]["total"] - size
            memory = server.memory("VmRSS")
        copy.remove()
        acknowledged = result["requests"] - result["not_2xx"]
        result["stored"] = stored
        result["disk_syncs_per_second"] = syncs
        # What was on its way when wrk stopped may be stored without having been counted.
        if not acknowledged <= stored <= acknowledged + load.CONNECTIONS:
            self.problems.append(f"ingest ({size:,}): {acknowledged:,} points were acknowledged, {stored:,} are stored")
        return result, memory

    # PostgreSQL

    def measure_postgres(self):
        """The same server on PostgreSQL, next to what PostgreSQL does by itself."""
        many = self.settings.many
        file = self.folder / "points.csv"
        points.write_csv(file, many)
        with postgres.installation(self.folder) as data:
            imports, copies = [], []
            with data.serve():
                data.create_user()
                say(f"Importing {many:,} points into PostgreSQL…")
                imports.append(data.import_file(file))
            self.note("postgres_disk_bytes", many, data.disk_bytes())
            bare = postgres.Floor(data)
            rows = self.folder / "rows.csv"
            postgres.write_rows(data, rows)
            copies.append(bare.copied_rows(rows))
            self.note("postgres_import_seconds", many, imports)
            self.note("postgres_copy_seconds", many, copies)
            with floor(self.folder) as canned, data.serve() as server:
                token = data.create_token()
                turns = [
                    ("canned JSON", "PostgreSQL", canned.url + "/json", None),
                    ("KPI on PostgreSQL", many, server.url + KPI, token),
                ]
                self.take_turns("reads on PostgreSQL", turns)
                with load.Client(server.url, token) as client:
                    cold, warm = load.cold_and_warm(client, KPI, self.settings.cold_reads)
                self.note("postgres_cold_read_seconds", many, cold)
                self.note("postgres_warm_read_seconds", many, warm)
                for number in range(self.settings.rounds):
                    say(f"Measuring ingest on PostgreSQL (round {number + 1} of {self.settings.rounds})…")
                    for turn in _backwards_every_other(("pgbench", "ingest"), number):
                        data.checkpoint()
                        if turn == "pgbench":
                            rate = bare.single_rows(self.settings.ingest_seconds)
                            self.figures.setdefault("pgbench_rates", []).append(rate)
                        else:
                            self.ingest_on_postgres(server, token, number)
                self.note("postgres_ingest_bytes", many, server.memory("VmRSS"))

    def ingest_on_postgres(self, server, token, number):
        with load.Client(server.url, token) as client:
            before = client.json(LIST)["meta"]["total"]
            result = load.wrk(
                server.url + "/api/v1/analytics", self.settings.ingest_seconds, token, script="ingest.lua"
            )
            stored = client.json(LIST)["meta"]["total"] - before
        acknowledged = result["requests"] - result["not_2xx"]
        self.add(result, phase="ingest", round=number, name="ingest on PostgreSQL", beside=None)
        if not acknowledged <= stored <= acknowledged + load.CONNECTIONS:
            self.problems.append(f"PostgreSQL: {acknowledged:,} points were acknowledged, {stored:,} are stored")

    def traced_ingest(self, data, size):
        counts = []

        @contextlib.contextmanager
        def trace(pid):
            with load.SyncCount(pid) as count:
                yield
            counts.append(count.calls)

        result, _ = self.ingest(data, size, self.settings.trace_seconds, trace)
        return counts[0], result


def _backwards_every_other(turns, number):
    return list(turns) if number % 2 == 0 else list(reversed(turns))
