"""The tests, as their files name them."""

import dataclasses
from collections.abc import Callable

TESTS = []


@dataclasses.dataclass
class Test:
    """A sentence about the dashboard, and what finds out whether it is true."""

    name: str
    run: Callable

    @property
    def file(self):
        return self.run.__module__.rsplit(".", 1)[1]


class Skipped(Exception):
    """Why a test cannot be run here."""


def test(name):
    """Makes a function a test: it is given the suite and a function that takes notes for the terminal."""

    def register(function):
        TESTS.append(Test(name, function))
        return function

    return register
