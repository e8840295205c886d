#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check_layers.py must find each kind of violation in a tree made for it."""
import os
import tempfile
import unittest

import check_layers

GOOD_TREE = {
    "vmcoredd/base/result.h": "#include <cstdint>\n",
    "vmcoredd/format/note.h": '#include "vmcoredd/base/result.h"\n',
    "vmcoredd/writer/archive.cpp": '#include "vmcoredd/format/note.h"\n',
    "readers/vmcore/elf.h": '#include "vmcoredd/format/note.h"\n',
    "readers/cli/main.cpp": '#include <iostream>\n#include <CLI/CLI.hpp>\n'
                            '#include "readers/vmcore/elf.h"\n'
                            '#include "vmcoredd/writer/archive.cpp"\n',
    "driver-plugins/abi/vmcoredd_plugin.h": "#include <stdint.h>\n",
    "driver-plugins/pci/config.h": "",
    "driver-plugins/pci/pci.c": '#include "config.h"\n'
                                '#include "driver-plugins/abi/vmcoredd_plugin.h"\n',
    "collector/main.cpp": "#include <syslog.h>\n",
    "tests/support/builder.h": "",
}


def violations_with(path, text):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "layers.toml"), encoding="utf-8") as file:
        table = check_layers.Table(file.read())
    with tempfile.TemporaryDirectory() as root:
        for name, content in {**GOOD_TREE, path: text}.items():
            os.makedirs(os.path.join(root, os.path.dirname(name)), exist_ok=True)
            with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                file.write(content)
        return check_layers.check(table, root)[0]


class CheckLayers(unittest.TestCase):
    def assert_found(self, path, include, problem):
        found = violations_with(path, f"// a comment\n  #  include {include}\n")
        self.assertEqual(found, [f"{path}:2: {include[1:-1]}: {problem}"])

    def test_accepts_the_good_tree(self):
        self.assertEqual(violations_with("vmcoredd/base/a.h", ""), [])

    def test_lower_layer_includes_upper(self):
        self.assert_found("vmcoredd/base/a.h", '"vmcoredd/format/note.h"',
                          "vmcoredd/base may not include vmcoredd/format")

    def test_writer_includes_readers(self):
        self.assert_found("vmcoredd/writer/a.cpp", '"readers/vmcore/elf.h"',
                          "vmcoredd/writer may not include readers/vmcore")

    def test_readers_include_writer(self):
        self.assert_found("readers/vmcore/a.cpp", '"vmcoredd/writer/archive.cpp"',
                          "readers/vmcore may not include vmcoredd/writer")

    def test_collector_includes_readers(self):
        self.assert_found("collector/a.cpp", '"readers/vmcore/elf.h"',
                          "collector may not include readers/vmcore")

    def test_angle_brackets_do_not_hide(self):
        self.assert_found("collector/a.cpp", "<readers/vmcore/elf.h>",
                          "collector may not include readers/vmcore")

    def test_relative_path_does_not_hide(self):
        self.assert_found("driver-plugins/pci/a.c", '"../../vmcoredd/base/result.h"',
                          "driver-plugins may not include vmcoredd/base")

    def test_plugin_includes_the_library(self):
        self.assert_found("driver-plugins/pci/a.c", '"vmcoredd/format/note.h"',
                          "driver-plugins may not include vmcoredd/format")

    def test_library_prints(self):
        for header in ("iostream", "CLI/CLI.hpp", "syslog.h", "systemd/sd-journal.h"):
            with self.subTest(header):
                self.assert_found("readers/vmcore/a.cpp", f"<{header}>",
                                  "only a program may include this")

    def test_file_that_is_not_there(self):
        self.assert_found("readers/vmcore/a.cpp", '"vmcoredd/format/gone.h"', "no such file")

    def test_plugin_includes_another_plugin(self):
        self.assert_found("driver-plugins/nvme/a.c", '"driver-plugins/pci/config.h"',
                          "folders under driver-plugins may not include each other")

    def test_library_includes_tests(self):
        self.assert_found("vmcoredd/base/a.cpp", '"tests/support/builder.h"',
                          "not in any folder of the table")

    def test_folder_that_is_not_in_the_table(self):
        self.assertEqual(violations_with("readers/new/a.h", ""),
                         ["readers/new/a.h: in no folder of the table"])


if __name__ == "__main__":
    unittest.main()
