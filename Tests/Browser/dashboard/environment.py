"""What the tests run in: a Python with Playwright, and the system's Chromium."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

from bench.processes import ROOT, Failure

VENV = ROOT / ".build" / "browser-venv"

# The two that decide what is found. What else they need may be newer.
REQUIREMENTS = ["playwright==1.65.2", "axe-playwright-python==0.1.8"]

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
    for command in (
        [sys.executable, "-m", "venv", VENV],
        # Wheels alone: Playwright's brings the program that it drives the browser with.
        [VENV / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", *REQUIREMENTS],
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


def browser_options():
    """What it is started with beside what Playwright adds."""
    # Root has no sandbox. /dev/shm is small in containers.
    return ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
