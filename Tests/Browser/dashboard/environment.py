"""What the tests run in: a Python with Playwright, and the system's Chromium."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

from bench.processes import ROOT, Failure

VENV = ROOT / ".build" / "browser-venv"

# What decides what is found, and what makes pictures small. What else they need may be newer.
REQUIREMENTS = ["playwright==1.65.2", "axe-playwright-python==0.1.8", "pillow==13.0.0"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")


def enter():
    """Goes on in the Python that has what the tests need, installed where it is not."""
    if pathlib.Path(sys.prefix).resolve() == VENV.resolve():
        return
    prepare()
    python = str(VENV / "bin" / "python")
    os.execv(python, [python, *sys.argv])


def prepare():
    """Installs what the tests need, unless exactly that is installed already."""
    installed = VENV / "requirements.txt"
    wanted = "\n".join(REQUIREMENTS) + "\n"
    with contextlib.suppress(FileNotFoundError):
        if installed.read_text() == wanted:
            return
    print(f"==> installing {', '.join(REQUIREMENTS)}", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    # Wheels alone: Playwright's brings the program that it drives the browser with.
    install = ["install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
    for command in (
        [sys.executable, "-m", "venv", VENV],
        [VENV / "bin" / "pip", *install, *REQUIREMENTS],
    ):
        if subprocess.run(command).returncode != 0:
            raise Failure("Playwright could not be installed (Debian's package python3-venv is needed).")
    # Written last: an installation that broke off is none.
    installed.write_text(wanted)


def browser():
    """The path of a Chromium."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise Failure("There is no Chromium; Scripts/packages test installs it.")
