# SPDX-License-Identifier: LGPL-2.1-or-later
"""Templates of lspci's lines: what is compared with which field of ours.

A template is a line with runs of blanks made one, and in it
  {PATH+}        a flag, + or -: the field's number is not 0
  {PATH:d} {PATH:x}  the field's number, decimal or hexadecimal
  {PATH:v} {PATH:X}  what the field's number means ("value" of a layout), the same
  {function(PATH, ...)}  the text that the function makes of our fields
  {#}            an index, which replaces # in the paths behind it, also of later lines
  {++}           nothing; the index is one more
  {*}            anything
  << ... >>      may be missing
"""
import re


class Value:
    """A field of `vmcoredd decode --json`."""

    def __init__(self, raw, text):
        self.raw, self.text = raw, text

    @property
    def meaning(self):
        """The number that the text says, of a field whose layout has a "value"."""
        found = re.match(r"0x[0-9a-f]+|\d+", self.text)
        return int(found.group(), 0) if found else self.raw


def word(get, path):
    return get(path).text


def spelled(texts, unknown):
    """A function that says a meaning of ours in lspci's words."""
    def function(get, path):
        return texts.get(get(path).text, unknown)
    return function


PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PATTERNS = {"+": "([+-])", "d": r"(\d+)", "v": r"(\d+)", "x": "([0-9a-f]+)", "X": "([0-9a-f]+)",
            "text": "(.*?)", "index": r"(\d+)", "next": "()"}


class Template:
    def __init__(self, text, functions):
        self.text, self.functions, self.seen = text, functions, 0
        self.parts = []  # (kind, path, arguments)
        pattern, at = "", 0
        for found in PLACEHOLDER.finditer(text):
            pattern += self.literal(text[at:found.start()]) + self.place(found.group(1))
            at = found.end()
        self.pattern = re.compile(pattern + self.literal(text[at:]))

    @staticmethod
    def literal(text):
        return re.escape(text).replace("<<", "(?:").replace(">>", ")?")

    def place(self, inner):
        if inner == "*":
            return ".*?"
        if inner == "#":
            kind, path = "index", None
        elif inner == "++":
            kind, path = "next", None
        elif inner.endswith(")"):
            kind, path = "text", inner
        elif inner.endswith("+"):
            kind, path = "+", inner[:-1]
        else:
            path, kind = inner.rsplit(":", 1)
        self.parts.append((kind, path))
        return PATTERNS[kind]

    def ours(self, get, kind, path):
        if kind == "text":
            name, arguments = path[:-1].split("(")
            return self.functions[name](get, *[a.strip() for a in arguments.split(",") if a])
        value = get(path)
        return {"+": lambda: "+" if value.raw else "-", "d": lambda: value.raw,
                "x": lambda: value.raw, "v": lambda: value.meaning,
                "X": lambda: value.meaning}[kind]()

    @staticmethod
    def theirs(kind, text):
        if kind in ("d", "v"):
            return int(text)
        if kind in ("x", "X"):
            return int(text, 16)
        return text

    def apply(self, line, get, compare, index):
        """False if the line is another; index is a list of one element."""
        found = self.pattern.fullmatch(line)
        if not found:
            return False
        self.seen += 1
        for (kind, path), text in zip(self.parts, found.groups()):
            if text is None:
                continue
            if kind == "index":
                index[0] = text
                continue
            if kind == "next":
                index[0] = "0" if index[0] is None else str(int(index[0]) + 1)
                continue
            resolved = path.replace("#", index[0]) if index[0] is not None else path
            compare(resolved, self.ours(get, kind, resolved), self.theirs(kind, text))
        return True


def templates(lines, functions):
    return [Template(line, functions) for line in lines]
