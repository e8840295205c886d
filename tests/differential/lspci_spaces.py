# SPDX-License-Identifier: LGPL-2.1-or-later
"""Configuration spaces with every capability, whose registers are random numbers.

The numbers are the same in every run. What would make lspci stop, print other things or
shift by more than a number has bits, is kept within what the specifications allow.
"""
import random

# Port types whose PCI Express capability and neighbours differ.
ENDPOINT, LEGACY, ROOT, UPSTREAM, DOWNSTREAM, TO_PCI, TO_PCIE, INTEGRATED, COLLECTOR = \
    0, 1, 4, 5, 6, 7, 8, 9, 10


class Space:
    def __init__(self, rng, header_type, class_code):
        self.rng, self.bytes = rng, bytearray(4096)
        self.last, self.at, self.last_ext, self.ext_at = None, 0x40, None, 0x100
        self.header_type = header_type
        self.randomize(0, 0x40)
        self.put(0x00, 2, rng.choice([0x8086, 0x15b3, 0x1af4, 0x10de]))
        self.put(0x02, 2, rng.randrange(1, 0xfff0))
        self.put(0x06, 2, rng.randrange(0x10000) | 0x10)
        self.put(0x0a, 2, class_code)
        self.put(0x0e, 1, header_type)
        if self.get(0x06, 2) & 0x600 == 0x600:  # DEVSEL 3 means nothing
            self.put(0x06, 2, self.get(0x06, 2) & ~0x600)
        self.put(0x3d, 1, rng.randrange(5))
        {0: self.device, 1: self.bridge, 2: self.cardbus}[header_type]()

    def get(self, at, size):
        return int.from_bytes(self.bytes[at:at + size], "little")

    def put(self, at, size, value):
        self.bytes[at:at + size] = value.to_bytes(size, "little")

    def randomize(self, at, size):
        self.bytes[at:at + size] = bytes(self.rng.randrange(256) for _ in range(size))

    def bars(self, at, count, memory_only=False):
        index = 0
        while index < count:
            kind = self.rng.choice(["none", "ports", "32", "64", "low", "32p", "64p"])
            place = at + 4 * index
            index += 1
            if kind == "none" or (kind in ("ports", "low") and memory_only):
                self.put(place, 4, 0)
            elif kind == "ports":
                self.put(place, 4, self.rng.randrange(0x10000) & ~3 | 1)
            elif kind.startswith("64") and index < count:
                self.put(place, 4, self.rng.randrange(1 << 32) & ~0xf | 4 | (8 * ("p" in kind)))
                self.put(place + 4, 4, self.rng.randrange(1 << 20))
                index += 1
            else:
                flags = {"low": 2, "32p": 8}.get(kind, 0)
                self.put(place, 4, self.rng.randrange(1, 1 << 28) << 4 | flags)

    def device(self):
        self.bars(0x10, 6)
        self.put(0x30, 4, self.rng.randrange(1 << 21) << 11 | self.rng.randrange(2))

    def bridge(self):
        self.bars(0x10, 2)
        io_kind = self.rng.randrange(2)
        self.put(0x1c, 1, self.rng.randrange(16) << 4 | io_kind)
        self.put(0x1d, 1, self.rng.randrange(16) << 4 | io_kind)
        for at in (0x20, 0x22):
            self.put(at, 2, self.rng.randrange(1 << 12) << 4)
        kind = self.rng.randrange(2)
        for at in (0x24, 0x26):
            self.put(at, 2, self.rng.randrange(1 << 12) << 4 | kind)
        if self.get(0x1e, 2) & 0x600 == 0x600:
            self.put(0x1e, 2, self.get(0x1e, 2) & ~0x600)
        self.put(0x38, 4, self.rng.randrange(1 << 21) << 11 | self.rng.randrange(2))

    def cardbus(self):
        self.put(0x10, 4, self.rng.randrange(1, 1 << 28) << 4)
        self.randomize(0x40, 8)
        for at in (0x1c, 0x20, 0x24, 0x28):
            self.put(at, 4, self.rng.randrange(1 << 19) << 12)
        self.at = 0x80

    def capability(self, number, size, fill=None):
        at = self.at
        assert at + size <= 0x100, f"no room for capability {number:#x}"
        self.randomize(at, size)
        self.put(at, 1, number)
        self.put(at + 1, 1, 0)
        self.put({2: 0x14}.get(self.header_type, 0x34) if self.last is None else self.last + 1,
                 1, at)
        self.last, self.at = at, (at + size + 3) & ~3
        if fill:
            fill(at)
        return at

    def extended(self, number, size, fill=None, version=None):
        at = self.ext_at
        assert at + size <= 0x1000, f"no room for extended capability {number:#x}"
        self.randomize(at, size)
        self.put(at, 4, number | (version or self.rng.randrange(1, 4)) << 16)
        if self.last_ext is not None:
            self.put(self.last_ext + 2, 2, self.get(self.last_ext + 2, 2) & 0xf | at << 4)
        self.last_ext, self.ext_at = at, (at + size + 3) & ~3
        if fill:
            fill(at)
        return at

    def express(self, port, version=2):
        def fill(at):
            slot = self.rng.randrange(2) if port in (ROOT, DOWNSTREAM, TO_PCIE) else 0
            self.put(at + 2, 2, version | port << 4 | slot << 8 | self.rng.randrange(32) << 9)
            for register, at_bit in ((at + 0x0c, 0), (at + 0x12, 0), (at + 0x30, 0)):
                value = self.get(register, 2)
                self.put(register, 2, value & ~(0xf << at_bit) | self.rng.randrange(8) << at_bit)
            # TPH completer 2 is reserved
            if self.get(at + 0x24, 4) >> 12 & 3 == 2:
                self.put(at + 0x24, 4, self.get(at + 0x24, 4) & ~0x3000)
        self.capability(0x10, 0x3c if version > 1 else 0x24, fill)


