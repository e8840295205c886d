# SPDX-License-Identifier: LGPL-2.1-or-later
"""A file being put together."""
import os

# Reading more than this at once is a mistake in a text, not a test.
MAX_READ = 1 << 30


class Image:
    """A sparse file: later writes win, gaps are zeros and take no space.

    `labels` are named offsets for poke and truncate; `regions` are the named
    byte ranges (offset, size) that the flattened writers order by.
    """

    def __init__(self):
        self.extents = []
        self.size = 0
        self.labels = {}
        self.regions = {}
        self.counts = {}

    def write(self, offset, data):
        if data:
            self.extents.append((offset, bytes(data)))
        self.size = max(self.size, offset + len(data))

    def append(self, data):
        self.write(self.size, data)

    def truncate(self, size):
        """Cuts the file, or extends it with zeros."""
        if size >= self.size:
            self.size = size
            return
        self.extents = [(offset, data[:max(0, size - offset)])
                        for offset, data in self.extents if offset < size]
        self.size = size

    def pieces(self, offset, size):
        """What was written into [offset, offset + size), oldest first."""
        for start, data in self.extents:
            begin, end = max(start, offset), min(start + len(data), offset + size)
            if begin < end:
                yield begin, data[begin - start:end - start]

    def read(self, offset, size):
        if size > MAX_READ:
            raise ValueError(f"refusing to read {size} bytes at once")
        result = bytearray(max(0, min(size, self.size - offset)))
        for start, data in self.pieces(offset, len(result)):
            result[start - offset:start - offset + len(data)] = data
        return bytes(result)

    def paste(self, source, offset, size, at):
        """Copies a range of another image behind everything written so far."""
        for start, data in source.pieces(offset, size):
            self.write(at + start - offset, data)
        self.size = max(self.size, at + size)

    def label(self, name, offset):
        self.labels[name] = offset

    def number_label(self, prefix, offset):
        """Labels prefix0, prefix1, ... in the order of calls."""
        number = self.counts.get(prefix, 0)
        self.counts[prefix] = number + 1
        self.labels[f"{prefix}{number}"] = offset

    def store(self, path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        with os.fdopen(descriptor, "wb") as out:
            for offset, data in self.extents:
                out.seek(offset)
                out.write(data)
            out.truncate(self.size)


def align(value, alignment):
    return (value + alignment - 1) // alignment * alignment
