# SPDX-License-Identifier: LGPL-2.1-or-later
"""Seeds of decode_layout and layout_file: dumps of the goldens, and layouts."""
import fnmatch
import glob
import os
import struct
import tomllib
import zlib

from mkvmcore_lib.text import build_file

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

# Every container that a layout can have, and what rules can say.
CONTAINERS = """schema = "vmcoredd-layout/1"
name = "seed"
title = "all kinds of fields"
sources = ["none"]
root = "all"
unreadable = [0xffffffff]
[[match]]
dump = ["fuzz_*", "x"]
magic = { at = 0, bytes = "02 00" }
size = 8
[struct.all]
fields = [
  { at = 0, name = "n", size = 2, format = "dec", bits = { LOW = "3:0", HIGH = { at = 15, bad = "info" } } },
  { at = 2, name = "kind", size = 2, order = "big", enum = { 1 = "one", "2..5" = { text = "more", bad = "warning" }, default = "other" } },
  { name = "i", type = "int", size = 1, unit = "ms" },
  { name = "t", type = "text", size = 3, privacy = "serial" },
  { at = 8, name = "array", count = "min(n, 4)", stride = 3, size = 2, unreadable = [0xfff], bad = { severity = "error", when = "$raw > n" } },
  { at = 16, name = "choice", type = "struct", size = 8, switch = "n", cases = { 2 = "library.pair", "3..9" = "small" }, default = "small", with = { width = "kind" } },
  { at = 24, name = "mac", type = "mac" },
  { at = 32, name = "guid", type = "guid" },
  { at = 48, name = "link", size = 1 },
  { at = 0, name = "chain", type = "chain", first = "link", next = "next", struct = "link", key = "next", overlay = true },
  { at = 52, name = "record", type = "records", struct = "record", size = 40, while = "len != 0", where = "len > 1", key = "len" },
  { at = 92, name = "sparse", type = "sparse", size = 8, ranges = [[0, 4], [8, 4]], struct = "small" },
  { at = 100, name = "pairs", type = "pairs", size = 16, record = "address", address = "a", value = "v", struct = "small" },
  { at = 116, name = "stream", type = "stream", chunk = "chunk", data_size = "stored", length = "plain", codec = "zlib", struct = "small" },
  { at = "n * 8", from = "window", name = "rest", type = "bytes", when = "n < $size" },
]
[[struct.all.findings]]
when = "n > 1 && !unreadable(array[0]) || i"
severity = "fatal"
text = "{n} of {t}, {kind}"
evidence = ["array[1]", "choice"]
[struct.small]
fields = [{ name = "x" }, { at = 8, name = "y", volatile = true }]
[struct.link]
fields = [{ name = "next", size = 1 }]
[struct.record]
size = "len"
fields = [{ name = "len", size = 1 }, { name = "data", type = "bytes", size = "len - 1", privacy = "payload" }]
[struct.address]
size = 8
fields = [{ name = "a" }, { name = "v" }]
[struct.chunk]
fields = [{ name = "stored", size = 2 }, { name = "plain", size = 2 }]
"""


def layouts():
    for path in sorted(glob.glob(os.path.join(os.path.dirname(TESTS), "driver-plugins", "*",
                                              "layouts", "*.toml"))):
        with open(path, "rb") as file:
            yield file.read()


def is_for(rule, name, data):
    """Roughly: what is not of the name or the bytes is taken as true."""
    globs, magics = rule.get("dump", "*"), rule.get("magic", [])
    if not any(fnmatch.fnmatchcase(name, one)
               for one in ([globs] if isinstance(globs, str) else globs)):
        return 0
    for magic in [magics] if isinstance(magics, dict) else magics:
        wanted = bytes.fromhex(magic["bytes"]) if "bytes" in magic else magic["text"].encode()
        if data[magic["at"]:magic["at"] + len(wanted)] != wanted:
            return 0
    return len(rule)


def add_decode(corpus):
    """Dumps of the goldens, by the layout that is for them, and layouts."""
    texts_of = list(layouts())
    parsed = [tomllib.loads(text.decode()) for text in texts_of]
    roots = {layout["name"]: layout for layout in parsed
             if "root" in layout and "decoder" not in layout}
    names = sorted(roots)
    folder = os.path.join(TESTS, "golden", "decode")
    for text in sorted(glob.glob(os.path.join(folder, "*.txt"))):
        _, payloads = build_file(text)
        for number, payload in enumerate(payloads):
            data, name = payload.data or b"", payload.name.decode(errors="replace")
            fits = [(is_for(rule, name, data), at) for at, one in enumerate(names)
                    for rule in roots[one].get("match", [])]
            score, best = max(fits)
            if score:
                way = number * 8 & 0x3f
                corpus.add("decode_layout", f"{os.path.basename(text)[:-4]}-{number}",
                           struct.pack("<HB", best, way) + data)
    for name in names:
        corpus.add("decode_layout", f"zero-{name}",
                   struct.pack("<HB", names.index(name), 0) + bytes(300))
    for text, layout in zip(texts_of, parsed):
        corpus.add("layout_file", layout["name"], text + b"\0\0" + bytes(range(64)))
    packed = zlib.compress(bytes(range(12)))
    dump = (bytes.fromhex("0200 0003 05 616263") + bytes(range(40)) + bytes([50, 0, 49, 0])
            + b"\4abc\1\2x" + bytes(33) + bytes(8) + struct.pack("<IIII", 8, 7, 0, 9)
            + struct.pack("<HH", len(packed), 12) + packed)
    for way in (0, 1, 4, 8, 0x1a):
        corpus.add("layout_file", f"containers-{way}", CONTAINERS.encode() + bytes([0, way]) + dump)
    # Streams that give nothing, and records that are cut in front of their size.
    with open(os.path.join(folder, "layouts", "streams-broken.toml"), "rb") as file:
        broken = file.read()
    _, payloads = build_file(os.path.join(folder, "streams-broken.txt"))
    for number, payload in enumerate(payloads):
        corpus.add("layout_file", f"streams-broken-{number}", broken + b"\0\0" + payload.data)
