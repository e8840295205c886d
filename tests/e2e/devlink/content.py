# SPDX-License-Identifier: LGPL-2.1-or-later
"""What devlinksim puts into regions, binaries and devcoredumps: sim_fill() of
module/regions.c."""

import struct

PAGE = 4096


def _pattern():
    seed, page = 1, bytearray()
    for _ in range(PAGE):
        seed = (seed * 1664525 + 1013904223) & 0xFFFFFFFF
        page.append(seed >> 24)
    return bytes(page)


_TAIL = _pattern()[8:]


def content(size, generation=0, start=0):
    """The bytes [start, start + size) of snapshot number `generation`."""
    first = start // PAGE
    pages = b"".join(
        struct.pack("<Q", at * PAGE + (generation & 0xFFF)) + _TAIL
        for at in range(first, (start + size + PAGE - 1) // PAGE)
    )
    return pages[start - first * PAGE:][:size]
