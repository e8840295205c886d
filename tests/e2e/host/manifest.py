# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manifest of an archive, read without the program under test."""

import json
import mmap

_START = b'{"schema":"vmcoredd-manifest/1'
_MOST = 1 << 20


def read(archive):
    """The first fragment, or {}. The archive may be larger than memory."""
    with open(archive, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(_START)
        return json.JSONDecoder().raw_decode(data[at : at + _MOST].decode("latin-1"))[0] if at >= 0 else {}


def entry(archive, name):
    """What it says of a dump, captured or not, or {}."""
    found = read(archive)
    listed = [*found.get("dumps", []), *found.get("skipped", [])]
    return next((dump for dump in listed if dump["name"] == name), {})
