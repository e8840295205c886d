# SPDX-License-Identifier: LGPL-2.1-or-later
"""The content "devlink-fmsg" of a captured dump: the kernel's netlink messages as they
came, read without the program under test."""

import struct

# Numbers of uapi/linux/devlink.h.
_FMSG = 106
_MARKS = {107: "{", 108: ":", 109: "[", 110: "end"}
_NAME, _TYPE, _DATA = 111, 112, 113
_HEADERS = 20  # nlmsghdr and genlmsghdr
# Types of netlink's attributes (lib/nlattr.c): flags, numbers, a string, bytes.
_NUMBERS = {1: 1, 2: 2, 3: 4, 4: 8}
_STRINGS, _FLAG, _BINARY = (5, 10), 6, 11


def _attributes(data):
    """(type, bytes) of each."""
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("<HH", data, at)
        if not 4 <= length <= len(data) - at:
            raise ValueError(f"an attribute of {length} bytes, {len(data) - at} are left")
        yield kind & 0x3FFF, data[at + 4:at + length]
        at += (length + 3) & ~3


def _value(kind, data):
    if kind in _NUMBERS:
        if len(data) != _NUMBERS[kind]:
            raise ValueError(f"a number of type {kind} in {len(data)} bytes")
        return int.from_bytes(data, "little")
    if kind in _STRINGS:
        return data.rstrip(b"\0")
    if kind == _FLAG:
        return bool(data and data[0])
    if kind == _BINARY:
        return bytearray(data)
    raise ValueError(f"a value of type {kind}")


def commands(data):
    """The numbers of the generic commands of the messages, one after the other."""
    at = 0
    while at < len(data):
        length = struct.unpack_from("<I", data, at)[0]
        if not _HEADERS <= length <= len(data) - at:
            raise ValueError(f"a message of {length} bytes, {len(data) - at} are left")
        yield data[at + 16], data[at + _HEADERS:at + length]
        at += (length + 3) & ~3


def tokens(data):
    """The stream: "{", ":", "[" and "end" for what begins and ends, ("name", bytes), and
    ("value", bool, int, bytes of a string, or a bytearray)."""
    found, kind = [], None
    for _, message in commands(data):
        for attribute, payload in _attributes(message):
            if attribute != _FMSG:
                continue
            for token, value in _attributes(payload):
                if token in _MARKS:
                    found.append(_MARKS[token])
                elif token == _NAME:
                    found.append(("name", value.rstrip(b"\0")))
                elif token == _TYPE:
                    kind = value[0]
                elif token == _DATA:
                    found.append(("value", _value(kind, value)))
                else:
                    raise ValueError(f"token {token}")
    return found


def named_values(data):
    """(name, value) of each pair with one value, in order."""
    stream = tokens(data)
    return [(name[1].decode("latin-1"), value[1]) for name, value in zip(stream, stream[1:])
            if name[0] == "name" and value[0] == "value"]
