#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Layouts against registers.list: every field of a layout lies in registers that the
plugin reads, and every register that it reads has a name.

Reads the layouts by itself, without the engine: a field that both have at the wrong place
would otherwise go unnoticed. Conditions count as true, except those about an index or a
param, which say what a dump does not have at all.
"""

import pathlib
import re
import sys
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[4]
PLUGINS = ROOT / "driver-plugins"
sys.path.insert(0, str(ROOT / "tests/support"))
import bar_image  # noqa: E402

WIDTHS = {"mac": 6, "guid": 16}
# Layout, list of the plugin, sections that make up the dump, where the dump begins in them.
DUMPS = [
    ("nvme", "nvme", ["controller", "boot", "memory_buffer", "ready", "persistent"], 0),
    ("e1000e", "e1000e", ["all"], 0),
    ("e1000e-state", "e1000e", ["state"], 0),
    ("igb", "igb", ["all"], 0),
    ("igb-state", "igb", ["state"], 0),
    ("ixgbe", "ixgbe", ["all"], 0),
    ("ixgbe-state", "ixgbe", ["state"], 0),
    ("mlx5-iseg", "mlx5", ["iseg"], 0),
    *[(f"cxgb4-t{chip}", "cxgb4", [f"t{chip}"], 0) for chip in (4, 5, 6)],
    ("mlx4-fw-health", "mlx4/fixture", ["health"], 0),
    ("mlx4-cr-space", "mlx4/fixture", ["crspace"], 0),
    ("virtio-common", "virtio-pci", ["common"], 0),
    *[
        (f"virtio-{name}", "virtio-pci", ["p9" if name == "9p" else name], 0)
        for name in ("net", "block", "console", "balloon", "scsi", "9p", "gpu", "vsock",
                     "crypto", "iommu", "mem", "fs", "pmem")
    ],
]
# Registers that are read and have no meaning; fields that only other dumps have.
NAMELESS = {"mlx5-iseg": [(0x218, 8), (0x228, 4)]}
# Layouts of some of ten thousand registers.
CHOSEN = {"cxgb4-t4", "cxgb4-t5", "cxgb4-t6"}
ELSEWHERE = {"mlx4-cr-space": {"owner", "flash_semaphore"}}


def load():
    layouts = {}
    for path in sorted(PLUGINS.glob("*/layouts/*.toml")):
        layout = tomllib.loads(path.read_text())
        layouts[layout["name"]] = layout
    return layouts


class Walk:
    """The bytes of a layout's fields, as {address: "path"}."""

    def __init__(self, layouts):
        self.layouts, self.bytes = layouts, {}

    def structure(self, layout, name):
        if name in layout["struct"]:
            return layout, layout["struct"][name]
        other, _, name = name.partition(".")
        return self.layouts[other], self.layouts[other]["struct"][name]

    def number(self, text, names):
        if isinstance(text, int):
            return text
        text = re.sub(r"\$(\w+)", r"S_\1", text).replace("&&", " and ").replace("||", " or ")
        # What a dump holds is not known here: such a condition is taken as true.
        known = {word: names[word] for word in re.findall(r"[A-Za-z_]\w*", text) if word in names}
        try:
            return int(eval(text, {"__builtins__": {}, "min": max, "max": max}, known))
        except (NameError, SyntaxError, AttributeError):
            return None

    def fields(self, layout, structure, base, end, path, names):
        at = 0
        for field in structure["fields"]:
            at = self.number(field["at"], names) if "at" in field else at
            if self.number(field.get("when", 1), names) == 0:
                continue
            count = self.number(field.get("count", 1), names)
            for index in range(count):
                inner = path + [field["name"] + (f"[{index}]" if "count" in field else "")]
                at += self.one(layout, field, base + at, end, inner, names, index)

    def one(self, layout, field, at, end, path, names, index):
        kind = field.get("type", "uint")
        if kind == "struct":
            owner, inner = self.structure(layout, field["struct"])
            known = {key: self.number(value, names) for key, value in field.get("with", {}).items()}
            known = {key: value for key, value in known.items() if value is not None}
            self.fields(owner, inner, at, end, path, known | {"S_index": index})
            return field.get("stride", field.get("size", inner.get("size", 0)))
        size = field.get("size", WIDTHS.get(kind, end - at if kind == "bytes" else 4))
        if isinstance(size, str):
            size = {"min(tag_len, 32)": 32}[size]
        for address in range(at, at + size):
            self.bytes[address] = ".".join(path)
        return field.get("stride", size)


class RegistersCheck(unittest.TestCase):
    def registers(self, plugin, sections):
        listed = set()
        for section in sections:
            for address, count, width in bar_image.registers_of(
                PLUGINS / plugin / "registers.list", section
            ):
                listed.update(range(address, address + count * width))
        return listed

    def compare(self, name, walk, listed):
        elsewhere = ELSEWHERE.get(name, set())
        beyond = {f"{walk.bytes[at]} at 0x{at:x}" for at in walk.bytes
                  if at not in listed and walk.bytes[at] not in elsewhere}
        self.assertEqual(sorted(beyond), [], f"{name}: fields that the plugin does not read")
        if name in CHOSEN:
            return
        for at, size in NAMELESS.get(name, []):
            listed -= set(range(at, at + size))
        unnamed = {f"0x{at & ~3:x}" for at in listed - walk.bytes.keys()}
        self.assertEqual(sorted(unnamed), [], f"{name}: registers without a name")

    def test_fields_are_registers(self):
        layouts = load()
        for name, plugin, sections, base in DUMPS:
            with self.subTest(layout=name):
                layout, listed = layouts[name], self.registers(plugin, sections)
                walk = Walk(layouts)
                root = layout["struct"][layout["root"]]
                walk.fields(layout, root, base, max(listed) + 1, [], {"S_size": max(listed) + 1})
                self.compare(name, walk, listed)

    def test_queue_is_what_the_plugin_reads_of_each(self):
        layouts = load()
        layout = layouts["virtio-queues"]
        walk = Walk(layouts)
        walk.fields(layout, layout["struct"]["queue"], 0x18, 0x38, [], {})
        listed = {at for at in self.registers("virtio-pci", ["common"]) if 0x18 <= at < 0x38}
        self.compare("virtio-queues", walk, listed)

    def test_documented_example_is_the_one_to_copy(self):
        documented = re.search(r"```toml\n(.*?)```", (PLUGINS / "LAYOUTS.md").read_text(), re.DOTALL)
        copied = (PLUGINS / "example/layouts/edu.toml").read_text()
        self.assertEqual(documented[1], copied)
        self.assertLess(copied.count("\n"), 50)

    def test_every_list_has_its_layouts(self):
        checked = {plugin.partition("/")[0] for _, plugin, _, _ in DUMPS}
        lists = {path.parent.name for path in PLUGINS.glob("*/registers.list")
                 if (path.parent / "layouts").is_dir()}
        self.assertEqual(sorted(lists - checked), [])


if __name__ == "__main__":
    unittest.main()
