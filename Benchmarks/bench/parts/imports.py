"""The command `import` on a large file, and what the points take up afterwards."""

from ..results import megabytes, spread


def measure(measurement):
    settings = measurement.settings
    data = measurement.data(settings.many, times=settings.imports)
    measurement.note("disk_bytes", settings.many, data.disk_bytes())


def figure_rows(results):
    many = results.many
    rates = [many / seconds for seconds in results.figure("import_seconds", many)]
    disk = results.figure("disk_bytes", many) / many
    return [
        [f"import, {many:,} lines", f"{spread(rates, '{:,.0f}')} lines/s", "–"],
        [f"disk a point, {many:,} points imported", f"{disk:.1f} bytes", "≤ 45 bytes"],
        [f"memory, peak of the import, {many:,}", megabytes(results.figure("import_peak_bytes", many)), "≤ 200 MB"],
    ]
