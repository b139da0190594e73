"""The server on PostgreSQL, next to what PostgreSQL does by itself."""

from .. import load, points, postgres
from ..measurement import LIST
from ..processes import say
from ..results import megabytes, spread, table
from .reads import CANNED, KPI, TARGET, cold_row

PGBENCH = "pgbench"
INGEST = "ingest on PostgreSQL"
READ = "KPI on PostgreSQL"


def measure(measurement):
    if not postgres.is_installed():
        say("PostgreSQL is not installed: nothing is measured on it.")
        return
    many = measurement.settings.many
    with postgres.installation(measurement.folder, measurement.programs.server) as data:
        _import(measurement, data, many)
        floor = postgres.Floor(data)
        rows = measurement.folder / "rows.csv"
        postgres.write_rows(data, rows)
        measurement.append("postgres_copy_seconds", many, floor.copied_rows(rows))
        rows.unlink()
        with measurement.floor() as canned, data.serve() as server:
            token = data.create_token()
            measurement.take_turns(
                "reads on PostgreSQL",
                [(CANNED, "PostgreSQL", canned.url + "/json", None), (READ, many, server.url + KPI, token)],
            )
            with load.Client(server.url, token) as client:
                cold, warm = load.cold_and_warm(client, KPI, measurement.settings.cold_reads)
            measurement.note("postgres_cold_read_seconds", many, cold)
            measurement.note("postgres_warm_read_seconds", many, warm)
            for number, name in measurement.rounds("ingest on PostgreSQL", [PGBENCH, INGEST]):
                data.checkpoint()
                if name == PGBENCH:
                    result, fault = {"rate": floor.single_rows(measurement.settings.ingest_seconds)}, None
                else:
                    result, fault = _ingest(measurement, server, token)
                measurement.add(result, fault, round=number, name=name, beside=None)
            measurement.note("postgres_ingest_bytes", many, server.memory("VmRSS"))


def _import(measurement, data, many):
    file = measurement.folder / "points.csv"
    with open(file, "w", encoding="ascii") as lines:
        points.write_csv(lines, many, measurement.today)
    with data.serve():
        data.create_user()
        say(f"Importing {many:,} points into PostgreSQL…")
        measurement.append("postgres_import_seconds", many, data.import_file(file))
    file.unlink()
    measurement.note("postgres_disk_bytes", many, data.disk_bytes())


def _ingest(measurement, server, token):
    with load.Client(server.url, token) as client:
        before = client.json(LIST)["meta"]["total"]
        url = server.url + "/api/v1/analytics"
        result = load.wrk(url, measurement.settings.ingest_seconds, token, script="ingest.lua")
        stored = client.json(LIST)["meta"]["total"] - before
    return result, load.ingest_fault(result, stored)


def postgres_table(results):
    many = results.many
    head = ["on PostgreSQL", "figure", "target"]
    if not results.runs(INGEST):
        return table(head, [["all", "not installed", "–"]], "lrl")
    imports = [many / seconds for seconds in results.figure("postgres_import_seconds", many)]
    copies = [many / seconds for seconds in results.figure("postgres_copy_seconds", many)]
    disk = results.figure("postgres_disk_bytes", many) / many
    of_canned = results.ratios((READ, many), (CANNED, "PostgreSQL"))
    ingest, bench = (results.values("rate", name) for name in (INGEST, PGBENCH))
    rows = [
        [f"KPI, warm, {many:,} points, of {CANNED}", spread(of_canned), TARGET],
        cold_row(results, many, prefix="postgres_"),
        ["ingest, one point a request, 32 connections", f"{spread(ingest, '{:,.0f}')} points/s", "–"],
        ["pgbench, the same row, 32 clients", f"{spread(bench, '{:,.0f}')} rows/s", "–"],
        ["ingest against pgbench", spread(results.ratios((INGEST, None), (PGBENCH, None))), "≥ 0.8"],
        [f"import, {many:,} lines", f"{spread(imports, '{:,.0f}')} lines/s", "–"],
        ["psql \\copy of the same rows into an equal table", f"{spread(copies, '{:,.0f}')} rows/s", "–"],
        ["import against \\copy", spread([a / b for a, b in zip(imports, copies)]), "–"],
        ["disk a point, with its key", f"{disk:.0f} bytes", "–"],
        ["memory of the server, after ingest", megabytes(results.figure("postgres_ingest_bytes", many)), "≤ 200 MB"],
    ]
    return table(head, rows, "lrl")
