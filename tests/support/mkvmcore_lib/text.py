# SPDX-License-Identifier: LGPL-2.1-or-later
"""The text language: one container line, its content, then what is done to it."""
import bz2
import gzip
import lzma
import os
import re
import shlex
import struct
import sys

from .elf import ElfBuilder
from .flattened import flatten
from .image import Image
from .kdump import KdumpBuilder
from .payload import TextError, make_data, number, resolve, run

NOTE_WORDS = {"note", "dump", "manifest", "vmcoreinfo", "pad", "raw"}
CONTAINERS = {"elf": ElfBuilder, "kdump": KdumpBuilder,
              "archive": lambda options: ElfBuilder(options, archive=True)}


class RawBuilder:
    """No container: the bytes of `raw` lines."""

    words = {"raw"}
    order = "<"

    def __init__(self, _):
        self.image = Image()

    def add(self, _, __, rest):
        self.image.append(make_data(rest[0]))

    def payloads(self):
        return []

    def build(self):
        return [self.image]


CONTAINERS["bytes"] = RawBuilder


def place(image, text):
    """An offset: a number, end, or a label, plus or minus a number."""
    match = re.fullmatch(r"([a-z][a-z]*[0-9]*)?([+-]?[0-9][0-9a-fxKMG]*)?", text)
    if not match or not text:
        raise TextError(f"not an offset: {text}")
    label, delta = match[1], match[2]
    if label and label != "end" and label not in image.labels:
        raise TextError(f"no label {label}; there are {' '.join(sorted(image.labels))}")
    base = 0 if not label else image.size if label == "end" else image.labels[label]
    return base + (number(delta.lstrip("+")) if delta else 0)


def encode(value, order):
    """u8:N to u64:N in the file's byte order, be64:N, or what data= takes."""
    kind, _, text = value.partition(":")
    sizes = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}
    if kind in sizes:
        size = struct.calcsize(sizes[kind])
        return struct.pack(order + sizes[kind], number(text) % (1 << 8 * size))
    if kind == "be64":
        return struct.pack(">Q", number(text) % (1 << 64))
    return make_data(value)


def compress(image, how):
    data = image.read(0, image.size)
    packed = Image()
    if how == "gzip":
        packed.append(gzip.compress(data, mtime=0))
    elif how == "bzip2":
        packed.append(bz2.compress(data))
    elif how == "xz":
        packed.append(lzma.compress(data))
    elif how == "zstd":
        packed.append(run(["zstd", "-q", "-c"], data))
    elif how == "lz4":
        packed.append(run(["lz4", "-q", "-c"], data))
    else:
        raise TextError(f"unknown compression: {how}")
    return packed


def transform(images, order, steps):
    """Applies poke, truncate, ... to every image, in the order of the text."""
    results = []
    for index, image in enumerate(images, 1):
        for position, (word, given, rest) in enumerate(steps):
            options = dict(given)
            if number(options.pop("piece", str(index))) != index:
                continue
            if word == "poke":
                image.write(place(image, rest[0]), encode(rest[1], order))
            elif word == "truncate":
                image.truncate(place(image, rest[0]))
            elif word == "append":
                image.append(encode(rest[0], order))
            elif word == "flatten":
                extra = []
                for following, entry, _ in steps[position + 1:]:
                    if following != "record":
                        break
                    extra.append(dict(entry))
                image = flatten(image, options, extra)
            elif word == "compress":
                image = compress(image, rest[0])
            if options and word != "record":
                raise TextError(f"{word}: unknown {' '.join(options)}")
        results.append(image)
    return results


STEPS = {"poke", "truncate", "append", "flatten", "record", "compress"}


def build_lines(lines, base="."):
    """The images of a text, and what extracting the dumps must give."""
    builder, steps = None, []
    for line_number, line in enumerate(lines, 1):
        # Backslashes are ours (\xNN), not the shell's.
        lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
        lexer.whitespace_split, lexer.escape = True, ""
        try:
            words = list(lexer)
            if not words:
                continue
            word, rest = words[0], []
            options = {}
            for item in words[1:]:
                match = re.match(r"([a-z][a-z0-9._-]*)=", item)
                if match and word != "vmcoreinfo":
                    options[match[1]] = item[match.end():]
                else:
                    rest.append(item)
            kind, _, path = options.get("data", "").partition(":")
            if kind in ("file", "netlink", "bar", "lspci"):
                options["data"] = f"{kind}:{resolve(path, base)}"
            if word in STEPS and builder:
                steps.append((word, options, rest))
                continue
            if builder is None:
                if word not in CONTAINERS:
                    raise TextError(f"expected one of {' '.join(CONTAINERS)}, found {word}")
                builder = CONTAINERS[word](options)
            elif steps:
                raise TextError(f"{word} behind {steps[0][0]}: content comes first")
            elif word in builder.words or word in NOTE_WORDS:
                builder.add(word, options, rest)
            else:
                raise TextError(f"unknown word {word}")
            if options:
                raise TextError(f"unknown: {' '.join(options)}")
        except (TextError, ValueError, KeyError, IndexError) as error:
            raise TextError(f"line {line_number}: {error!r}: {line.strip()}") from error
    if builder is None:
        raise TextError("no container")
    return transform(builder.build(), builder.order, steps), builder.payloads()


def build_file(path):
    if path == "-":
        return build_lines(sys.stdin)
    with open(path, encoding="utf-8") as source:
        try:
            return build_lines(source, os.path.dirname(path))
        except TextError as error:
            raise TextError(f"{path}: {error}") from error
