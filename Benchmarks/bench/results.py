"""What a measurement found, and the statistics that the tables show of it."""

import statistics


class Results:
    """Reads the raw results."""

    def __init__(self, raw):
        self.raw = raw
        self.settings = raw["settings"]
        self.few = self.settings["few"]
        self.many = self.settings["many"]
        self.large = self.settings["large"]

    def has(self, part):
        return part in self.settings["parts"]

    def figure(self, name, key):
        """A figure, None where it was not measured."""
        return self.raw["figures"].get(name, {}).get(str(key))

    def runs(self, name, beside=None):
        """The runs of a name by their rounds; those beside another thing only, unless that is None."""
        found = {}
        for run in self.raw["runs"]:
            if run["name"] == name and beside in (None, run["beside"]):
                found[run["round"]] = run
        return found

    def values(self, field, name, beside=None):
        """A field of each run in the order of the rounds."""
        return [run[field] for _, run in sorted(self.runs(name, beside).items()) if run.get(field) is not None]

    def ratios(self, run, base, field="rate"):
        """Each round's figure of a run (name, beside) against the same round's figure of another."""
        runs, bases = self.runs(*run), self.runs(*base)
        return [
            runs[number][field] / bases[number][field]
            for number in sorted(runs.keys() & bases.keys())
            if bases[number][field]
        ]

    def failed(self, name, beside=None):
        return any(run["fault"] for run in self.runs(name, beside).values())


def median(values):
    values = list(values)
    return statistics.median(values) if values else float("nan")


def spread(values, form="{:.2f}"):
    """The median, and from where to where where there are several."""
    values = list(values)
    if not values:
        return "–"
    middle = form.format(median(values))
    return middle if len(values) == 1 else f"{middle} ({form.format(min(values))}–{form.format(max(values))})"


def share_within(seconds):
    """The median, and what ninety-nine of a hundred are within."""
    ordered = sorted(seconds)
    middle, late = (1e3 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    return f"median {middle:.1f} ms, p99 {late:.1f} ms"


def megabytes(values):
    values = [value for value in (values if isinstance(values, list) else [values]) if value is not None]
    return f"{median(values) / 1e6:.0f} MB" if values else "not measured"


def table(head, rows, alignment):
    """A table in Markdown that reads well in a terminal too; nothing where it has no rows."""
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells):
        padded = [
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(cells, widths, alignment)
        ]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * (width + 1) + ":" if side == "r" else "-" * (width + 2) for width, side in zip(widths, alignment)]
    return "\n".join([line(head), "|" + "|".join(rule) + "|", *map(line, rows)])
