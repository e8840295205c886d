# SPDX-License-Identifier: LGPL-2.1-or-later
"""ELF notes: device dumps as the kernel writes them, manifests, and any other."""
import json
import struct

from .image import Image, align
from .payload import (TextError, make_data, number, skippable_frames, unescape, with_values,
                      xxh3_128, zstd)

DUMP_TYPE = 0x700
MANIFEST_TYPE = 0x76634D46  # "FMcv" in a little-endian file
DEFAULT_PART = 4096
KNOW_THEIR_SIZE = {"bar", "file", "hex", "fmsg", "lspci", "cudbg", "ath10k", "bnxt", "etnaviv",
                   "iwlwifi"}


class Payload:
    """What extracting a dump gives: its bytes, and zeros up to the capacity of the
    note unless a manifest tells the exact length."""

    def __init__(self, name, size, data):
        self.name, self.size, self.data = name, size, data
        self.capacity = size

    def store(self, path):
        with open(path, "wb") as out:
            out.write(self.data or b"")
            out.truncate(self.capacity)


class NoteList:
    """The notes of one segment, built line by line into an image of their own."""

    def __init__(self, order, page):
        self.order = order  # struct's "<" or ">"
        self.page = page
        self.image = Image()
        self.undescribed = []  # dumps that the next manifest line describes
        self.payloads = []  # what extracting must give, see Payload
        self.vmcoreinfo = None  # (offset, size) of its descriptor

    def add(self, word, options, rest):
        handler = {"note": self.note, "dump": self.dump, "manifest": self.manifest,
                   "vmcoreinfo": self.vmcoreinfo_note, "pad": self.pad, "raw": self.raw}
        handler[word](options, rest)

    def head(self, namesz, descsz, note_type, owner):
        name = owner[:align(namesz, 4)].ljust(align(namesz, 4), b"\0")
        return struct.pack(self.order + "III", namesz, descsz, note_type) + name

    def note(self, options, _):
        """An ordinary note: owner with NUL, everything aligned to 4."""
        owner = unescape(options.pop("owner", "CORE"))
        size = number(options.pop("size")) if "size" in options else None
        data = make_data(options.pop("data", "zero"), size)
        real = size or 0 if data is None else len(data)
        namesz = number(options.pop("namesz", str(len(owner) + 1)))
        descsz = number(options.pop("descsz", str(real)))
        image = self.image
        image.number_label("note", image.size)
        image.append(self.head(namesz, descsz, number(options.pop("type", "1")), owner + b"\0"))
        start = image.size
        image.append(data or b"")
        image.truncate(start + align(real, 4))
        return start, real

    def vmcoreinfo_note(self, _, rest):
        lines = "".join(f"{line}\\n" for line in rest)
        self.vmcoreinfo = self.note({"owner": "VMCOREINFO", "type": "0",
                                     "data": "text:" + lines}, None)

    def dump(self, options, _):
        """A device dump: 64-byte header, payload, zeros up to a page multiple."""
        name = options.pop("name")
        count = number(options.pop("count", "1"))
        for index in range(count):
            self.one_dump(unescape(name.replace("{}", str(index))), dict(options))
        options.clear()

    def one_dump(self, name, options):
        spec = options.pop("data", "formula")
        whole = "size" not in options and spec.partition(":")[0] in KNOW_THEIR_SIZE
        size = number(options.pop("size", "0"))
        if "from" in options:  # the beginning of it is left out
            data = make_data(spec)[number(options.pop("from")):][:size].ljust(size, b"\0")
        else:
            data = make_data(spec, None if whole else size, name[:44])
        size = len(data) if whole else size
        if "set" in options:
            data = with_values(data, size, options.pop("set"),
                               {"le": "little", "be": "big"}[options.pop("set-order", "le")])
        parts = number(options.pop("parts", "1"))
        codec = options.pop("codec", "none")
        describe = options.pop("describe", "yes") == "yes"
        facts = {key[2:]: options.pop(key) for key in list(options) if key.startswith("m-")}
        stored = data
        if codec == "zstd":
            stored = zstd(data if data is not None else b"\0" * size)
        stored_size = size if stored is None else len(stored)
        share = align(-(-stored_size // parts), 8) if parts > 1 else stored_size
        sizes = [min(share, stored_size - at) for at in range(0, stored_size, share or 1)] or [0]
        if len(sizes) != parts:
            raise TextError(f"{stored_size} bytes do not make {parts} parts")
        payload = Payload(name, size, data)
        self.payloads.append(payload)
        at, capacity = 0, 0
        for part in sizes:
            chunk = None if stored is None else stored[at:at + part]
            capacity += self.dump_note(name, part, chunk, codec, dict(options))
            at += part
        if codec == "none":
            payload.capacity = capacity
        for key in ("owner", "namesz", "type", "descsz", "after-nul"):
            options.pop(key, None)
        if options:
            raise TextError(f"unknown: {' '.join(options)}")
        if describe:
            self.undescribed.append((name, size, data, codec, sizes, facts, payload))

    def dump_note(self, name, size, data, codec, options):
        owner = unescape(options.get("owner", "LINUX"))
        namesz = number(options.get("namesz", "8"))
        field = align(namesz, 4)
        # The kernel up to 6.1 copies all 44 bytes: garbage may follow the NUL.
        after_nul = unescape(options.get("after-nul", ""))
        dump_name = (name + b"\0" + after_nul if after_nul else name)[:44].ljust(44, b"\0")
        total = align(12 + field + 44 + size, self.page)
        padding = total - (12 + field + 44 + size)
        if codec == "zstd" and 0 < padding < 8:
            total += self.page
            padding += self.page
        descsz = number(options.get("descsz", str(total - 12 - field)))
        image = self.image
        start = image.size
        image.number_label("note", start)
        image.number_label("dump", start)
        image.append(self.head(namesz, descsz, number(options.get("type", str(DUMP_TYPE))), owner))
        image.append(dump_name)
        if data is not None:
            image.append(data)
            if codec == "zstd":
                image.append(skippable_frames(padding))
        image.truncate(start + total)
        return size + padding

    def manifest(self, options, _):
        """A manifest fragment that describes the dumps since the one before."""
        image = self.image
        if "json" in options:
            text = unescape(options.pop("json"))
        else:
            text = json.dumps(self.fragment(options), separators=(",", ":")).encode()
        image.number_label("manifest", image.size)
        self.note({"owner": "VMCOREDD", "type": str(MANIFEST_TYPE),
                   "data": "hex:" + text.hex()}, None)
        self.undescribed = []

    def fragment(self, options):
        ordinals = {}
        dumps = []
        for name, size, data, codec, sizes, facts, payload in self.undescribed:
            payload.capacity = size  # readers know the exact length now
            ordinal = ordinals.get(name, 0)
            ordinals[name] = ordinal + 1
            content = b"\0" * size if data is None else data
            dump = {"name": escape(name), "ordinal": str(ordinal), "length": str(size),
                    "hash": xxh3_128(content), "codec": codec, "stored": str(sum(sizes)),
                    "outcome": "ok"}
            if len(sizes) > 1:
                dump["parts"] = [str(part) for part in sizes]
            for key, value in facts.items():
                *outer, last = key.split(".", 1)
                if value.startswith("json:"):
                    value = json.loads(value[5:])
                (dump.setdefault(outer[0], {}) if outer else dump)[last] = value
            dumps.append(dump)
        fragment = {"schema": options.pop("schema", "vmcoredd-manifest/1"),
                    "generator": "mkvmcore",
                    "kind": options.pop("kind", "pack"),
                    "capture_id": options.pop("capture-id", "00112233445566778899aabbccddeeff"),
                    "time": options.pop("time", "2026-01-02T03:04:05Z"),
                    "machine": {"release": options.pop("release", "6.1.0-mkvmcore"),
                                "arch": options.pop("arch", "x86_64")},
                    "dumps": dumps}
        if "nodename" in options:
            fragment["machine"]["nodename"] = options.pop("nodename")
        if "crash" in options:
            fragment["crash"] = options.pop("crash")
        return fragment

    def pad(self, _, rest):
        """`pad N` zero bytes, or `pad page` up to the next multiple of a page."""
        image = self.image
        target = (align(image.size, self.page) if rest == ["page"]
                  else image.size + number(rest[0]))
        image.truncate(target)

    def raw(self, _, rest):
        self.image.append(make_data(rest[0]))

    def place(self, image, offset):
        """Puts the notes into `image` and moves their labels along."""
        image.paste(self.image, 0, self.image.size, offset)
        for name, where in sorted(self.image.labels.items(), key=lambda item: item[1]):
            image.number_label(name.rstrip("0123456789"), offset + where)


def escape(name):
    """A name as JSON shows it: everything but printable ASCII as \\xNN."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}"
                   for byte in name)
