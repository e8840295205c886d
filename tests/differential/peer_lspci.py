# SPDX-License-Identifier: LGPL-2.1-or-later
"""lspci -vvv -nn and `vmcoredd decode` say the same of configuration spaces.

lspci reads what `vmcoredd export lspci` writes.

Of every line that lspci prints each value is compared with a field of ours, by the
templates in lspci_header.py, lspci_capabilities.py and lspci_extended.py. A line that no
template knows fails the test, as does a template that no line matched.
"""
import collections
import json
import os
import re

import lspci_capabilities
import lspci_extended
import lspci_header
import lspci_spaces
from common import TESTS, Difference, Skip
from lspci_lines import Value, templates

# Of all devices together; a change that compares less is seen here.
LEAST = 30000
LAYOUTS = os.path.join(os.path.dirname(TESTS), "driver-plugins", "pci", "layouts")
# Lines that say nothing about registers: what lspci knows of the machine.
ABOUT_LSPCI = re.compile(r"Kernel driver in use: .*|Kernel modules: .*|Physical Slot: .*")


class Device:
    """A dump as `vmcoredd decode --json` shows it."""

    def __init__(self, dump):
        self.name = dump["name"]
        self.fields, self.capabilities = {}, {}
        for field in dump["fields"]:
            path = field["path"]
            found = re.fullmatch(r"(capability|extended)\[([^\]#]*)(?:#\d+)?\]", path)
            if field.get("group") and found:
                self.capabilities[int(field["offset"])] = (found.group(1), found.group(2), path)
            elif "value" in field:
                self.fields[path] = Value(int(field["value"], 16), field.get("meaning", ""))
        self.damage = [remark["text"] for remark in dump["remarks"] if remark["damage"]]

    def getter(self, *prefixes):
        def get(path, missing_is_none=False):
            for prefix in ([""] if path.startswith("/") else prefixes):
                value = self.fields.get(prefix + path.lstrip("/"))
                if value is not None:
                    return value
            if missing_is_none:
                return None
            raise Difference(f"{self.name}: no field {prefixes[0]}{path}")
        return get


class Comparison:
    def __init__(self, context):
        self.context = context
        self.differences, self.unknown = [], []
        self.counts = collections.Counter()
        self.header = templates(lspci_header.LINES, lspci_header.FUNCTIONS)
        self.tables = {
            kind: {key: templates(lines, table.FUNCTIONS) for key, lines in table.LINES.items()}
            for kind, table in (("capability", lspci_capabilities), ("extended", lspci_extended))}

    def comparer(self, device, place, line):
        def compare(path, ours, theirs):
            self.context.compared += 1
            self.counts[place] += 1
            if ours != theirs:
                self.differences.append(f"{device.name} {place} {path}: ours {ours}, lspci "
                                        f"{theirs}, in: {line}")
        return compare

    def line(self, device, place, known, line, get, index):
        try:
            compare = self.comparer(device, place, line)
            if not any(template.apply(line, get, compare, index) for template in known):
                self.unknown.append(f"{device.name} {place}: {line}")
        except (Difference, KeyError, ValueError, IndexError) as error:
            self.differences.append(f"{device.name} {place}: {error!r}, in: {line}")

    def device(self, device, lines):
        if not lspci_header.first_line(device.getter(""), lines[0],
                                       self.comparer(device, "header", lines[0])):
            self.unknown.append(f"{device.name}: {lines[0]}")
        place, known, get, index = "header", self.header, device.getter("header.", ""), [None]
        seen = set()
        for raw in lines[1:]:
            line = " ".join(raw.split())
            found = re.fullmatch(r"Capabilities: \[([0-9a-f]+)(?: v(\d+))?\] (.*)", line)
            if found:
                offset, version, line = int(found.group(1), 16), found.group(2), found.group(3)
                seen.add(offset)
                if offset not in device.capabilities:
                    self.differences.append(f"{device.name}: no capability at {offset:#x}: {line}")
                    known, place = [], f"[{offset:#x}]"
                    continue
                kind, key, path = device.capabilities[offset]
                place, index = f"{kind}[{key}]", [None]
                known = self.tables[kind].get(key) or self.tables[kind][""]
                get = device.getter(path + ".")
                if version:
                    self.comparer(device, place, raw)("VERSION", get("HEADER.VERSION").raw,
                                                      int(version))
            if not (ABOUT_LSPCI.fullmatch(line) or
                    place == "header" and lspci_header.is_upper_half(get, line)):
                self.line(device, place, known, line, get, index)
        for offset in sorted(set(device.capabilities) - seen):
            self.differences.append(f"{device.name}: lspci has no {device.capabilities[offset]}")

    def file(self, text):
        """Of all devices of a file of lspci -xxxx."""
        archive = self.context.path("of-" + os.path.basename(text) + ".vmcoredd")
        vmcoredd = self.context.vmcoredd
        self.context.run(vmcoredd, "import", text, "-o", archive)
        # exits with 1 where it finds something
        decoded = json.loads(self.context.run(vmcoredd, "decode", "--layouts", LAYOUTS, "--layout",
                                              "pci-config", "--json", archive, may_fail=True))
        devices = {dump["name"].removeprefix("pci_").removeprefix("0000:"): Device(dump)
                   for dump in decoded["dumps"]}
        exported = self.context.path("exported-" + os.path.basename(text))
        self.context.run(vmcoredd, "export", "lspci", archive, "-o", exported)
        shown = self.context.run("lspci", "-F", exported, "-vvv", "-nn").decode()
        for block in shown.strip().split("\n\n"):
            lines = block.split("\n")
            self.device(devices.pop(lines[0].split()[0]), lines)
        if devices:
            raise Difference(f"{text}: lspci does not show {sorted(devices)}")

    def unseen(self):
        for template in self.header:
            if not template.seen:
                yield f"header: {template.text}"
        for kind, table in self.tables.items():
            for key, known in table.items():
                for template in known:
                    if not template.seen:
                        yield f"{kind}[{key}]: {template.text}"


def run(context):
    context.need("lspci")
    version = context.run("lspci", "--version").decode().split()[-1]
    if not version.startswith("3.9."):
        raise Skip(f"the templates are for the lines and mistakes of lspci 3.9, this is {version}")
    comparison = Comparison(context)
    spaces = os.path.join(TESTS, "differential", "lspci")
    files = [os.path.join(TESTS, "golden", "lspci-output", "xxxx.txt")]
    files += [os.path.join(spaces, name) for name in sorted(os.listdir(spaces))
              if name.endswith(".txt")]
    made = context.path("made-here.txt")
    with open(made, "w", encoding="ascii") as out:
        lspci_spaces.write(out)
    for text in files + [made]:
        comparison.file(text)
    for place, count in sorted(comparison.counts.items()):
        print(f"{place}: {count}")
    problems = [("differences", comparison.differences),
                ("lines that no template knows", comparison.unknown),
                ("templates that no line matched", list(comparison.unseen()))]
    found = [f"{len(items)} {what}:\n  " + "\n  ".join(items[:25]) for what, items in problems
             if items]
    if context.compared < LEAST:
        found.append(f"only {context.compared} values were compared, at least {LEAST} must be")
    if found:
        raise Difference("\n".join(found))
