# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices of memory (QEMU's ivshmem) that stand in for adapters that no emulator has:
their images, QEMU's arguments for them, and how plugins are told to look at them. What
plugins read of them goes through sysfs of the crash kernel, as it would on silicon."""

import pathlib
import subprocess

TREE = pathlib.Path(__file__).resolve().parents[3]
PLUGINS = TREE / "driver-plugins"
BAR = 2  # where ivshmem has its memory
BYTES = 1 << 20

CONNECTX = "0000:00:10.0"
CHELSIO = "0000:00:11.0"
PLAIN = "0000:00:12.0"  # as itself: no plugin but pci and generic knows it
DEVICES = {"connectx": CONNECTX, "chelsio": CHELSIO, "plain": PLAIN}

SYNDROME, EXTENDED_SYNDROME, HEALTH_COUNTER = 0x1, 0x8D2A, 0x00C0FFEE
FIRMWARE_RUNS = 0x40000000
WINDOW, WINDOW_BYTES = 0x1B800, 2048  # where the Chelsio shows its memory: firmware's log

# What the plugin generic reads of PLAIN: address, registers, width.
RANGES = ((0x0, 4, 4), (0x101, 3, 1), (0x1002, 5, 2), (0x2000, 2, 8), (0x7FFC, 1, 4))

_SCHEMA = "schema=vmcoredd-collect/1"
_CHELSIO_OPTIONS = (f"option.id.{CHELSIO}=1425:5401", f"option.bar.{CHELSIO}=0:{BAR}")
# Configurations of two captures, by name. device_ms: mlx5 watches its counter for 2.1 s.
CAPTURES = {
    "simulated": (
        "device_ms=10000",
        f"option.id.{CONNECTX}=15b3:1017",
        f"option.bar.{CONNECTX}=0:{BAR}",
        *_CHELSIO_OPTIONS,
        f"option.generic.range.0={PLAIN} bar{BAR} "
        + " ".join(f"{address:#x},{count},{width}" for address, count, width in RANGES) + " name=mem",
    ),
    "side-effect": ("allow=side-effect", "device_ms=10000", *_CHELSIO_OPTIONS),
}


def registers_of(plugin, section):
    """(address, registers, width) of a section of a plugin's registers.list."""
    found, inside, width = [], False, 4
    for line in (PLUGINS / plugin / "registers.list").read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            inside = line == f"[{section}]"
        elif inside and line.startswith("width"):
            width = int(line.partition("=")[2], 0)
        elif inside and "=" not in line and line:
            numbers = [int(number, 0) for number in line.split(",")]
            found.append((numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else width))
    return found


def masked(image, registers):
    """What a dump of these registers must be: the image where they are, else zeros."""
    payload = bytearray(max(address + count * width for address, count, width in registers))
    for address, count, width in registers:
        payload[address : address + count * width] = image[address : address + count * width]
    return bytes(payload)


def _pattern(offset):
    """A double word that says where it is, never zero and never all ones."""
    return (0x5A000000 | offset).to_bytes(4, "little")


def _fill(image, keep):
    """Puts the pattern where the image has zeros and keep(offset) is false: what is a
    hole in the dump must not be zeros in the device."""
    for offset in range(0, len(image), 4):
        if image[offset : offset + 4] == bytes(4) and not keep(offset):
            image[offset : offset + 4] = _pattern(offset)


def make_images(folder):
    """Writes NAME.image of each device into the new folder `folder`, and NAME.made, the same."""
    folder.mkdir()
    connectx, chelsio = folder / "connectx.image", folder / "chelsio.image"
    subprocess.run([PLUGINS / "mlx5/fixture/make_iseg", "--syndrome", str(SYNDROME), "--extended-syndrome",
                    str(EXTENDED_SYNDROME), "--counter", str(HEALTH_COUNTER), connectx], check=True)
    subprocess.run([PLUGINS / "cxgb4/fixture/make_bar0", "--state", str(FIRMWARE_RUNS), chelsio], check=True)
    images = {"connectx": bytearray(connectx.read_bytes()), "chelsio": bytearray(chelsio.read_bytes()),
              "plain": bytearray(BYTES)}
    # Zeros that a plugin reads stay what they are: firmware is initialised, ...
    read = set()
    for address, count, width in registers_of("mlx5", "iseg"):
        read.update(range(address, address + count * width, 4))
    _fill(images["connectx"], lambda offset: offset in read)
    # ... the log ends where it ends, and there are no further memories. Nobody asks what
    # the registers from 0x8000 on say.
    _fill(images["chelsio"], lambda offset: offset < 0x8000 or WINDOW <= offset < WINDOW + WINDOW_BYTES)
    _fill(images["plain"], lambda offset: False)
    for name, image in images.items():
        (folder / f"{name}.image").write_bytes(image)
        (folder / f"{name}.made").write_bytes(image)


def write_configurations(folder):
    """The collector's configuration of each capture, NAME.conf."""
    for name, lines in CAPTURES.items():
        (folder / f"{name}.conf").write_text("".join(f"{line}\n" for line in (_SCHEMA, *lines)))


def qemu_arguments(folder):
    """share=on: what the guest writes to a device is in its image afterwards."""
    for name, address in DEVICES.items():
        yield from ("-object", f"memory-backend-file,id={name},share=on,mem-path={folder}/{name}.image,size={BYTES}")
        yield from ("-device", f"ivshmem-plain,memdev={name},bus=pcie.0,addr={address[-4:-2]}")