def virtio(space, kind):
    def fill(at):
        space.put(at + 2, 1, 20)
        space.put(at + 3, 1, kind)
    space.capability(0x09, 20, fill)


def hypertransport(space, kind):
    def fill(at):
        space.put(at + 2, 2, kind << 11 | space.rng.randrange(4))
    space.capability(0x08, 12, fill)


def enhanced_allocation(space):
    entries = [2, 3, 4]

    def fill(at):
        space.put(at + 2, 2, len(entries))
        place = at + (8 if space.header_type == 1 else 4)
        for size in entries:
            header = space.get(place, 4) & ~7 | size
            properties = [space.rng.choice([0, 1, 2, 3, 4, 5, 6, 7, 0x20, 0xfd, 0xfe, 0xff])
                          for _ in range(2)]
            header = header & ~0xffff00 | properties[0] << 8 | properties[1] << 16
            space.put(place, 4, header)
            for at_word, wide in ((place + 4, size > 2), (place + 8, size > 3)):
                space.put(at_word, 4, space.get(at_word, 4) & ~2 | wide << 1)
            place += 4 + 4 * size
    space.capability(0x14, (8 if space.header_type == 1 else 4) + sum(4 + 4 * s for s in entries),
                     fill)


def resizable(space, number):
    count = space.rng.randrange(1, 4)

    def fill(at):
        for i in range(count):
            size = space.rng.randrange(44)
            space.put(at + 8 + 8 * i, 4, space.rng.randrange(6) | count << 5 | size << 8 |
                      space.rng.randrange(1 << 16) << 16)
    space.extended(number, 4 + 8 * count, fill)


def channels(space, number):
    count = space.rng.randrange(3)

    def fill(at):
        space.put(at + 4, 4, space.get(at + 4, 4) & ~7 | count)
        space.put(at + 0x0c, 2, space.rng.randrange(4) << 1)
        for i in range(count + 1):
            control = at + 0x14 + 12 * i
            value = space.get(control, 4) & ~0xe0000
            space.put(control, 4, value | space.rng.randrange(6) << 17)
    space.extended(number, 0x10 + 12 * (count + 1), fill)


def latency(space):
    def fill(at):
        for place in (at + 4, at + 6):  # scales 6 and 7 are not permitted
            space.put(place, 2, space.rng.randrange(1 << 10) | space.rng.randrange(6) << 10)
    space.extended(0x18, 8, fill)


def multicast(space):
    def fill(at):
        space.put(at + 4, 2, space.get(at + 4, 2) & 0x803f | space.rng.randrange(31) << 8)
        space.put(at + 0x28, 1, space.get(at + 0x28, 1) & 0xc0 | space.rng.randrange(31))
    space.extended(0x12, 0x30, fill)


def tph(space, location):
    def fill(at):
        space.put(at + 4, 4, space.get(at + 4, 4) & ~0x7ff0600 | location << 9 | 3 << 16)
    space.extended(0x17, 12 + 8, fill)


def cxl(space):
    def fill(at):
        space.put(at + 4, 4, 0x1e98 | 1 << 16 | 0x38 << 20)
        space.put(at + 8, 2, 0)
        space.put(at + 0x16, 2, space.rng.randrange(3) | space.rng.randrange(256) << 8)
        for i in range(2):
            low = space.rng.randrange(16) << 28 | space.rng.randrange(8) << 13
            low |= space.rng.randrange(8) << 8 | space.rng.randrange(3) << 5
            space.put(at + 0x1c + 16 * i, 4, low | space.rng.randrange(3) << 2 |
                      space.rng.randrange(4))
            space.put(at + 0x24 + 16 * i, 4, space.rng.randrange(16) << 28)
    space.extended(0x23, 0x38, fill)


