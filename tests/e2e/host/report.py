# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the run says: steps with their times, checks with their outcome."""

import contextlib
import subprocess
import time


class Steps:
    """Where the time goes."""

    def __init__(self):
        self._rows = []

    @contextlib.contextmanager
    def timed(self, name):
        print(f"== {name}", flush=True)
        start = time.monotonic()
        try:
            yield
        finally:
            self.add(name, time.monotonic() - start)

    def add(self, name, seconds):
        self._rows.append((name, seconds))

    def print_table(self):
        width = max(len(name) for name, _ in self._rows)
        print(f"\n{'where the time goes':{width}}  seconds")
        for name, seconds in self._rows:
            print(f"{name:{width}}  {seconds:7.1f}")
        # Indented rows are parts of the row above them.
        total = sum(s for name, s in self._rows if not name.startswith(" "))
        print(f"{'total':{width}}  {total:7.1f}", flush=True)


class Checks:
    """Prints every check as it is made and counts. A check that fails does not
    end the run: the others may say why."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def that(self, what, condition, detail=""):
        """Records one check; `detail` is shown when it fails."""
        if condition:
            self.passed += 1
            print(f"   ok    {what}", flush=True)
        else:
            self.failed += 1
            print(f"   FAIL  {what}" + (f": {detail}" if detail else ""), flush=True)
        return bool(condition)

    def equal(self, what, found, expected):
        """Records that two values are the same; shows both when they are not."""
        return self.that(what, found == expected, f"expected {_short(expected)}, found {_short(found)}")

    @staticmethod
    def note(text):
        print(f"         {text}", flush=True)


def _short(value):
    if isinstance(value, (bytes, bytearray)):
        return f"{len(value)} bytes starting {value[:16].hex()}"
    text = repr(value)
    return text if len(text) <= 300 else text[:300] + "..."


def command(*args, **kwargs):
    """Runs a program to its end with captured output; never raises for its exit
    code, which the caller checks."""
    return subprocess.run(
        [str(a) for a in args], stdin=kwargs.pop("stdin", subprocess.DEVNULL),
        capture_output=True, check=False, timeout=kwargs.pop("timeout", 300), **kwargs
    )


def said(result):
    """One line of what a program said, for the detail of a check."""
    text = (result.stderr + b" " + result.stdout[:500]).decode("utf-8", "replace")
    return f"exit code {result.returncode}: {' '.join(text.split())[:400]}"
