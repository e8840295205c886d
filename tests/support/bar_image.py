# SPDX-License-Identifier: LGPL-2.1-or-later
"""Images of BARs, described by a text, and what dumps of them must be.

The text, fixture/bar0.txt in a plugin's folder, one line after the other:

    # a comment, also behind a line: the registers' names belong there
    size = 128K                   of the BAR; required, first
    list = ../registers.list      where the sections are, from the text's folder
    section = all                 its registers get values that say where they are
    section = net at 0x2000       the same, of a block of registers that begins there
    order = big                   of the values from here on; little is the default
    0x00100 = 0x0400801a          a register of 4 bytes
    0x00012,2 = 3                 of 2 bytes; 1, 2, 4 or 8
    0x00200 = 1 2 3               one behind the other
    0x00210,8 = "text"            8 bytes, zeros behind the text

Every other byte is POISON, which is in no dump: a dump has zeros there. Whatever is
wrong is a ValueError with the line's number.
"""

import collections
import pathlib
import re

POISON = 0xBD

# (address, registers, width) in a block that begins at `base`.
Section = collections.namedtuple("Section", "base registers")

_UNITS = {"K": 1 << 10, "M": 1 << 20}
_PLACE = re.compile(r"(\w+)(?:,(\d+))?$")


def number(text):
    if text[-1:] in _UNITS:
        return int(text[:-1], 0) * _UNITS[text[-1]]
    return int(text, 0)


def registers_of(path, section):
    """(address, registers, width) of a section of a registers.list."""
    found, inside, width = [], False, 4
    for line in path.read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            inside, width = line == f"[{section}]", 4
        elif inside and line.startswith("width"):
            width = int(line.partition("=")[2], 0)
        elif inside and "=" not in line and line:
            numbers = [int(part, 0) for part in line.split(",")]
            found.append((numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else width))
    if not found:
        raise ValueError(f"{path}: no registers in a section [{section}]")
    return found


def masked(block, registers):
    """What a dump of these registers must be: the block where they are, else zeros."""
    payload = bytearray(max(address + count * width for address, count, width in registers))
    for address, count, width in registers:
        payload[address : address + count * width] = block[address : address + count * width]
    return bytes(payload)


def said_place(address, width):
    """What a register has that nobody gave a value: where it is. Never zero, never all
    ones, no POISON."""
    if width == 1:
        return 1 + address % (POISON - 1)
    if width == 2:
        return 0x5000 | address & 0xFFF
    low = 0x5A000000 | address & 0xFFFFFF
    return low if width == 4 else 0xA5000000 << 32 | (address & 0xFFFFFF) << 32 | low


class Bar:
    """`image`: the BAR, to be changed at will; `sections`: by name."""

    def __init__(self, path, size=None):
        self.path = pathlib.Path(path)
        self.image, self.sections = bytearray([POISON]) * (size or 0), {}
        self._list, self._order = None, "little"
        for index, line in enumerate(self.path.read_text().splitlines(), 1):
            line = re.sub(r'#[^"]*$', "", line).strip()
            key, equals, value = (part.strip() for part in line.partition("="))
            try:
                if line and not (equals and value):
                    raise ValueError(f"expected KEY = VALUE, found {line!r}")
                if line:
                    self._take(key, value)
            except ValueError as error:
                raise ValueError(f"{self.path}:{index}: {error}") from None
        if not self.image:
            raise ValueError(f"{self.path}: no size")

    def _take(self, key, value):
        if key == "size":
            self.image = self.image or bytearray([POISON]) * number(value)
        elif key == "list":
            self._list = self.path.parent / value
        elif key == "order":
            if value not in ("little", "big"):
                raise ValueError(f"order: expected little or big, found {value!r}")
            self._order = value
        elif key == "section":
            name, _, base = value.partition(" at ")
            self._add(name.strip(), number(base or "0"))
        else:
            self.set(key, value)

    def _add(self, name, base):
        if self._list is None:
            raise ValueError("section before list")
        self.sections[name] = Section(base, registers_of(self._list, name))
        for address, count, width in self.sections[name].registers:
            for at in range(base + address, base + address + count * width, width):
                self.put(at, said_place(at, width), width, "little")

    def set(self, key, value):
        """A line ADDRESS[,WIDTH] = VALUE..., in the order that the text had last."""
        place = _PLACE.match(key)
        if not place or not value:
            raise ValueError(f"expected ADDRESS[,WIDTH] = VALUE, found {key!r} and {value!r}")
        at, width = number(place[1]), int(place[2] or 4)
        if value[0] == '"':
            text = value[1:-1].encode()
            if value[-1] != '"' or len(text) > width:
                raise ValueError(f"expected up to {width} bytes in quotes, found {value}")
            for byte in text.ljust(width, b"\0"):
                self.put(at, byte, 1)
                at += 1
            return
        for word in value.split():
            self.put(at, number(word), width)
            at += width

    def put(self, at, value, width=4, order=None):
        if width not in (1, 2, 4, 8) or at % width or at + width > len(self.image):
            raise ValueError(f"no register of {width} bytes at {at:#x} of {len(self.image):#x}")
        if not 0 <= value < 1 << 8 * width:
            raise ValueError(f"{value:#x} has no place in {width} bytes")
        self.image[at : at + width] = value.to_bytes(width, order or self._order)

    def dump(self, name):
        """What a dump of the section must be, as the image is now."""
        section = self.sections[name]
        return masked(self.image[section.base :], section.registers)