def flex_bus(space):
    def fill(at):
        space.put(at + 4, 4, 0x1e98 | space.rng.randrange(1, 3) << 16 | 0x20 << 20)
        space.put(at + 8, 2, 7)
    space.extended(0x23, 0x20, fill)


def designated(space):
    space.extended(0x23, 0x18, lambda at: space.put(at + 4, 2, 0x8086))


def links(space):
    def fill(at):
        space.put(at + 4, 4, space.rng.randrange(3) | 2 << 8 | space.rng.randrange(1 << 16) << 16)
    space.extended(0x05, 0x30, fill)


def spaces(rng):
    """(address, space) of each device."""
    made = []

    def add(header_type, class_code):
        space = Space(rng, header_type, class_code)
        made.append(space)
        return space

    for _ in range(6):
        bridges = [(port, add(1, 0x0604))
                   for port in (ROOT, UPSTREAM, DOWNSTREAM, TO_PCI, TO_PCIE)]
        devices = [(port, add(0, rng.choice([0x0200, 0x0108, 0x0300])))
                   for port in (ENDPOINT, LEGACY, INTEGRATED)]
        devices.append((COLLECTOR, add(0, 0x0807)))
        for port, space in bridges + devices:
            space.capability(0x01, 8)
            space.express(port, rng.choice([1, 2, 2, 2]))
            space.capability(0x05, 24)
            space.capability(0x11, 12)
            space.extended(0x01, 0x48)
            for number, size in ((0x03, 12), (0x0d, 0x28), (0x0e, 8), (0x0f, 8), (0x10, 0x40),
                                 (0x13, 16), (0x19, 12), (0x1b, 8), (0x1d, 0x30), (0x1e, 16),
                                 (0x1f, 12), (0x0b, 0x20), (0x2e, 0x18), (0x07, 12)):
                at = space.extended(number, size)
                if number == 0x10:
                    space.bars(at + 0x24, 6, memory_only=True)
                if number == 0x0d:  # an egress vector of 256 bits at most
                    space.put(at + 4, 2, space.get(at + 4, 2) & 0xff | 0x2000)
            for make in (latency, cxl, flex_bus, designated, links):
                make(space)
            if port != LEGACY:  # which has none
                multicast(space)
            for number in (0x15, 0x24):
                resizable(space, number)
            for number in (0x02, 0x09):
                channels(space, number)
            tph(space, rng.randrange(4))
            for number in (0x04, 0x06, 0x08, 0x0a, 0x11, 0x16, 0x1a, 0x1c, 0x20, 0x21, 0x22, 0x25,
                           0x26, 0x27, 0x28, 0x29, 0x30, 0x35, 0x00):
                space.extended(number, 0x20)
        for header_type in (0, 1):
            old = add(header_type, 0x0604 if header_type else 0x0100)
            for number, size in ((0x07, 24), (0x04, 4), (0x06, 4), (0x0a, 4), (0x0b, 4), (0x0c, 8),
                                 (0x0d, 8), (0x0e, 12), (0x0f, 4), (0x12, 8), (0x13, 6), (0x00, 4),
                                 (0x55, 4)):
                space_at = old.capability(number, size)
                if number == 0x12:
                    old.put(space_at + 4, 1, old.get(space_at + 4, 1) & 0xf0 |
                            rng.choice([4, 5, 9, 15, 1]))
            enhanced_allocation(old)
        agp = add(0, 0x0300)
        agp.capability(0x02, 12)
        agp.capability(0x03, 8)
        for kind in (0x00, 0x04, 0x08, 0x10, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19):
            if kind > 7:
                hypertransport(agp, kind)
        virtual = add(0, 0x0200)
        virtual.put(0x00, 4, 0x10411af4)
        for kind in (1, 2, 3, 4, 5):
            virtio(virtual, kind)
        virtual.capability(0x09, 8, lambda at, s=virtual: s.put(at + 2, 1, 8))
        add(2, 0x0607).capability(0x01, 8)
    return [(f"{i >> 5:02x}:{i & 31:02x}.0", space) for i, space in enumerate(made)]


def write(out, seed=1):
    """As lspci -xxxx does."""
    for address, space in spaces(random.Random(seed)):
        out.write(f"{address} made\n")
        for at in range(0, 4096, 16):
            out.write(f"{at:02x}: " + " ".join(f"{b:02x}" for b in space.bytes[at:at + 16]) + "\n")
        out.write("\n")
