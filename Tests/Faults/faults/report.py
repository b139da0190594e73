"""What a fault test found: figures, and what is wrong."""

import statistics


class Report:
    def __init__(self, name):
        self.name = name
        self.figures = []
        self.faults = []
        # Why it was not run, or a part of it was not.
        self.skipped = []

    def figure(self, label, value, must_be=None):
        """Adds a figure; one that must have a value and has another is a fault."""
        self.figures.append((label, f"{value:,}" if isinstance(value, int) else value))
        if must_be is not None and value != must_be:
            self.fault(f"{label}: {value} in the place of {must_be}")

    def fault(self, text):
        self.faults.append(text)

    def skip(self, reason):
        self.skipped.append(reason)

    def text(self, seconds):
        verdict = "FAILED" if self.faults else "passed" if self.figures else "skipped"
        lines = [f"{self.name}: {verdict} in {seconds:.0f} s"]
        lines += [f"  - {label}: {value}" for label, value in self.figures]
        lines += [f"  - not run: {reason}" for reason in self.skipped]
        lines += [f"  ! {fault}" for fault in self.faults[:20]]
        if len(self.faults) > 20:
            lines.append(f"  ! and {len(self.faults) - 20} more")
        return "\n".join(lines)


def spread(values, unit="ms", scale=1000):
    """Median and largest."""
    if not values:
        return "–"
    return f"median {scale * statistics.median(values):,.0f} {unit}, most {scale * max(values):,.0f} {unit}"


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
