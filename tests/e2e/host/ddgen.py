# SPDX-License-Identifier: LGPL-2.1-or-later
"""What module/ddgen.c registers: names, sizes and payloads."""

from mkvmcore_lib.payload import formula

DUMPS = {
    "ddgen_0000:00:04.0": 65536,
    "ddgen_0000:00:05.0_fw": 300001,
    "ddgen_0000:00:06.0": 1,
}

PAGE = 4096
HEADER = 64  # of a note, before the payload


def stored(name, size):
    """The bytes that the note holds: the kernel adds zeros up to the page."""
    return formula(name.encode(), size) + bytes(-(HEADER + size) % PAGE)
