# SPDX-License-Identifier: LGPL-2.1-or-later
"""A peer of decode: inflates all chunks of a cudbg container by zlib, and looks at nothing."""
import struct
import sys
import zlib

with open(sys.argv[1], "rb") as source:
    data = source.read()
total = 0
for slot in range(56, 3800, 52):
    _, at, size = struct.unpack_from("<III", data, slot)
    end = at + size - data[slot + 24]
    while at < end:
        length, stored = struct.unpack_from("<QQ", data, at + 8)
        total += len(zlib.decompress(data[at + 280:at + 280 + stored], bufsize=length))
        at += 280 + stored
print(total)
