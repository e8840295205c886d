# SPDX-License-Identifier: LGPL-2.1-or-later
"""Netlink messages for fake_devlink: attributes out and in, in this machine's byte order."""
import struct

NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP = 1, 2, 4, 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE, GENL_ID_CTRL = 2, 3, 16


def attribute(number, payload):
    data = struct.pack("=HH", 4 + len(payload), number) + payload
    return data + bytes(-len(data) % 4)


def nest(number, *parts):
    return attribute(number, b"".join(parts))


def flag(number):
    return attribute(number, b"")


def u8(number, value):
    return attribute(number, struct.pack("=B", value))


def u16(number, value):
    return attribute(number, struct.pack("=H", value))


def u32(number, value):
    return attribute(number, struct.pack("=I", value))


def u64(number, value):
    return attribute(number, struct.pack("=Q", value))


def string(number, text):
    return attribute(number, (text.encode() if isinstance(text, str) else text) + b"\0")


def attributes(data):
    """The attributes of a message or nest: number -> payload, the last of each."""
    found = {}
    while len(data) >= 4:
        size, number = struct.unpack_from("=HH", data)
        if size < 4 or size > len(data):
            break
        found[number & 0x3fff] = data[4:size]
        data = data[(size + 3) & ~3:]
    return found


def integer(payload):
    return int.from_bytes(payload, "little" if struct.pack("=H", 1)[0] else "big")


def text(payload):
    return payload.split(b"\0")[0].decode(errors="surrogateescape")


def message(kind, flags, sequence, payload):
    data = struct.pack("=IHHII", 16 + len(payload), kind, flags, sequence, 0) + payload
    return data + bytes(-len(data) % 4)


def generic(kind, flags, sequence, command, payload):
    return message(kind, flags, sequence, struct.pack("=BBH", command, 1, 0) + payload)


def error(sequence, number, request, words=""):
    """An ack, or an error with its extended ack; the request is capped."""
    flags = NLM_F_CAPPED | (NLM_F_ACK_TLVS if words else 0)
    payload = struct.pack("=i", -number) + request[:16] + (string(1, words) if words else b"")
    return message(NLMSG_ERROR, flags, sequence, payload)


def done(sequence, number=0, words=""):
    flags = NLM_F_MULTI | (NLM_F_ACK_TLVS if words else 0)
    return message(NLMSG_DONE, flags, sequence,
                   struct.pack("=i", -number) + (string(1, words) if words else b""))
