# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices of memory (QEMU's ivshmem) that stand in for adapters that no emulator has:
their images, QEMU's arguments for them, and how plugins are told to look at them. What
plugins read of them goes through sysfs of the crash kernel, as it would on silicon."""

import pathlib

import bar_image

PLUGINS = pathlib.Path(__file__).resolve().parents[3] / "driver-plugins"
BAR = 2  # where ivshmem has its memory
BYTES = 1 << 20

CONNECTX = "0000:00:10.0"
CHELSIO = "0000:00:11.0"
PLAIN = "0000:00:12.0"  # as itself: no plugin but pci and generic knows it
IGB = "0000:00:13.0"
IXGBE = "0000:00:14.0"
CONNECTX3 = "0000:00:15.0"
DEVICES = {"connectx": CONNECTX, "chelsio": CHELSIO, "plain": PLAIN, "igb": IGB, "ixgbe": IXGBE,
           "connectx3": CONNECTX3}
FIXTURES = {"connectx": "mlx5/fixture/bar0.txt", "chelsio": "cxgb4/fixture/bar0.txt",
            "plain": "generic/fixture/bar2.txt", "igb": "igb/fixture/bar0.txt",
            "ixgbe": "ixgbe/fixture/bar0.txt", "connectx3": "mlx4/fixture/bar0.txt"}

SYNDROME, EXTENDED_SYNDROME, HEALTH_COUNTER = 0x1, 0x8D2A, 0x00C0FFEE
FIRMWARE_RUNS = 0x40000000
WINDOW, WINDOW_BYTES = 0x1B800, 2048  # where the Chelsio shows its memory: firmware's log
HEALTH = 0x1F1A0  # where the ConnectX-3 has its health buffer

# What the plugin generic reads of PLAIN: address, registers, width.
RANGES = bar_image.registers_of(PLUGINS / "generic/fixture/registers.list", "mem")


def _stands_in(address, ids):
    return f"option.id.{address}={ids}", f"option.bar.{address}=0:{BAR}"


_SCHEMA = "schema=vmcoredd-collect/1"
# These also have dumps that take allow=side-effect.
_SIDE_EFFECT = (
    *_stands_in(CHELSIO, "1425:5401"),
    *_stands_in(CONNECTX3, "15b3:1003"),
    f"option.mlx4.health-offset.{CONNECTX3}={HEALTH:#x}",
)
# Configurations of two captures, by name. device_ms: mlx5 watches its counter for 2.1 s.
CAPTURES = {
    "simulated": (
        "device_ms=10000",
        *_stands_in(CONNECTX, "15b3:1017"),
        *_stands_in(IGB, "8086:1521"),
        *_stands_in(IXGBE, "8086:10fb"),
        *_SIDE_EFFECT,
        f"option.generic.range.0={PLAIN} bar{BAR} "
        + " ".join(f"{address:#x},{count},{width}" for address, count, width in RANGES) + " name=mem",
    ),
    "side-effect": ("allow=side-effect", "device_ms=10000", *_SIDE_EFFECT),
}


def bars():
    """The devices' memories as they are made, by name."""
    made = {name: bar_image.Bar(PLUGINS / fixture, BYTES) for name, fixture in FIXTURES.items()}
    # A ConnectX in trouble, and how often it has counted.
    made["connectx"].put(0x23C, SYNDROME << 16 | EXTENDED_SYNDROME)
    made["connectx"].put(0x1010, HEALTH_COUNTER)
    return made


def make_images(folder):
    """Writes NAME.image of each device into the new folder `folder`."""
    folder.mkdir()
    for name, bar in bars().items():
        (folder / f"{name}.image").write_bytes(bar.image)


def write_configurations(folder):
    """The collector's configuration of each capture, NAME.conf."""
    for name, lines in CAPTURES.items():
        (folder / f"{name}.conf").write_text("".join(f"{line}\n" for line in (_SCHEMA, *lines)))


def qemu_arguments(folder):
    """share=on: what the guest writes to a device is in its image afterwards."""
    for name, address in DEVICES.items():
        yield from ("-object", f"memory-backend-file,id={name},share=on,mem-path={folder}/{name}.image,size={BYTES}")
        yield from ("-device", f"ivshmem-plain,memdev={name},bus=pcie.0,addr={address[-4:-2]}")
