"""Which parts there are, and in which order they run."""

from .measurement import Measurement
from .parts import alerts, batches, export, imports, large, lists, pages, postgres, reads, reports, singles, starts

PARTS = {
    "imports": imports,
    "starts": starts,
    "reads": reads,
    "lists": lists,
    "pages": pages,
    "singles": singles,
    "batches": batches,
    "export": export,
    "alerts": alerts,
    "reports": reports,
    "postgres": postgres,
    "large": large,
}


def measure(folder, settings, programs):
    """Runs the parts that are wanted; the raw results as what JSON can hold."""
    measurement = Measurement(folder, settings, programs)
    for name, part in PARTS.items():
        if name in settings.parts:
            part.measure(measurement)
    return measurement.results()
