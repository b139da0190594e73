"""The database of 10,000,000 points: made once, and again only when the schema is another."""

import datetime
import json
import os
import shutil
import time

from . import points
from .installation import Installation
from .processes import ROOT, Failure, say

FOLDER = ROOT / ".build" / "bench-data"


class LargeFile:
    """Where the file lies, and what it holds."""

    def __init__(self, size, programs, folder=FOLDER):
        self.size = size
        self.program = programs.server
        self.parent = folder
        self.data = Installation(folder / f"points-{size}", programs.server)
        self._description = self.data.folder / "description.json"

    @property
    def last_day(self):
        """The day on which the points end: that on which the file was made."""
        return datetime.date.fromisoformat(json.loads(self._description.read_text())["last_day"])

    def is_current(self):
        """Whether the file is there, complete, and of the schema that the program makes."""
        return self._description.exists() and self.data.schema() == self._schema_of_program()

    def build(self):
        """Makes it where it is not current; says how many points a second were imported, or None."""
        if self.is_current():
            return None
        self._check_room()
        if self.data.folder.exists():
            self.data.remove()
        self.data.migrate()
        self.data.create_user()
        last_day = points.today()
        say(f"Writing {self.size:,} lines…")
        file = self.data.folder / "points.csv"
        with open(file, "w", encoding="ascii") as lines:
            points.write_csv(lines, self.size, last_day)
        say(f"Importing {self.size:,} points…")
        seconds = self.data.import_file(file)
        file.unlink()
        stored = self.data.stored_points()
        if stored != self.size:
            raise Failure(f"{self.size:,} points were imported, {stored:,} are stored.")
        description = {
            "last_day": last_day.isoformat(),
            "points": self.size,
            "disk_bytes": self.data.disk_bytes(),
            "import_seconds": round(seconds, 1),
            "made_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        # Last and at once: what has no description is not complete.
        next_description = self._description.with_suffix(".next")
        next_description.write_text(json.dumps(description, indent=1) + "\n")
        os.replace(next_description, self._description)
        return self.size / seconds

    def _schema_of_program(self):
        empty = Installation(self.parent / "empty", self.program)
        if empty.folder.exists():
            empty.remove()
        empty.folder.mkdir(parents=True)
        empty.migrate()
        schema = empty.schema()
        empty.remove()
        return schema

    def _check_room(self):
        self.parent.mkdir(parents=True, exist_ok=True)
        # The lines that are imported, the file, and its copy during the measurement; each with room to spare.
        needed = self.size * (60 + 50 + 50)
        free = shutil.disk_usage(self.parent).free
        if free < needed:
            raise Failure(f"{self.parent} needs {needed / 1e9:.1f} GB of room, there are {free / 1e9:.1f} GB.")
