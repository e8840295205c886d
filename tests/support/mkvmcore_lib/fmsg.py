# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages of a devlink health reporter, as a dump with the content devlink-fmsg has them.

Words, as the kernel's devlink_fmsg_*() would be called:

    { }  [ ]              an object, an array
    NAME:                 a pair: the value, object or array behind it is its own
    u8:1 u32:2 u64:3      numbers; flag:1
    str:TEXT              with \\xNN, as \\x20
    bin:ORDER:SIZE[;ADDRESS[,WIDTH]=VALUE]...   zeros and some values, ORDER le or be
"""
import struct

FAMILY, FLAGS = 0x14, 6  # NLM_F_MULTI | NLM_F_ACK_TLVS, as the kernel answers
FMSG, OBJECT, PAIR, ARRAY, END, NAME, KIND, DATA = range(106, 114)
NUMBERS = {"u8": (1, "<B"), "u32": (3, "<I"), "u64": (4, "<Q"), "flag": (6, "<B")}
STRING, BINARY = 10, 11
# The kernel cuts binary values at a little less than a page, and messages there.
CHUNK, MESSAGE = 3600, 3700


def attribute(kind, data=b""):
    return struct.pack("<HH", 4 + len(data), kind) + data.ljust((len(data) + 3) & ~3, b"\0")


class Messages:
    """Tokens, in as many messages as it takes."""

    def __init__(self):
        self.data, self.tokens = b"", b""

    def add(self, *tokens):
        token = b"".join(tokens)
        if self.tokens and len(self.tokens) + len(token) > MESSAGE:
            self.flush()
        self.tokens += token

    def flush(self):
        body = struct.pack("<BBH", 1, 0, 0) + attribute(FMSG, self.tokens)
        self.data += struct.pack("<IHHII", 16 + len(body), FAMILY, FLAGS, 1, 0) + body
        self.tokens = b""


def make_fmsg(text, unescape, with_values):
    """All of it is one object, as devlink puts around what drivers say."""
    out, open_ends = Messages(), []
    out.add(attribute(OBJECT))
    is_pair = False  # a name was there: what comes now ends with it
    for word in text.split():
        kind, _, value = word.partition(":")
        if word in ("{", "["):
            out.add(attribute(OBJECT if word == "{" else ARRAY))
            open_ends.append(2 if is_pair else 1)
            is_pair = False
            continue
        if word in ("}", "]"):
            for _ in range(open_ends.pop()):
                out.add(attribute(END))
            continue
        if word.endswith(":"):
            out.add(attribute(PAIR))
            out.add(attribute(NAME, unescape(word[:-1]) + b"\0"))
            is_pair = True
            continue
        if kind in NUMBERS:
            number, form = NUMBERS[kind]
            out.add(attribute(KIND, bytes([number])),
                    attribute(DATA, struct.pack(form, int(value, 0))))
        elif kind == "str":
            out.add(attribute(KIND, bytes([STRING])), attribute(DATA, unescape(value) + b"\0"))
        elif kind == "bin":
            order, size, *values = value.replace(";", ":", 1).split(":", 2)
            data = with_values(None, int(size, 0), " ".join(values).replace(";", " "),
                               {"le": "little", "be": "big"}[order])
            out.add(attribute(ARRAY))
            for at in range(0, len(data), CHUNK):
                out.add(attribute(KIND, bytes([BINARY])), attribute(DATA, data[at:at + CHUNK]))
            out.add(attribute(END))
        else:
            raise ValueError(f"unknown: {word}")
        if is_pair:
            out.add(attribute(END))
            is_pair = False
    out.add(attribute(END))
    out.flush()
    return out.data
