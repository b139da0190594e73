"""What the parts of a measurement share: where they run, what they run on, and what they found.

Everything that is compared runs in turns, round after round, and every other round backwards: so that a machine that
gets slower or faster meanwhile does so for all of them.
"""

import contextlib
import dataclasses

from . import load, points
from .installation import Installation
from .processes import Server, say

LIST = "/api/v1/analytics?per_page=30"


class Measurement:
    """Hand it to the parts, one after the other."""

    def __init__(self, folder, settings, programs):
        self.folder = folder
        self.settings = settings
        self.programs = programs
        self.today = points.today()
        self.sizes = (settings.few, settings.many)
        self.runs = []
        self.problems = []
        self.figures = {}
        self._data = {}

    def results(self):
        """What was found, as what JSON can hold."""
        return {
            "settings": dataclasses.asdict(self.settings),
            "runs": self.runs,
            "figures": self.figures,
            "problems": self.problems,
        }

    # Noting

    def note(self, name, key, value):
        self.figures.setdefault(name, {})[str(key)] = value

    def append(self, name, key, *values):
        """More of several figures of the same name."""
        self.figures.setdefault(name, {}).setdefault(str(key), []).extend(values)

    def add(self, result, fault=None, **labels):
        """A run, with the labels `name`, `beside` and `round` by which it is found again."""
        self.runs.append({**labels, **result, "fault": fault})
        if fault:
            self.problems.append(f"{labels['name']} ({labels['beside']}), round {labels['round'] + 1}: {fault}")

    # What is measured on

    def data(self, size, last_day=None, times=1):
        """A database with so many points up to a day (today, where none is given), made when it is first asked for."""
        key = (size, last_day or self.today)
        if key not in self._data:
            self._data[key] = self._imported(*key, times)
        return self._data[key]

    def _imported(self, size, last_day, times):
        """Imported through a running server; the last of some that are timed."""
        file = self.folder / "points.csv"
        with open(file, "w", encoding="ascii") as lines:
            points.write_csv(lines, size, last_day)
        for number in range(times):
            say(f"Importing {size:,} points ({number + 1} of {times})…")
            data = Installation(self.folder / f"data-{size}-{last_day}", self.programs.server)
            if number > 0:
                data.remove()
            with data.serve() as server:
                data.create_user()
                seconds = data.import_file(file)
                if last_day == self.today:
                    self.append("import_seconds", size, seconds)
                    self.append("import_peak_bytes", size, server.memory("VmHWM"))
        file.unlink()
        return data

    @contextlib.contextmanager
    def copy(self, size, last_day=None):
        """A copy of such a database, which is there only within the block."""
        copy = self.data(size, last_day).copy(self.folder / f"copy-{size}")
        try:
            yield copy
        finally:
            copy.remove()

    def floor(self):
        """The server that does nothing."""
        return Server([self.programs.floor, "0"], self.folder / "floor.log")

    # Turns

    def rounds(self, what, turns):
        """Each turn of each round, with the round's number."""
        for number in range(self.settings.rounds):
            say(f"Measuring {what} (round {number + 1} of {self.settings.rounds})…")
            for turn in turns if number % 2 == 0 else reversed(turns):
                yield number, turn

    def take_turns(self, what, turns):
        """Runs wrk in turns; each is a name, what it is compared with, a URL and a token."""
        for _, _, url, token in turns:
            # Says what is wrong with a request better than wrk could, and fills the caches.
            with load.Client(url, token) as client:
                client.request("GET", url[url.index("/", len("http://")) :])
            load.wrk(url, 1, token)
        for number, (name, beside, url, token) in self.rounds(what, turns):
            result = load.wrk(url, self.settings.seconds, token)
            self.add(result, load.fault(result), round=number, name=name, beside=beside)
