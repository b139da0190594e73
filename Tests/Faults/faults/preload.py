"""Compiles what makes the disk fail, see failing_disk.c."""

import pathlib
import shutil
import subprocess

from bench.processes import Failure

SOURCE = pathlib.Path(__file__).with_name("failing_disk.c")


def failing_disk(folder):
    """The variables under which a program has a disk that can fail; `folder` keeps the library."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise Failure("There is no C compiler; Scripts/packages test installs one.")
    library = folder / "failing_disk.so"
    command = [compiler, "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{SOURCE.name} does not compile:\n{done.stderr}")
    return {"LD_PRELOAD": str(library)}
