# SPDX-License-Identifier: LGPL-2.1-or-later
"""Chelsio's cudbg containers, from what Linux' cxgb4 writes (cudbg_lib_common.h, cudbg_zlib.h).

Words; the entities lie in the order of the text, as they lie in the order of collection:

    chip=0x50 slots=72 chunk=64512 order=le  about the container
    plain                   not compressed
    total=N                 what its data_len says, if that is not true
    ENTITY=CONTENT          reg_dump, dev_log, cim_la, ... or a number
    ENTITY=error:CODE       failed: no data
    ENTITY=none             in the table with neither

CONTENT is that of contents.py. Options of an entity, behind its content:
,pad=N (bytes of padding that are claimed) ,at=N ,size=N (what the table says, if that is not true) ,warn=CODE ,err=CODE ,type=N
,id=N (compress_id) ,inflated=N (what each chunk claims) ,break=CHUNK (a byte of it is wrong).
"""
import re
import struct
import zlib

from .contents import make_content

SIGNATURE, HEADER, SLOT = 67856866, 56, 52
ENTITIES = {
    "reg_dump": 1, "dev_log": 2, "cim_la": 3, "cim_ma_la": 4, "cim_qcfg": 5, "cim_ibq_tp0": 6,
    "cim_ibq_tp1": 7, "cim_ibq_ulp": 8, "cim_ibq_sge0": 9, "cim_ibq_sge1": 10, "cim_ibq_ncsi": 11,
    "cim_obq_ulp0": 12, "cim_obq_ulp1": 13, "cim_obq_ulp2": 14, "cim_obq_ulp3": 15,
    "cim_obq_sge": 16, "cim_obq_ncsi": 17, "edc0": 18, "edc1": 19, "mc0": 20, "mc1": 21, "rss": 22,
    "rss_vf_conf": 25, "path_mtu": 27, "pm_stats": 30, "hw_sched": 31, "tp_indirect": 36,
    "sge_indirect": 37, "ulprx_la": 41, "tp_la": 43, "meminfo": 44, "cim_pif_la": 45, "clk": 46,
    "obq_rxq0": 47, "obq_rxq1": 48, "pcie_indirect": 50, "pm_indirect": 51, "tid_info": 54,
    "pcie_config": 55, "dump_context": 56, "mps_tcam": 57, "vpd_data": 58, "le_tcam": 59,
    "cctrl": 60, "ma_indirect": 61, "ulptx_la": 62, "up_cim_indirect": 64, "pbt_table": 65,
    "mbox_log": 66, "hma_indirect": 67, "hma": 68, "qdesc": 70, "flash": 71}


class Maker:
    def __init__(self, unescape, number, with_values):
        self.tools = (unescape, number, with_values)
        self.number = number
        self.order, self.chip, self.slots, self.chunk = "<", 0x50, 72, 64512
        self.plain, self.total = False, None
        self.table, self.data = {}, b""

    def chunks(self, plain, options):
        """As cudbg_do_compression() cuts it, each with its header and a stream of its own."""
        out = b""
        for index, at in enumerate(range(0, len(plain), self.chunk)):
            piece = plain[at:at + self.chunk]
            codec = zlib.compressobj(-1, zlib.DEFLATED, 12, 4)
            packed = bytearray(codec.compress(piece) + codec.flush())
            if options.get("break") == index:
                packed[len(packed) // 2] ^= 0x55
            out += struct.pack(self.order + "I4xQQ256x", options.get("id", 17),
                               options.get("inflated", len(piece)), len(packed)) + packed
        return out

    def entity(self, name, text):
        place = ENTITIES[name] if name in ENTITIES else self.number(name)
        options = {}
        while match := re.search(r",(pad|at|size|warn|err|type|id|inflated|break)=([^,=;]*)$", text):
            options[match[1]] = self.number(match[2])
            text = text[:match.start()]
        kind, _, value = text.partition(":")
        status, data, padding = 0, b"", 0
        if kind == "error":
            status = self.number(value)
        elif kind != "none":
            data = make_content(text, self.tools, self.order)
            if not self.plain:
                data = self.chunks(data, options)
            padding = -len(data) % 4
        start = HEADER + SLOT * self.slots + len(self.data)
        self.data += data + bytes(padding)
        mask = 0xFFFFFFFF
        self.table[place] = struct.pack(
            self.order + "IIIIIIBBxxI20x", options.get("type", place), options.get("at", start),
            options.get("size", len(data) + padding), status & mask,
            options.get("warn", 0) & mask, options.get("err", 0) & mask,
            options.get("pad", padding), 0, 0)

    def build(self):
        total = HEADER + SLOT * self.slots + len(self.data)
        kind = (1 if self.plain else 2) << 4 | 1
        head = struct.pack(self.order + "IIHHIIHBB32x", SIGNATURE, HEADER, 1, 14,
                           total if self.total is None else self.total, 0, self.slots, self.chip,
                           kind)
        table = b"".join(self.table.get(place, bytes(SLOT)) for place in range(1, self.slots + 1))
        return head + table + self.data


def make_cudbg(text, unescape, number, with_values):
    maker = Maker(unescape, number, with_values)
    for word in text.split():
        name, _, value = word.partition("=")
        if word == "plain":
            maker.plain = True
        elif name in ("chip", "slots", "chunk", "total"):
            setattr(maker, name, number(value))
        elif name == "order":
            maker.order = {"le": "<", "be": ">"}[value]
        else:
            maker.entity(name, value)
    return maker.build()
