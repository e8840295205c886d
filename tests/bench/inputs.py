# SPDX-License-Identifier: LGPL-2.1-or-later
"""Large inputs, most of them holes."""
import gzip
import os
import random
import struct
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "support"))

from mkvmcore_lib.text import build_lines  # noqa: E402

MIB = 1 << 20
# 1 GiB of notes in several sizes: (bytes, how many).
NOTES = ((512 * MIB, 1), (128 * MIB, 2), (16 * MIB, 8), (2 * MIB, 32), (64 << 10, 1024))
PAGE = 4096
BLOCK = random.Random(1).randbytes(MIB)


def fill(out, offset, size):
    out.seek(offset)
    while size > 0:
        out.write(BLOCK[:min(size, MIB)])
        size -= MIB


def big_elf(path):
    """An ELF vmcore of 64 GiB, holes, with 1 GiB of notes that are none."""
    lines = ["elf"]
    for size, count in NOTES:
        lines.append(f"dump name=bench_{size}_{{}} size={size - 64} count={count} data=zero")
    lines += ["note owner=CORE type=1 size=336", "vmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096",
              "load paddr=0 size=63G"]
    images, payloads = build_lines(lines)
    images[0].store(path)
    with open(path, "r+b") as out:
        for index, payload in enumerate(payloads):
            fill(out, images[0].labels[f"dump{index}"] + 64, payload.size)
    return len(payloads)


def same_bytes(path):
    """A file of as many bytes as the payloads of big_elf."""
    with open(path, "wb") as out:
        fill(out, 0, sum((size - 64) * count for size, count in NOTES))


def change(path, distance):
    """Another byte in every so many."""
    with open(path, "r+b") as out:
        for at in range(distance // 2, os.path.getsize(path), distance):
            out.seek(at)
            byte = out.read(1)[0]
            out.seek(at)
            out.write(bytes([byte ^ 1]))


def region(text, json, xxd, size):
    """A devlink region as devlink prints it, as text and as JSON, and as xxd -r reads it."""
    with open(text, "w", encoding="ascii") as lines, open(xxd, "w", encoding="ascii") as dump, \
            open(json, "w", encoding="ascii") as document:
        document.write('{"dump":{')
        for at in range(0, size, 256):
            chunk = BLOCK[at % MIB:at % MIB + 256]
            document.write(f'{"," if at else ""}"address":{at & 0xffffffff},'
                           f'"data":[{",".join(map(str, chunk))}]')
            for line in range(0, 256, 16):
                digits = chunk[line:line + 16].hex(" ")
                lines.write(f"{at + line:016x} {digits} \n")
                dump.write(f"{at + line:016x}: {digits} \n")
        document.write("}}\n")


def kdump(path, pages, dense):
    """kdump-compressed with raw pages; all their data, or holes."""
    images, _ = build_lines([
        "kdump", "dump name=old size=100000", "note owner=CORE type=1 size=336",
        "vmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096",
        f"pages mapnr={pages} exist=0-7 dumped=0-0 codec=raw"])
    image = images[0]
    image.store(path)
    bitmap, descriptors = image.labels["bitmap1"], image.labels["descriptors"]
    data_at = descriptors + 24 * pages
    data_at += -data_at % PAGE
    with open(path, "r+b") as out:
        for start in (bitmap, image.labels["bitmap2"]):
            out.seek(start)
            out.write(b"\xff" * (pages // 8))
        out.seek(descriptors)
        for first in range(0, pages, 65536):
            out.write(b"".join(struct.pack("<QIIQ", data_at + page * PAGE, PAGE, 0, 0)
                               for page in range(first, min(pages, first + 65536))))
        if dense:
            fill(out, data_at, pages * PAGE)
        out.truncate(data_at + pages * PAGE)


def flattened(source, path, record=64 << 10):
    """makedumpfile's flattened form of a file, records of 64 KiB."""
    with open(source, "rb") as data, open(path, "wb") as out:
        out.write((b"makedumpfile".ljust(16, b"\0") + struct.pack(">qq", 1, 1)).ljust(4096, b"\0"))
        offset = 0
        while chunk := data.read(record):
            out.write(struct.pack(">qq", offset, len(chunk)) + chunk)
            offset += len(chunk)
        out.write(b"\xff" * 16)


def archive(path):
    images, _ = build_lines(["archive", "dump name=pci_0000:00:04.0 size=4096 m-source=pci",
                             "dump name=fw size=1M m-source=fw data=random:2",
                             "manifest kind=live"])
    images[0].store(path)


def cudbg(path, payload, plain):
    """A dump of Chelsio's adapter that fills its 32 MiB: 4096 entries of the log, memories that
    compress by half. And its container alone, and what is in it as one stream of gzip."""
    size = 33558232
    memory = "+".join(["noise:64K", "fill:0x11*64K"] * 120)
    text = ("cudbg: chip=0x51 dev_log=log:4096 reg_dump=set:332K;0x1940c=1;0x19410=1 "
            f"edc0={memory} edc1={memory} mc0={memory}+{memory}")
    images, payloads = build_lines(
        ["archive", f'dump name=cxgb4_0000:82:00.4 size={size} data="{text}"'])
    images[0].store(path)
    with open(payload, "wb") as out:
        out.write(payloads[0].data)
    with gzip.open(plain, "wb", compresslevel=6) as out:
        for _ in range(4 * 120):
            out.write(os.urandom(64 << 10) + b"\x11" * (64 << 10))


def fmsg(path, size, binary):
    """Messages of devlink health of about `size` bytes: one binary pair, or many numbers."""
    def token(kind, data=b""):
        return struct.pack("<HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)

    def message(tokens):
        body = b"\x38\1\0\0" + token(106, tokens)
        return struct.pack("<IHHII", 16 + len(body), 20, 2, 1, 1) + body
    if binary:
        first, last = token(107) + token(108) + token(111, b"b\0") + token(109), token(110) * 3
        part = b"".join(token(112, b"\x0b") + token(113, BLOCK[i * 3748:(i + 1) * 3748])
                        for i in range(8))
    else:
        first, last = token(107), token(110)
        part = (token(108) + token(111, b"register\0") + token(112, b"\3")
                + token(113, b"\x78\x56\x34\x12") + token(110)) * 750
    with open(path, "wb") as out:
        out.write(message(first))
        part = message(part)
        for _ in range(size // len(part)):
            out.write(part)
        out.write(message(last))
