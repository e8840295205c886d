# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is in the containers of cudbg.py and firmware_dumps.py, as a word: several parts,
joined by +:

    fill:BYTE*SIZE          zero:SIZE  hex:BYTES  text:TEXT (with \\xNN)
    set:SIZE[;ADDRESS[,WIDTH]=VALUE]...  zeros and some values
    log:COUNT               entries of Chelsio's firmware log: their levels go round, some are empty
    noise:SIZE              does not compress
"""
import random
import struct

LINES = (b"link of port %u is %s", b"queue %u has no credits", b"parity error, status 0x%08x")
FACILITIES = (0x00, 0x08, 0x18, 0x28)


def log(count):
    """struct fw_devlog_e, big-endian: the ring's second half came first."""
    out = b""
    for place in range(count):
        number = (place + count // 2) % count
        if number % 7 == 6:  # never written
            out += bytes(256)
            continue
        out += struct.pack(">QIHBB192s8I16x", 1000000 + 250 * number, number, 0, number % 6,
                           FACILITIES[number % 4], LINES[number % 3], *range(number, number + 8))
    return out


def noise(size):
    return random.Random(1).randbytes(size)


def make_content(text, tools, order="<"):
    unescape, number, with_values = tools
    out = b""
    for part in text.split("+"):
        kind, _, value = part.partition(":")
        if kind == "fill":
            byte, _, size = value.partition("*")
            out += bytes([number(byte)]) * number(size)
        elif kind == "zero":
            out += bytes(number(value))
        elif kind == "hex":
            out += bytes.fromhex(value)
        elif kind == "text":
            out += unescape(value)
        elif kind == "set":
            size, _, values = value.partition(";")
            out += with_values(None, number(size), values.replace(";", " "),
                               {"<": "little", ">": "big"}[order])
        elif kind == "log":
            out += log(number(value))
        elif kind == "noise":
            out += noise(number(value))
        else:
            raise ValueError(f"unknown content: {part}")
    return out
