# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bytes that texts ask for, and checksums of them."""
import ctypes
import ctypes.util
import os
import random
import re
import struct
import subprocess

import bar_image

from .cudbg import make_cudbg
from .firmware_dumps import MAKERS
from .fmsg import make_fmsg


class TextError(Exception):
    """Something is wrong with a description."""


def unescape(text):
    """Bytes of a text in which \\xNN, \\n, \\0 and \\\\ mean what they do in C."""
    simple = {"n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}
    result = b""
    for match in re.finditer(r"\\x([0-9a-fA-F]{2})|\\(.)|([^\\]+)", text, re.DOTALL):
        if match[1]:
            result += bytes.fromhex(match[1])
        elif match[2]:
            if match[2] not in simple:
                raise TextError(f"unknown escape \\{match[2]}")
            result += simple[match[2]]
        else:
            result += match[3].encode()
    return result


def number(text):
    """A decimal or 0x number with an optional K, M or G."""
    match = re.fullmatch(r"(-?(?:0x[0-9a-fA-F]+|[0-9]+))([KMG]?)", text)
    if not match:
        raise TextError(f"not a number: {text}")
    return int(match[1], 0) << {"": 0, "K": 10, "M": 20, "G": 30}[match[2]]


def formula(name, size):
    """The payload of the sample dumps: reproducible from name and size."""
    seed = 0x811C9DC5
    for byte in name:
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    words = []
    for i in range(size // 4):
        seed = (seed * 1664525 + 1013904223) & 0xFFFFFFFF
        words.append(seed if i % 64 >= 48 else seed & 0xFF)
    return struct.pack(f"<{len(words)}I", *words) + b"\xa5" * (size % 4)


def make_data(spec, size=None, name=b""):
    """The bytes of a data= value, cut or zero-filled to `size` if it is given.

    None instead of bytes means `size` zeros: callers leave a hole in the file.
    """
    kind, _, value = spec.partition(":")
    if kind == "zero":
        return None
    if kind == "formula":
        return formula(unescape(value) if value else name, size)
    if kind == "fill":
        return bytes([number(value)]) * size
    if kind == "random":  # of a seed, the same every time
        source, piece = random.Random(int(value or "1")), 1 << 20  # randbytes() ends at 256 MiB
        return b"".join(source.randbytes(min(piece, size - at)) for at in range(0, size, piece))
    if kind == "hex":
        data = bytes.fromhex(value)
    elif kind == "text":
        data = unescape(value)
    elif kind == "file":
        with open(value, "rb") as source:
            data = source.read()
    elif kind == "netlink":
        with open(value, "rb") as source:
            data = recorded_messages(source.read())
    elif kind == "lspci":
        with open(value, encoding="ascii") as source:
            rows = (re.fullmatch(r"[0-9a-f]{2,3}: ([0-9a-f ]+)", line.strip()) for line in source)
            data = b"".join(bytes.fromhex(row[1]) for row in rows if row)
    elif kind == "fmsg":
        data = make_fmsg(value, unescape, with_values)
    elif kind in MAKERS:
        data = MAKERS[kind](value, (unescape, number, with_values))
    elif kind == "cudbg":
        data = make_cudbg(value, unescape, number, with_values)
    elif kind == "bar":
        data = bar_dump(value)
    else:
        raise TextError(f"unknown data: {spec}")
    return data if size is None else data[:size].ljust(size, b"\0")


def recorded_messages(capture):
    """The messages of tests/golden/netlink/*.nl, as a dump with the content devlink-fmsg holds
    them: without the datagrams' lengths, and without NLMSG_DONE and NLMSG_ERROR."""
    data, at = b"", 0
    while at < len(capture):
        (size,) = struct.unpack_from("<I", capture, at)
        datagram, at = capture[at + 4:at + 4 + size], at + 4 + size
        message = 0
        while message + 16 <= len(datagram):
            length, kind = struct.unpack_from("<IH", datagram, message)
            if kind not in (2, 3):
                data += datagram[message:message + length].ljust((length + 3) & ~3, b"\0")
            message += (length + 3) & ~3
    return data


def bar_dump(spec):
    """PATH:SECTION[;ADDRESS[,WIDTH]=VALUE]...: what a dump of a section must be of the BAR
    that a plugin's fixture describes, with some registers changed."""
    place, *lines = spec.split(";")
    path, _, section = place.partition(":")
    bar = bar_image.Bar(path)
    for line in lines:
        bar.set(*(part.strip() for part in line.split("=", 1)))
    return bar.dump(section)


def with_values(data, size, spec, order):
    """The bytes with some values changed: "ADDRESS[,WIDTH]=VALUE ...", of numbers or, as
    text:TEXT, with zeros behind it."""
    out = bytearray(size) if data is None else bytearray(data)
    for item in spec.split():
        place, _, value = item.partition("=")
        at, _, width = place.partition(",")
        at, width = number(at), number(width or "4")
        kind, _, text = value.partition(":")
        word = (unescape(text).ljust(width, b"\0") if kind == "text"
                else number(value).to_bytes(width, order))
        if len(word) != width or at + width > len(out):
            raise TextError(f"no place for {item} in {len(out)} bytes")
        out[at:at + width] = word
    return bytes(out)


def zstd(data):
    return run(["zstd", "-q", "-1", "-c"], data)


def skippable_frames(size):
    """Zstandard skippable frames that fill exactly `size` bytes (0, or 8 up)."""
    return struct.pack("<II", 0x184D2A50, size - 8) + b"\0" * (size - 8) if size else b""


def run(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


class _Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


def xxh3_128(data):
    """XXH3 with 128 bits in canonical form, by the system's libxxhash."""
    library = ctypes.CDLL(ctypes.util.find_library("xxhash") or "libxxhash.so.0")
    library.XXH3_128bits.restype = _Hash128
    library.XXH3_128bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    result = library.XXH3_128bits(data, len(data))
    return f"{result.high:016x}{result.low:016x}"


def resolve(path, base):
    """A file: path of a text is relative to the text."""
    return path if os.path.isabs(path) else os.path.join(base, path)
