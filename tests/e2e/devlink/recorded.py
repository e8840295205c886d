# SPDX-License-Identifier: LGPL-2.1-or-later
"""One recorded command: what devlink said and what vmcoredd devlink said."""

import json
import re

# Commands that change something run on a device and on its twin (guest/lib.sh).
_TWINS = ((b"netdevsim12", b"netdevsim11"), (b"devlinksim.1", b"devlinksim.0"))
# The moment of a dump differs between twins.
_DATE = re.compile(rb"(last_dump_date\"?[: ]\"?)[0-9-]{10}|(last_dump_time\"?[: ]\"?)[0-9:]{8}")


class Side:
    """stdout, stderr and status of one program."""

    def __init__(self, folder, who):
        self.stdout = (folder / f"stdout.{who}").read_bytes()
        self.stderr = (folder / f"stderr.{who}").read_bytes()
        status = folder / f"status.{who}"  # a monitor has none: it is killed
        self.status = int(status.read_text()) if status.exists() else None

    @property
    def text(self):
        return self.stdout.decode("utf-8", "backslashreplace")

    @property
    def errors(self):
        return " ".join(self.stderr.decode("utf-8", "backslashreplace").split())

    @property
    def comparable(self):
        """stdout with the twins' names and moments made equal."""
        text = self.stdout
        for twin, name in _TWINS:
            text = text.replace(twin, name)
        return _DATE.sub(_without_moment, text)


def _without_moment(match):
    return (match[1] or match[2]) + b"X"


class Recorded:
    """A command of a numbered script; `ours` is None while the program under test
    has no such command, `theirs` for what devlink does not have."""

    def __init__(self, folder):
        self.name = folder.name
        self.arguments = (folder / "args").read_text().splitlines()
        self.theirs = Side(folder, "theirs") if (folder / "stdout.theirs").exists() else None
        self.ours = Side(folder, "ours") if (folder / "stdout.ours").exists() else None
        self._twins = (folder / "twin").exists()

    def texts(self):
        """stdout of both to compare: with the twins' names and moments made equal
        where ours had the twin."""
        if self._twins:
            return _DATE.sub(_without_moment, self.theirs.stdout), self.ours.comparable
        return self.theirs.stdout, self.ours.stdout

    def __str__(self):
        return f"{self.name} ({' '.join(self.arguments)})"


def read_all(out):
    """{name: Recorded} of a script's folder."""
    return {folder.name: Recorded(folder) for folder in sorted(out.iterdir()) if (folder / "args").exists()}


def pairs(text):
    """JSON with every object as a list of (name, value): keeps names that repeat."""
    return json.loads(text, object_pairs_hook=list)


def unique(text):
    """JSON whose names may not repeat; raises ValueError."""

    def build(items):
        result = dict(items)
        if len(result) != len(items):
            names = [name for name, _ in items]
            raise ValueError(f"repeated names: {sorted({n for n in names if names.count(n) > 1})}")
        return result

    return json.loads(text, object_pairs_hook=build)


def region_bytes(text):
    """(address, bytes) of the text of region dump or read, from any grouping of
    hexadecimal digits; lines must follow each other. (None, b"") of nothing."""
    start, data = None, bytearray()
    for line in filter(None, text.splitlines()):
        address, _, digits = line.partition(" ")
        if start is None:
            start = int(address, 16)
        elif int(address, 16) != start + len(data):
            raise ValueError(f"line {address} after {start + len(data):016x}")
        data += bytes.fromhex(digits)
    return start, bytes(data)
