# SPDX-License-Identifier: LGPL-2.1-or-later
"""The few fields of a PCI configuration space that the checks look at."""

COMMAND_MEMORY = 0x2
COMMAND_MASTER = 0x4
STATUS_CAPABILITIES = 0x10

CAPABILITY_MSI = 0x05
CAPABILITY_VENDOR = 0x09
CAPABILITY_EXPRESS = 0x10
CAPABILITY_MSIX = 0x11


class Config:
    """A configuration space of 64, 256 or 4096 bytes."""

    def __init__(self, data):
        self.data = data

    def u16(self, offset):
        return int.from_bytes(self.data[offset : offset + 2], "little")

    def u32(self, offset):
        return int.from_bytes(self.data[offset : offset + 4], "little")

    @property
    def identity(self):
        return f"{self.u16(0):04x}:{self.u16(2):04x}"

    @property
    def command(self):
        return self.u16(4)

    def bars(self):
        """The six base address registers of a device that is no bridge."""
        return self.data[0x10:0x28]

    def capabilities(self):
        """Offsets by identifier, of the list in the first 256 bytes."""
        found = {}
        at = self.data[0x34] & 0xFC if self.u16(6) & STATUS_CAPABILITIES else 0
        while at and at not in found.values():
            found[self.data[at]] = at
            at = self.data[at + 1] & 0xFC
        return found

    def extended_capabilities(self):
        """Offsets by identifier, of the list that starts at 0x100."""
        found = {}
        at = 0x100 if len(self.data) == 4096 and self.u32(0x100) else 0
        while at and at not in found.values():
            found[self.u16(at)] = at
            at = self.u32(at) >> 20
        return found
