"""The export of all points, in each form: how fast, and in how much memory."""

from .. import export_load
from ..results import median, megabytes, spread, table

FORMATS = ("csv", "ndjson")
COMPRESSIONS = (None, "gzip")


def measure(measurement):
    size = measurement.settings.many
    turns = [(form, compression) for compression in COMPRESSIONS for form in FORMATS]
    with measurement.copy(size) as copy:
        for number, (form, compression) in measurement.rounds("exports", turns):
            if compression and number > 0:
                # Once will do: they take long, and what the compression costs is seen beside the plain one.
                continue
            result, fault = export(copy, form, compression, size)
            measurement.add(result, fault, round=number, name="export", beside=label(form, compression))


def export(copy, form, compression, size):
    """One export by a server that was just started, so that its peak of memory is that of the export."""
    with copy.serve() as server:
        token = copy.create_token()
        before = server.memory("VmRSS")
        result = export_load.export(server.url, token, form, compression)
        result |= {"memory_bytes": server.memory("VmHWM"), "memory_before_bytes": before}
    lines = result["lines"] - (1 if form == "csv" else 0)
    result["rate"] = lines / result["seconds"]
    return result, None if lines == size else f"{size:,} points are stored, {lines:,} were exported"


def label(form, compression):
    return form.upper() + (f", {compression}" if compression else "")


def export_table(results):
    rows = []
    for compression in COMPRESSIONS:
        for form in FORMATS:
            beside = label(form, compression)
            rates = results.values("rate", "export", beside)
            sizes = results.values("bytes", "export", beside)
            seconds = results.values("seconds", "export", beside)
            megabytes_a_second = [size / 1e6 / time for size, time in zip(sizes, seconds)]
            rows.append(
                [
                    beside + (" **FAILED**" if results.failed("export", beside) else ""),
                    f"{results.many:,}",
                    spread(rates, "{:,.0f}"),
                    f"{median(megabytes_a_second):,.0f} MB/s",
                    f"{1e3 * median(results.values('first_byte_seconds', 'export', beside)):.1f} ms",
                    f"{megabytes(results.values('memory_before_bytes', 'export', beside))} → "
                    f"{megabytes(max(results.values('memory_bytes', 'export', beside)))}",
                    "≤ 200 MB",
                ]
            )
    head = ["export", "points", "points/s", "sent", "first byte", "memory before → peak", "target"]
    return table(head, rows, "lrrrrrl")
