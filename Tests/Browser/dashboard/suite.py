"""Runs the tests, one after another, on one server with a workspace for each."""

import contextlib
import functools
import importlib
import re
import shutil
import time
import traceback

from bench.patience import patient
from bench.processes import CHEAP_PASSWORDS, ROOT, Failure, Server
from playwright.sync_api import sync_playwright

from . import FILES, environment, people
from .registry import TESTS, Skipped
from .visitor import Visitor

# What a test that failed leaves behind: pictures of what its browsers showed, and the server's log.
REMAINS = ROOT / ".build" / "browser-failed"

# No limits, and a mail server where nobody takes mail, so that all about mail is on the pages.
SETTINGS = {
    **{f"RATE_LIMIT_{name}": "0" for name in ("AUTH", "INGEST", "OTHER", "PAGES")},
    "SMTP_URL": "smtp://127.0.0.1:1",
    "MAIL_FROM": "numbers@example.com",
    "LOG_LEVEL": "warning",
    **CHEAP_PASSWORDS,
}


class Suite:
    """A server and a browser, and what the tests make with them. Use it in a `with` block, which ends both."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.count = 0
        self.visitors = []

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.server = stack.enter_context(self.serve("browser"))
            playwright = stack.enter_context(sync_playwright())
            # Without a sandbox, as Playwright starts it: root has none, nor have most containers.
            self.browser = playwright.chromium.launch(executable_path=environment.browser(), timeout=patient(180_000))
            stack.callback(self.browser.close)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    @property
    def url(self):
        return self.server.url

    def serve(self, name, port=0):
        """A server on a database of its own, which it finds again under the same name."""
        return Server(
            [self.program, "serve", "--port", str(port), "--quota-workspaces", "0"],
            self.folder / f"{name}.log",
            {"DATABASE_URL": self.database(name), **SETTINGS},
        )

    def database(self, name="browser"):
        return f"sqlite:{self.folder / name}.sqlite"

    def visitor(self, person=None, path="/", url=None, **options):
        """A new browser, of somebody who is logged in if a person is given."""
        visitor = Visitor(self.browser, url or self.url, **options)
        self.visitors.append(visitor)
        if person:
            visitor.enter(person, path)
        return visitor

    @functools.cached_property
    def team(self):
        """One of each role in a workspace with data, rules, alerts and reports, which tests look at and leave alone."""
        return people.furnished_team(self.url)

    def newcomer(self, url=None, **more):
        """Somebody with a workspace of their own."""
        return people.newcomer(url or self.url, **more)

    def run(self, only=None):
        """Runs the tests, those whose names have certain words if these are given; the names of those that failed."""
        for name in FILES:
            importlib.import_module(f"{__package__}.{name}")
        # One file may import another before its turn.
        tests = sorted(TESTS, key=lambda test: FILES.index(test.file))
        chosen = [test for test in tests if not only or any(words in test.name for words in only)]
        if not chosen:
            raise Failure(f"No test has {' or '.join(map(repr, only))} in its name.")
        shutil.rmtree(REMAINS, ignore_errors=True)
        failed = [test.name for test in chosen if not self._passes(test)]
        self.count = len(chosen)
        return failed

    def _passes(self, test):
        started = time.monotonic()
        notes, faults = [], []
        verdict = "passed"
        try:
            test.run(self, notes.append)
        except Skipped as reason:
            verdict = "skipped"
            notes.append(f"not run: {reason}")
        except Exception as error:
            faults.append(explanation(error))
        for number, visitor in enumerate(self.visitors, 1):
            faults += visitor.faults
            if faults:
                self._keep(test, number, visitor)
            visitor.context.close()
        self.visitors.clear()
        if faults:
            verdict = "FAILED"
        print(f"{verdict} in {time.monotonic() - started:4.1f} s: {test.name}")
        for line in [*(f"- {note}" for note in notes), *(f"! {fault}" for fault in faults[:20])]:
            print("  " + line.replace("\n", "\n    "), flush=True)
        return not faults

    def _keep(self, test, number, visitor):
        REMAINS.mkdir(exist_ok=True)
        name = re.sub("[^a-z0-9]+", "-", test.name.lower())[:60].strip("-")
        try:
            visitor.page.screenshot(path=REMAINS / f"{name}-{number}.png")
        except Exception as error:
            print(f"  - no picture of it: {error}")
        shutil.copyfile(self.server.log, REMAINS / "server.log")


def explanation(error):
    """What failed, and where in the tests."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "/Tests/Browser/" in frame.filename
    ]
    place = frames[-1] if frames else None
    # Playwright says what it looked for below what went wrong.
    text = str(error).strip() or (place.line if place else repr(error))
    where = " < ".join(f"{frame.filename.rsplit('/', 1)[1]}:{frame.lineno}" for frame in reversed(frames[1:]))
    return f"{text[:1500]}\n({where})"
