"""Makes tables of the raw results: Markdown that reads well in a terminal too."""

import statistics

RATIO_TO_FLOOR = "≥ 0.8; p99 < 3 ms"
# From this share of the cores on, others' work on the machine is pointed out.
BUSY = 0.05


def text(results):
    settings = results["settings"]
    few, many = settings["few"], settings["many"]
    parts = [_surroundings(results), _problems(results)]
    parts.append(_loads(results, few, many))
    parts.append(_figures(results, few, many))
    parts.append(_postgres(results, many))
    return "\n\n".join(part for part in parts if part) + "\n"


# Parts


def _surroundings(results):
    described = [f"{name}: {value}" for name, value in results["machine"].items()]
    described.append(_disturbance(results["share_of_others"]))
    described.append(f"command: {results['command']} ({results['seconds']} s, {_rounds(results)})")
    return "\n".join(f"- {line}" for line in described)


def _disturbance(share):
    if share is None:
        return "cores used by others meanwhile: unknown"
    line = f"cores used by others meanwhile: {100 * share:.0f} %"
    return line + (" – TOO MUCH: latencies are theirs as well, ratios uncertain" if share > BUSY else "")


def _rounds(results):
    count = results["settings"]["rounds"]
    return "1 round" if count == 1 else f"{count} rounds"


def _problems(results):
    if not results["problems"]:
        return ""
    lines = [f"- {problem}" for problem in results["problems"]]
    return "!!! NOT VALID: what follows includes runs in which something failed !!!\n\n" + "\n".join(lines)


def _loads(results, few, many):
    """Everything that wrk ran."""
    rows = []
    for name, beside, label, points, target in [
        ("hello", None, "floor: hello", "", "–"),
        ("canned JSON", None, "floor: canned JSON", "", "–"),
        ("KPI", few, "KPI", few, RATIO_TO_FLOOR),
        ("KPI", many, "KPI", many, RATIO_TO_FLOOR),
        ("chart", few, "chart", few, RATIO_TO_FLOOR),
        ("chart", many, "chart", many, RATIO_TO_FLOOR),
        ("categories", few, "categories", few, RATIO_TO_FLOOR),
        ("categories", many, "categories", many, RATIO_TO_FLOOR),
        ("list, page 1", many, "list, page 1", many, "–"),
        ("list, deep", many, "list, deep by cursor", many, "–"),
        ("ingest", few, "ingest, one point a request", few, "–"),
        ("ingest", many, "ingest, one point a request", many, "–"),
    ]:
        runs = _runs(results, name, beside)
        is_read = name in ("KPI", "chart", "categories")
        ratios = _ratios(runs, _runs(results, "canned JSON", name)) if is_read else []
        rows.append(
            [
                label + ("" if not any(run["fault"] for run in runs) else " **FAILED REQUESTS**"),
                f"{points:,}" if points else "–",
                f"{_median(run['rate'] for run in runs):,.0f}",
                f"{_median(run['p99_ms'] for run in runs):.2f} ms",
                _spread(ratios) if ratios else "–",
                target,
            ]
        )
    head = ["32 connections", "points stored", "requests/s", "p99", "of canned JSON", "target"]
    return _table(head, rows, "lrrrrl")


def _figures(results, few, many):
    """Everything else."""
    figures = results["figures"]
    rows = []

    def add(label, figure, target="–"):
        rows.append([label, figure, target])

    for name in ("KPI", "chart", "categories"):
        ratios = _ratios(_runs(results, name, many), _runs(results, name, few))
        add(f"{name}, {many:,} points against {few:,}", _spread(ratios), "≥ 0.95 (10M against 10k)")
    ratios = _ratios(_runs(results, "ingest", many), _runs(results, "ingest", few))
    add(f"ingest, {many:,} points against {few:,}", _spread(ratios))
    for size in (few, many):
        runs = _runs(results, "ingest", size)
        ratios = [run["rate"] / run["disk_syncs_per_second"] for run in runs]
        syncs = _median(run["disk_syncs_per_second"] for run in runs)
        figure = f"{_spread(ratios, '{:.1f}')} at {syncs:,.0f} syncs/s"
        add(f"ingest, points for each sync of 16 kB that the disk can do, {size:,}", figure)
    behind = figures["deep_page_behind"][str(many)]
    ratios = _ratios(_runs(results, "list, page 1", many), _runs(results, "list, deep", many))
    add(f"list, cost of the page behind {behind:,} points against page 1", _spread(ratios), "0.9 to 1.1")
    for size in (few, many):
        cold = [1e6 * value for value in figures["cold_read_seconds"][str(size)]]
        warm = [1e6 * value for value in figures["warm_read_seconds"][str(size)]]
        difference = _median(cold) - _median(warm)
        figure = f"{difference:,.0f} µs ({_median(cold):,.0f} − {_median(warm):,.0f})"
        add(f"KPI, first read after a write minus warm, {size:,}", figure, "< 1 ms")
    for size in (few, many):
        count = figures.get("syncs_per_point", {}).get(str(size))
        if count is None:
            add(f"fsyncs a point during ingest, {size:,}", "not measured (strace)")
            continue
        rate = figures["traced_rate"][str(size)]
        add(f"fsyncs a point during ingest, {size:,}", f"{count:.3f} (at {rate:,.0f} points/s under strace)")
    rates = [many / seconds for seconds in figures["import_seconds"][str(many)]]
    add(f"import, {many:,} lines", f"{_spread(rates, '{:,.0f}')} lines/s")
    for size in (few, many):
        times = [1e3 * seconds for seconds in figures["start_seconds"][str(size)]]
        target = "< 300 ms (10M points)"
        add(f"start to ready, {size:,} points", f"{_spread(times, '{:.0f}')} ms", target)
    disk = figures["disk_bytes"][str(many)] / many
    add(f"disk a point, {many:,} points", f"{disk:.1f} bytes", "≤ 45 bytes")
    for label, name, target in [
        ("memory, idle after the start", "idle_bytes", "≤ 80 MB"),
        ("memory, after the reads and at 32 connections", "after_reads_bytes", "≤ 200 MB"),
        ("memory, after ingest and at 32 connections", "ingest_bytes", "≤ 200 MB"),
        ("memory, peak of the import", "import_peak_bytes", "≤ 200 MB"),
    ]:
        add(f"{label}, {many:,}", _megabytes(figures[name][str(many)]), target)
    return _table(["measured", "figure", "target"], rows, "lrl")


