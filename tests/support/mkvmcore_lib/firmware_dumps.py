# SPDX-License-Identifier: LGPL-2.1-or-later
"""Dumps of firmware and GPUs, from what Linux' drivers write. Words, in the order of the file;
CONTENT as in contents.py:

ath10k (ath/ath10k/coredump.c):
    registers=CONTENT ce=CONTENT TYPE=CONTENT   a TLV
    ram=TYPE@START:CONTENT                      a region; regions that follow are in one TLV
    len=N                                       what the header says, if that is not true
iwlwifi (intel/iwlwifi/fw/error-dump.h):
    csr=CONTENT prph=CONTENT ... TYPE=CONTENT   a TLV
    ini                                         the newer kind, and from here on:
    info=CONTENT TYPE[@ID]=RANGE[|RANGE]...     RANGE is 8 bytes of header as HEX/CONTENT
    header=HEX                                  of the next region, behind the common one
    file-len=N
etnaviv (etnaviv_dump.c):
    reg=ADDRESS:VALUE[,ADDRESS:VALUE]...
    mmu=CONTENT ring@IOVA=CONTENT cmd@IOVA=CONTENT bomap=CONTENT bo@IOVA=CONTENT end
bnxt (bnxt_coredump.c):
    segment@COMPONENT:ID=CONTENT                with ,status=N behind it
    record                                      with =STATUS
"""
import re
import struct

from .contents import make_content

IWLWIFI = ("", "csr", "rxf", "txcmd", "info", "fw_monitor", "prph", "txf", "fh_regs", "mem",
           "error_info", "rb", "paging", "radio_reg", "internal_txf", "external", "mem_cfg")
ETNAVIV = ("reg", "mmu", "ring", "cmd", "bomap", "bo", "end")


def tlv(kind, data):
    return struct.pack("<II", kind, len(data)) + data


def make_ath10k(text, tools):
    number = tools[1]
    body, ram, total = b"", b"", None
    for word in text.split() + ["end"]:
        name, _, value = word.partition("=")
        if ram and name != "ram":
            body, ram = body + tlv(2, ram), b""
        if name == "ram":
            place, _, content = value.partition(":")
            kind, _, start = place.partition("@")
            data = make_content(content, tools)
            ram += struct.pack("<III", number(kind), number(start), len(data)) + data
        elif name == "len":
            total = number(value)
        elif name != "end":
            kind = {"registers": 0, "ce": 1}[name] if name in ("registers", "ce") else number(name)
            body += tlv(kind, make_content(value, tools))
    size = 336 + len(body) if total is None else total
    head = struct.pack("<16sII16s13I32sQQI64s128x", b"ATH10K-FW-DUMP", size, 1, bytes(range(16)),
                       0x43000, 0, 0x4100016C, 0, 10, 2, 4, 0x11, 0, 60, 0x5B, 0x338001B2, 3,
                       b"10.2.4-1.0-00047", 1750000000, 123456789, 0, b"6.1.0-37-amd64")
    return head + body


def make_iwlwifi(text, tools):
    number = tools[1]
    body, ini, extra, total = b"", False, b"", None
    for word in text.split():
        name, _, value = word.partition("=")
        if word == "ini":
            ini = True
        elif name == "header":
            extra = bytes.fromhex(value)
        elif name == "file-len":
            total = number(value)
        elif not ini:
            kind = IWLWIFI.index(name) if name in IWLWIFI else number(name)
            body += tlv(kind, make_content(value, tools))
        elif name == "info":
            body += tlv(0x80000000, make_content(value, tools))
        else:
            kind, _, ident = name.partition("@")
            ranges = [part.partition("/") for part in value.split("|")]
            data = struct.pack("<IIII32s", 1, number(ident or "1"), len(ranges), 32,
                               f"region {ident or 1}".encode()) + extra
            for head, _, content in ranges:
                inside = make_content(content, tools)
                data += struct.pack("<I8s", len(inside), bytes.fromhex(head)) + inside
            body, extra = body + struct.pack("<BBBBI", number(kind), 0, 0, 0, len(data)) + data, b""
    size = 8 + len(body) if total is None else total
    return struct.pack("<II", 0x14789633 if ini else 0x14789632, size) + body


def make_etnaviv(text, tools):
    number = tools[1]
    objects, pages = [], 0
    for word in text.split():
        place, _, value = word.partition("=")
        name, _, iova = place.partition("@")
        if name == "reg":
            pairs = [pair.split(":") for pair in value.split(",")]
            data = b"".join(struct.pack("<II", number(a), number(v)) for a, v in pairs)
        else:
            data = make_content(value, tools) if value else b""
        kind = ETNAVIV.index(name) if name in ETNAVIV else number(name)
        objects.append((kind, number(iova or "0"), data, pages))
        pages += len(data) // 4096 if name == "bo" else 0
    at, head = 32 * len(objects), b""
    for kind, iova, data, page in objects:
        head += struct.pack("<IIIIQII", 0x414E5445, kind, at, len(data), iova,
                            page if kind == 5 else 0, 0)
        at += len(data)
    return head + b"".join(data for _, _, data, _ in objects)


def make_bnxt(text, tools):
    number = tools[1]
    out, count = b"", 0
    for word in text.split():
        name, _, value = word.partition("=")
        if name == "record":
            out += struct.pack("<4sIBBB5x32s8H256sIII4x32s7H2xIIiBB626x", b"cOrE", 0, 0, 1, 0,
                               b"host", 2026, 1, 2, 3, 4, 5, 0xFFFF, 0, b"ethtool -w eth0 data dump",
                               count, 6, 1, b"Linux", 2026, 1, 2, 3, 4, 6, 0, 0x175000B1, 0,
                               number(value or "0"), 0, 0)
            continue
        component, _, ident = name.partition("@")[2].partition(":")
        status = 0
        if match := re.search(r",status=(.*)$", value):
            status, value = number(match[1]), value[:match.start()]
        data = make_content(value, tools)
        out += struct.pack("<4sIIIBBHIIiIII20x", b"sEgM", number(component), number(ident), 0, 0, 1,
                           0, 0, len(data), status, 7, 64, 0) + data
        count += 1
    return out


MAKERS = {"ath10k": make_ath10k, "iwlwifi": make_iwlwifi, "etnaviv": make_etnaviv,
          "bnxt": make_bnxt}
