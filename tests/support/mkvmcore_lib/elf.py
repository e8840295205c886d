# SPDX-License-Identifier: LGPL-2.1-or-later
"""ELF core files of both classes and byte orders, and archives."""
import struct

from .image import Image, align
from .notes import NoteList
from .payload import TextError, make_data, number

MACHINES = {"none": 0, "i686": 3, "ppc": 20, "ppc64": 21, "s390x": 22, "arm": 40, "x86_64": 62,
            "aarch64": 183, "riscv64": 243, "loongarch64": 258}
PT_LOAD, PT_NOTE = 1, 4
PN_XNUM = 0xFFFF


class ElfBuilder:
    """Program headers and content follow the order of the text's lines."""

    words = {"segment", "load"}

    def __init__(self, options, archive=False):
        self.is_64 = options.pop("class", "64") == "64"
        self.order = {"le": "<", "be": ">"}[options.pop("order", "le")]
        self.machine = MACHINES[options.pop("machine", "none" if archive else "x86_64")]
        self.page = number(options.pop("page", "4096"))
        self.type = number(options.pop("type", "4"))  # ET_CORE
        self.flags = number(options.pop("flags", "0"))
        self.ehdr_size = 64 if self.is_64 else 52
        self.phdr_size = 56 if self.is_64 else 32
        self.shdr_size = 64 if self.is_64 else 40
        self.phoff = number(options.pop("phoff")) if "phoff" in options else None
        self.ehsize = number(options.pop("ehsize", str(self.ehdr_size)))
        self.phentsize = number(options.pop("phentsize", str(self.phdr_size)))
        self.sections = number(options.pop("sections", "0"))
        self.xnum = options.pop("xnum", "no") == "yes"
        if self.xnum and not self.sections:
            self.sections = 1
        self.items = []  # ("segment", options, NoteList) or ("load", options, None)

    def add(self, word, options, rest):
        if word == "segment":
            self.items.append((word, dict(options), NoteList(self.order, self.page)))
            options.clear()
        elif word == "load":
            self.items.append((word, dict(options), None))
            options.clear()
        else:
            if not self.items or self.items[-1][0] != "segment":
                self.items.append(("segment", {}, NoteList(self.order, self.page)))
            self.items[-1][2].add(word, options, rest)

    def payloads(self):
        return [payload for _, _, notes in self.items if notes for payload in notes.payloads]

    def build(self):
        image = Image()
        # QEMU puts section headers before the program headers, makedumpfile
        # behind them: "phoff" below says which.
        phnum = len(self.items)
        behind = self.phoff is None
        shoff = 0
        if behind:
            self.phoff = self.ehdr_size
            if self.sections:
                shoff = self.phoff + phnum * self.phentsize
        elif self.sections:
            shoff = self.ehdr_size
        image.size = max(self.phoff + phnum * self.phentsize,
                         shoff + self.sections * self.shdr_size)
        image.write(0, self.header(phnum, shoff))
        image.label("ehdr", 0)
        image.label("shdr0", shoff)
        image.regions["header"] = (0, self.ehdr_size)
        image.regions["phdrs"] = (self.phoff, phnum * self.phentsize)
        if self.sections:
            section0 = bytearray(self.shdr_size)
            if self.xnum:  # sh_info of section 0 holds the real e_phnum
                struct.pack_into(self.order + "I", section0, 44 if self.is_64 else 28, phnum)
            image.write(shoff, section0)
        for index, (word, options, notes) in enumerate(self.items):
            offset = number(options.pop("offset", str(align(image.size, self.page))))
            image.label(f"phdr{index}", self.phoff + index * self.phentsize)
            if word == "segment":
                entry = self.place_notes(image, offset, options, notes)
            else:
                entry = self.place_load(image, offset, options)
            if options:
                raise TextError(f"unknown: {' '.join(options)}")
            image.write(self.phoff + index * self.phentsize, self.program_header(*entry))
        return [image]

    def place_notes(self, image, offset, options, notes):
        notes.place(image, offset)
        image.number_label("segment", offset)
        image.regions.setdefault("notes", (offset, notes.image.size))
        filesz = number(options.pop("filesz", str(notes.image.size)))
        return (PT_NOTE, offset, 0, filesz, number(options.pop("memsz", str(filesz))),
                number(options.pop("align", "0")))

    def place_load(self, image, offset, options):
        paddr = number(options.pop("paddr", "0"))
        memsz = number(options.pop("size"))
        filesz = number(options.pop("filesz", str(memsz)))
        # Memory is a hole in the file unless a text asks for content.
        data = make_data(options.pop("data", "zero"), filesz, f"load {paddr:#x}".encode())
        image.number_label("load", offset)
        image.write(offset, data or b"")
        image.size = max(image.size, offset + filesz)
        return PT_LOAD, offset, paddr, filesz, memsz, number(options.pop("align", "0"))

    def header(self, phnum, shoff):
        ident = b"\x7fELF" + bytes([2 if self.is_64 else 1, 1 if self.order == "<" else 2, 1])
        word = "Q" if self.is_64 else "I"
        return ident.ljust(16, b"\0") + struct.pack(
            f"{self.order}HHI{word}{word}{word}IHHHHHH", self.type, self.machine, 1, 0,
            self.phoff, shoff, self.flags, self.ehsize, self.phentsize,
            PN_XNUM if self.xnum else phnum, self.shdr_size if self.sections else 0,
            self.sections, 0)

    def program_header(self, kind, offset, paddr, filesz, memsz, alignment):
        if self.is_64:
            return struct.pack(self.order + "IIQQQQQQ", kind, 0, offset, 0, paddr, filesz, memsz,
                               alignment)
        return struct.pack(self.order + "IIIIIIII", kind, offset, 0, paddr, filesz, memsz, 0,
                           alignment)
