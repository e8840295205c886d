# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files resourceN of a captured tree, out of the dumps that were made of the BARs:
what the dumps have is at its place, the rest is zeros."""

import collections
import re

import pci

# NAME_ADDRESS_WHAT of dumps whose offsets are those of BAR 0.
_IMAGES = re.compile(r"(?:nvme_(.*)_controller|e1000e_(.*)_registers)$")
_VIRTIO = re.compile(r"virtio-pci_(.*)_(common|device)$")
_VIRTIO_TYPES = {"common": 1, "device": 4}
_MSIX = re.compile(r"pci_(.*)_msix$")
_MSIX_ENTRY_BYTES = 16


def _put(file, offset, payload):
    file.extend(bytes(max(0, offset + len(payload) - len(file))))
    file[offset : offset + len(payload)] = payload


def _virtio_place(config, what):
    """BAR and offset of a structure, from the vendor-specific capabilities."""
    at = config.data[0x34]
    while at:
        if config.data[at] == pci.CAPABILITY_VENDOR and config.data[at + 3] == _VIRTIO_TYPES[what]:
            return config.data[at + 4], config.u32(at + 8)
        at = config.data[at + 1] & 0xFC
    raise ValueError(f"no virtio capability for {what}")


def _put_msix(files, address, config, payload):
    at = config.capabilities()[pci.CAPABILITY_MSIX]
    table_bytes = ((config.u16(at + 2) & 0x7FF) + 1) * _MSIX_ENTRY_BYTES
    for pointer, part in ((config.u32(at + 4), payload[:table_bytes]), (config.u32(at + 8), payload[table_bytes:])):
        _put(files[address, pointer & 7], pointer & ~7, part)


def write(payloads, devices):
    """`payloads`: dumps by name; `devices`: the folder sys/bus/pci/devices of the tree."""
    files = collections.defaultdict(bytearray)

    # The copied file and not the dump, which leaves out what is vendor-specific.
    def config(address):
        return pci.Config((devices / address / "config").read_bytes())

    for name, payload in payloads.items():
        if match := _IMAGES.match(name):
            _put(files[match[1] or match[2], 0], 0, payload)
        elif match := _VIRTIO.match(name):
            bar, offset = _virtio_place(config(match[1]), match[2])
            _put(files[match[1], bar], offset, payload)
        elif match := _MSIX.match(name):
            _put_msix(files, match[1], config(match[1]), payload)
    for (address, bar), content in files.items():
        (devices / address / f"resource{bar}").write_bytes(content)