def _postgres(results, many):
    """The server on PostgreSQL, next to PostgreSQL's own programs."""
    figures = results["figures"]
    rows = []
    kpi = _runs(results, "KPI on PostgreSQL", many)
    rows.append(
        [
            f"KPI, warm, {many:,} points, of canned JSON",
            _spread(_ratios(kpi, _runs(results, "canned JSON", "PostgreSQL"))),
            RATIO_TO_FLOOR,
        ]
    )
    cold, warm = (
        1e6 * _median(figures[f"postgres_{name}_read_seconds"][str(many)]) for name in ("cold", "warm")
    )
    rows.append(
        ["KPI, first read after a write minus warm", f"{cold - warm:,.0f} µs ({cold:,.0f} − {warm:,.0f})", "< 1 ms"]
    )
    ingest = _runs(results, "ingest on PostgreSQL")
    rates = [run["rate"] for run in ingest]
    bench = figures["pgbench_rates"]
    rows.append(["ingest, one point a request, 32 connections", f"{_spread(rates, '{:,.0f}')} points/s", "–"])
    rows.append(["pgbench, the same row, 32 clients", f"{_spread(bench, '{:,.0f}')} rows/s", "–"])
    ratios = [rate / base for rate, base in zip(rates, bench)]
    rows.append(["ingest against pgbench", _spread(ratios), "≥ 0.8"])
    imports = [many / seconds for seconds in figures["postgres_import_seconds"][str(many)]]
    copies = [many / seconds for seconds in figures["postgres_copy_seconds"][str(many)]]
    rows.append([f"import, {many:,} lines", f"{_spread(imports, '{:,.0f}')} lines/s", "–"])
    rows.append(["psql \\copy of the same rows into an equal table", f"{_spread(copies, '{:,.0f}')} rows/s", "–"])
    rows.append(["import against \\copy", _spread([a / b for a, b in zip(imports, copies)]), "–"])
    disk = figures["postgres_disk_bytes"][str(many)] / many
    rows.append(["disk a point, with its key", f"{disk:.0f} bytes", "–"])
    rows.append(["memory of the server, after ingest", _megabytes(figures["postgres_ingest_bytes"][str(many)]), "≤ 200 MB"])
    return _table(["on PostgreSQL", "figure", "target"], rows, "lrl")


# Statistics


def _runs(results, name, beside=None):
    """The runs of a name in the order of their rounds; those beside another thing only, unless that is nil."""
    runs = [run for run in results["runs"] if run["name"] == name and beside in (None, run["beside"])]
    return sorted(runs, key=lambda run: run["round"])


def _ratios(runs, bases):
    """Each round's rate against the same round's base."""
    return [run["rate"] / base["rate"] for run, base in zip(runs, bases) if base["rate"]]


def _median(values):
    values = list(values)
    return statistics.median(values) if values else float("nan")


def _spread(values, form="{:.2f}"):
    """The median, and from where to where where there are several."""
    if not values:
        return "–"
    middle = form.format(_median(values))
    return middle if len(values) == 1 else f"{middle} ({form.format(min(values))}–{form.format(max(values))})"


def _megabytes(values):
    values = [value for value in (values if isinstance(values, list) else [values]) if value is not None]
    return f"{_median(values) / 1e6:.0f} MB" if values else "not measured"


# Layout


def _table(head, rows, alignment):
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells):
        padded = [
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(cells, widths, alignment)
        ]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * (width + 1) + ":" if side == "r" else "-" * (width + 2) for width, side in zip(widths, alignment)]
    return "\n".join([line(head), "|" + "|".join(rule) + "|", *map(line, rows)])
