# SPDX-License-Identifier: LGPL-2.1-or-later
"""Seeds of the health reporters in user space: what clients send them."""


def health_requests():
    """Datagrams to the health reporters in user space, by name."""
    def attribute(kind, payload):
        head = (4 + len(payload)).to_bytes(2, "little") + kind.to_bytes(2, "little")
        return (head + payload).ljust((7 + len(payload)) // 4 * 4, b"\0")

    def message(family, flags, command, attributes):
        body = bytes([command, 1, 0, 0]) + attributes
        return (16 + len(body)).to_bytes(4, "little") + family.to_bytes(2, "little") + \
            flags.to_bytes(2, "little") + (1).to_bytes(4, "little") + bytes(4) + body

    dummy = attribute(1, b"pci\0") + attribute(2, b"0000:05:00.0\0") + attribute(115, b"dummy\0")
    do, dump = 0x5, 0x305
    yield "family", [message(16, do, 3, attribute(2, b"devlink\0"))]
    yield "lists", [message(20, dump, command, b"") for command in (1, 5, 42, 51, 52)]
    yield "commands", [message(20, do, command, dummy) for command in (1, 51, 52, 54, 55, 57, 73)]
    yield "dump", [message(20, dump, 56, dummy), message(20, dump, 52, dummy)]
    yield "set", [message(20, do, 53, dummy + attribute(120, bytes(8)) + attribute(181, bytes(8)) +
                          attribute(121, b"\1") + attribute(141, b"\0"))]
    yield "many", [message(20, do, 52, dummy) * 3 + message(20, dump, 56, dummy)]
    join = (20).to_bytes(4, "little") + bytes([15, 0, 5, 0]) + bytes(8) + bytes([5, 0, 0, 0])
    yield "join", [join, message(20, do, 54, dummy)]
