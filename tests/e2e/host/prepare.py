# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every run needs before it boots: tools, the test kernel, programs of ours."""

import pathlib
import platform
import shutil
import subprocess

SKIPPED = 77  # what ctest and automake take as "skipped"
_TREE = pathlib.Path(__file__).resolve().parents[3]


class Skip(Exception):
    """The run is not possible here; the text says why."""


def check_tools(needed, verb):
    """`verb` of ./dev installs what is missing."""
    if platform.machine() != "x86_64":
        raise Skip(f"the machine in QEMU is x86_64, this one is {platform.machine()}")
    missing = [tool for tool in needed if not shutil.which(tool)]
    if missing:
        raise Skip(f"not installed: {', '.join(missing)} (./dev {verb} installs what it needs)")


def kernel(verb, cached, dwarf=False):
    """The test kernel's folder. Builds it for minutes, or skips if `cached`."""
    options = [*(["--dwarf"] if dwarf else []), *(["--cached"] if cached else [])]
    done = subprocess.run([_TREE / "tests" / "e2e" / "kernel" / "build.sh", *options],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == SKIPPED:
        raise Skip(f"the test kernel is not built yet (./dev {verb} builds it, once)")
    done.check_returncode()
    return pathlib.Path(done.stdout.strip())


def program(given, preset, target, path):
    """A program of ours: the given one, or built now."""
    if given:
        return given.resolve()
    quiet = {"cwd": _TREE, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run(["cmake", "--preset", preset], **quiet)
    subprocess.run(["cmake", "--build", "--preset", preset, "--target", target], **quiet)
    return _TREE / "build" / preset / path
