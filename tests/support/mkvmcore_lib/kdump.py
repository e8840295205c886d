# SPDX-License-Identifier: LGPL-2.1-or-later
"""kdump-compressed files, versions 1 to 6, in the three layouts of their headers."""
import struct
import zlib

from .image import Image, align
from .notes import NoteList
from .payload import TextError, formula, number

# Sub header members in order: (name, since version, offset and size for each
# of the layouts 64, 32-packed, 32-padded).
SUB_HEADER = [
    ("phys_base", 1, (0, 8), (0, 4), (0, 4)),
    ("dump_level", 1, (8, 4), (4, 4), (4, 4)),
    ("split", 2, (12, 4), (8, 4), (8, 4)),
    ("start_pfn", 2, (16, 8), (12, 4), (12, 4)),
    ("end_pfn", 2, (24, 8), (16, 4), (16, 4)),
    ("offset_vmcoreinfo", 3, (32, 8), (20, 8), (24, 8)),
    ("size_vmcoreinfo", 3, (40, 8), (28, 4), (32, 4)),
    ("offset_note", 4, (48, 8), (32, 8), (40, 8)),
    ("size_note", 4, (56, 8), (40, 4), (48, 4)),
    ("offset_eraseinfo", 5, (64, 8), (44, 8), (56, 8)),
    ("size_eraseinfo", 5, (72, 8), (52, 4), (64, 4)),
    ("start_pfn_64", 6, (80, 8), (56, 8), (72, 8)),
    ("end_pfn_64", 6, (88, 8), (64, 8), (80, 8)),
    ("max_mapnr_64", 6, (96, 8), (72, 8), (88, 8)),
]
LAYOUTS = {"64": 0, "32-packed": 1, "32-padded": 2}
SUB_HEADER_SIZE = (104, 80, 96)
CODECS = {"raw": 0, "zlib": 1}
UTSNAME = ("sysname", "nodename", "release", "version", "machine", "domainname")


def number_ranges(text):
    """The numbers of "0-3,7", as a sorted list."""
    result = set()
    for item in filter(None, text.split(",")):
        first, _, last = item.partition("-")
        result.update(range(number(first), number(last or first) + 1))
    return sorted(result)


class KdumpBuilder:
    words = {"pages", "split", "eraseinfo"}

    def __init__(self, options):
        self.version = number(options.pop("version", "6"))
        self.layout = LAYOUTS[options.pop("layout", "64")]
        self.order = {"le": "<", "be": ">"}[options.pop("order", "le")]
        self.page = number(options.pop("page", "4096"))
        self.time = number(options.pop("time", "1700000000"))
        self.status = number(options.pop("status")) if "status" in options else None
        self.cpus = number(options.pop("cpus", "1"))
        self.level = number(options.pop("dump-level", "31"))
        self.slack = number(options.pop("slack-blocks", "0"))
        self.notes_at = options.pop("notes-at", "head")  # or "end": as attach leaves them
        self.utsname = {"sysname": "Linux", "nodename": "guest", "release": "6.1.0-mkvmcore",
                        "version": "#1", "machine": "x86_64", "domainname": "(none)"}
        for key in UTSNAME:
            self.utsname[key] = options.pop(key, self.utsname[key])
        self.notes = NoteList(self.order, self.page)
        self.mapnr, self.exist, self.dumped, self.lost = 8, range(8), [0, 1, 2, 3], []
        self.codec = "zlib"
        self.bounds = []
        self.erase = b""

    def add(self, word, options, rest):
        if word == "pages":
            self.exist = number_ranges(options.pop("exist", "0-7"))
            self.dumped = number_ranges(options.pop("dumped", "0-3"))
            self.lost = number_ranges(options.pop("lost", ""))
            self.mapnr = number(options.pop("mapnr", str(max(self.exist, default=0) + 1)))
            self.codec = options.pop("codec", "zlib")
        elif word == "split":
            self.bounds = [number(bound) for bound in options.pop("at").split(",")]
        elif word == "eraseinfo":
            self.erase = " ".join(rest).encode()
        else:
            self.notes.add(word, options, rest)

    def payloads(self):
        return self.notes.payloads

    def build(self):
        if not self.bounds:
            return [self.piece(0, self.mapnr, False)]
        edges = [0, *self.bounds, self.mapnr]
        return [self.piece(first, last, True) for first, last in zip(edges, edges[1:])]

    def piece(self, first, last, split):
        image = Image()
        sub_size = SUB_HEADER_SIZE[self.layout]
        head_bytes = sub_size + (self.notes.image.size if self.notes_at == "head" else 0)
        sub_blocks = -(-head_bytes // self.page) + self.slack
        bitmap_bytes = align(-(-self.mapnr // 8), self.page)
        image.label("header", 0)
        image.label("subheader", self.page)
        bitmap = (1 + sub_blocks) * self.page
        image.label("bitmap1", bitmap)
        image.label("bitmap2", bitmap + bitmap_bytes)
        image.regions["bitmap"] = (bitmap, 2 * bitmap_bytes)
        image.write(bitmap, self.bitmap(self.exist, bitmap_bytes))
        image.write(bitmap + bitmap_bytes, self.bitmap(self.dumped, bitmap_bytes))
        self.place_pages(image, bitmap + 2 * bitmap_bytes, first, last)
        erase_at = image.size
        image.write(erase_at, self.erase)
        notes_at = self.page + sub_size
        if self.notes_at == "end":
            notes_at = align(image.size, self.page)
        self.notes.place(image, notes_at)
        image.label("notes", notes_at)
        image.regions["notes"] = (notes_at, self.notes.image.size)
        info_at, info_size = self.notes.vmcoreinfo or (0, 0)
        fields = {"dump_level": self.level, "split": int(split),
                  "start_pfn": first if split else 0, "end_pfn": last if split else 0,
                  "offset_vmcoreinfo": notes_at + info_at if info_size else 0,
                  "size_vmcoreinfo": info_size,
                  "offset_note": notes_at, "size_note": self.notes.image.size,
                  "offset_eraseinfo": erase_at if self.erase else 0,
                  "size_eraseinfo": len(self.erase),
                  "start_pfn_64": first if split else 0, "end_pfn_64": last if split else 0,
                  "max_mapnr_64": self.mapnr}
        image.write(self.page, self.sub_header(fields))
        image.regions["subheader"] = (self.page, sub_size)
        header = self.header(sub_blocks, 2 * bitmap_bytes // self.page)
        image.write(0, header)
        image.regions["header"] = (0, len(header))
        return image

    def header(self, sub_blocks, bitmap_blocks):
        status = CODECS[self.codec] if self.status is None else self.status
        uts = b"".join(self.utsname[key].encode()[:64].ljust(65, b"\0") for key in UTSNAME)
        head = b"KDUMP   " + struct.pack(self.order + "i", self.version) + uts
        if self.layout == 0:
            head = head.ljust(408, b"\0") + struct.pack(self.order + "qq", self.time, 0)
        else:
            head = head.ljust(404, b"\0") + struct.pack(self.order + "ii", self.time, 0)
        return (head + struct.pack(self.order + "IiiIIIIIIi", status, self.page, sub_blocks,
                                   bitmap_blocks, min(self.mapnr, 0xFFFFFFFF), 0, 0, 0, 0,
                                   self.cpus))

    def sub_header(self, fields):
        result = bytearray(SUB_HEADER_SIZE[self.layout])
        for name, since, *places in SUB_HEADER:
            if self.version >= since:
                offset, size = places[self.layout]
                struct.pack_into(self.order + {4: "I", 8: "Q"}[size], result, offset,
                                 fields.get(name, 0))
        return bytes(result)

    @staticmethod
    def bitmap(pages, size):
        result = bytearray(size)
        for pfn in pages:
            if pfn // 8 < size:
                result[pfn // 8] |= 1 << pfn % 8
        return bytes(result)

    def place_pages(self, image, at, first, last):
        """page_desc for every dumped page of the piece, then the data."""
        pages = [pfn for pfn in self.dumped if first <= pfn < last]
        image.label("descriptors", at)
        data_at = at + 24 * len(pages)
        image.size = data_at
        for index, pfn in enumerate(pages):
            content = formula(f"pfn {pfn}".encode(), self.page)
            if self.codec not in CODECS:
                raise TextError(f"unknown codec: {self.codec}")
            if self.codec == "zlib":
                content = zlib.compress(content)
            lost = pfn in self.lost
            image.label(f"desc{index}", at + 24 * index)
            image.write(at + 24 * index, struct.pack(
                self.order + "QIIQ", 0 if lost else data_at, 0 if lost else len(content),
                CODECS[self.codec], 0))
            if not lost:
                image.label(f"page{index}", data_at)
                image.write(data_at, content)
                data_at += len(content)
        image.size = data_at
