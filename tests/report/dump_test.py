#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Opens dumps in pages of `vmcoredd report` in a headless Chromium: fields, bytes, map, keys.
pages.py has the usage."""
import sys

import machines
import pages


class DumpTest(pages.PageTest):
    makers = (machines.small, machines.fields)

    # -- a dump

    def test_dump_is_unpacked_when_it_is_opened(self):
        self.load("small")
        self.assertEqual(self.browser.run("document.querySelectorAll('.viewer, .row').length"), 0)
        self.open_dump("small", "pci_0000:16:02.0")
        self.picture("dump")
        self.assertIn("VENDOR_ID", self.text(".fields"))
        self.assertIn("657 fields", self.text(".count"))
        self.assertIn("beside", self.text(".dump-head"))
        self.assertTrue(self.text(".hex .row").startswith("000086807a34"), self.text(".hex .row"))
        # What is seen exists, and little else.
        self.assertLess(self.browser.run("document.querySelectorAll('.fields .row').length"), 90)

    def test_search_and_filters(self):
        self.open_dump("small", "pci_0000:16:02.0")
        self.browser.key("/")
        self.browser.type("UNCOR_STATUS completion_timeout")
        self.browser.wait("document.querySelector('.count').textContent.startsWith('1 field ')")
        names = self.browser.run(pages.VISIBLE)
        self.assertEqual([name.lstrip("▾▸") for name in names],
                         ["extended[aer]", "UNCOR_STATUS", "COMPLETION_TIMEOUT"])
        self.browser.key("Escape")
        self.browser.wait("document.querySelector('.count').textContent === '657 fields'")
        self.browser.key("Escape")
        self.browser.click("[data-filter=changed]")
        self.assertIn("20 fields of 657", self.text(".count"))
        # 20 fields, and the structures and registers that they are in.
        self.assertEqual(self.browser.run("document.querySelectorAll('.fields .row.changed').length"), 20)
        self.browser.click("[data-filter=changed]")
        self.browser.click("[data-filter=found]")
        self.assertIn("SIGNALLED_SYSTEM_ERROR", self.text(".fields"))
        self.assertNotIn("DEVICE_ID", self.text(".fields"))

    def test_values_are_searched_too(self):
        self.open_dump("small", "pci_0000:16:02.0")
        self.browser.key("/")
        self.browser.type("0x347a")
        self.browser.wait("document.querySelector('.count').textContent.startsWith('1 field ')")
        self.assertIn("DEVICE_ID", self.text(".fields"))

    def test_field_marks_its_bytes(self):
        self.open_dump("small", "pci_0000:16:02.0")
        self.browser.key("/")
        self.browser.type("extended[aer].UNCOR_STATUS")
        self.browser.settle()
        self.browser.key("Enter")
        self.browser.key("ArrowDown")
        self.picture("field")
        self.assertEqual(self.browser.run(pages.MARKED), [0x104, 0x105, 0x106, 0x107])
        self.assertIn("at 0x0104", self.text(".details"))
        self.assertTrue(self.browser.run(
            "document.querySelector('.hex .marked.differs').textContent === '40'"))

    def test_byte_selects_its_field(self):
        self.open_dump("small", "pci_0000:16:02.0")
        self.browser.click(".hex .b[data-at='83']")
        self.assertEqual(self.browser.run(pages.MARKED), [0x52, 0x53])
        self.assertIn("LNKSTA", self.browser.run(pages.SELECTED))
        details = self.text(".details")
        self.assertIn("0x0053, byte 0x50, was 0x70", details)
        self.assertIn("0x5011", details)
        # By keys: two lines up, to another field, which is folded away in nothing.
        self.browser.run("document.querySelector('.hex').focus()")
        self.browser.key("ArrowUp", "ArrowUp")
        self.assertIn("0x0033", self.text(".details"))

    def test_a_byte_of_a_field_that_is_filtered_away(self):
        self.open_dump("small", "pci_0000:16:02.0")
        self.browser.key("/")
        self.browser.type("no field says this")
        self.browser.wait("document.querySelector('.count').textContent.startsWith('0 fields')")
        self.browser.click(".hex .b[data-at='0']")
        self.assertIn("VENDOR_ID", self.browser.run(pages.SELECTED))

    def test_bytes_of_the_baseline(self):
        self.open_dump("small", "pci_0000:16:02.0")
        byte = "document.querySelector(\".hex .b[data-at='83']\").textContent"
        self.assertEqual(self.browser.run(byte), "50")
        self.browser.click(".pane .check input")
        self.assertEqual(self.browser.run(byte), "70")

    def test_map_jumps(self):
        self.open_dump("small", "nvme_0000:01:00.0_controller")
        self.browser.key("c")
        self.assertIn("CSTS", self.browser.run(pages.SELECTED))
        # The cell of byte 2048, which was not read: 4 bytes a cell, 64 cells a line.
        step = self.browser.run("document.querySelector('.map').getBoundingClientRect().width") / 64
        box = self.browser.run("(({left, top}) => [left, top])"
                               "(document.querySelector('.map').getBoundingClientRect())")
        self.browser.click_at(box[0] + step / 2, box[1] + 8.5 * step)
        self.assertIn("not read: a page that did not answer", self.text(".details"))
        self.assertIn("0x0800", self.text(".details"))
        self.assertGreater(self.browser.run("document.querySelectorAll('.hex .b.hole').length"), 100)
        self.picture("holes")
        self.browser.run("document.querySelector('.map').focus()")
        self.browser.key("ArrowUp")
        self.assertIn("0x0700", self.text(".details"))

    def test_bytes_without_layout_beyond_the_beginning(self):
        self.open_dump("small", "ddgen_0000:06:00.0")
        self.picture("bytes")
        self.assertIn("No layout is known", self.text(".viewer"))
        self.assertEqual(self.browser.run("document.querySelectorAll('.tools').length"), 0)
        # What differs at 0x20000 is in the page, though its surroundings are not.
        self.browser.run("document.querySelector('.hex').scrollTop = 1e9")
        self.browser.settle()
        self.assertIn("not in this page", self.text(".hex"))
        self.assertEqual(self.browser.run("document.querySelector(\".hex .differs[data-at='131072']\").textContent"), "34")

    # -- keys

    def test_findings_one_after_the_other(self):
        self.load("small")
        self.browser.key("j")
        self.assertIn("is gone", self.browser.run("document.activeElement.innerText"))
        self.browser.key("j")
        self.assertIn("fatal error of a request", self.browser.run("document.activeElement.innerText"))
        self.browser.key("k")
        self.assertIn("is gone", self.browser.run("document.activeElement.innerText"))
        self.open_dump("small", "pci_0000:16:02.0")
        self.browser.key("j")
        self.assertIn("[aer]", self.browser.run(pages.SELECTED))
        self.assertIn("fatal error of a request", self.text(".details"))
        self.browser.key("c")
        self.assertTrue(self.browser.run("document.querySelector('.fields .selected').classList"
                                         ".contains('changed')"))

    def test_tree_by_keys(self):
        self.open_dump("small", "pci_0000:16:02.0")
        self.browser.run("document.querySelector('.fields').focus()")
        self.browser.key("ArrowDown", "ArrowDown", "ArrowDown")
        self.assertIn("COMMAND", self.browser.run(pages.SELECTED))
        expanded = "document.querySelector('.fields .selected').getAttribute('aria-expanded')"
        self.assertEqual(self.browser.run(expanded), "false")
        self.browser.key("ArrowRight")
        self.assertEqual(self.browser.run(expanded), "true")
        self.assertIn("MEMORY", self.text(".fields"))
        self.browser.key("ArrowLeft")
        self.assertEqual(self.browser.run(expanded), "false")
        self.browser.key("End")
        self.assertGreater(self.browser.run("document.querySelector('.fields').scrollTop"), 1000)
        active = self.browser.run("document.querySelector('.fields').getAttribute('aria-activedescendant')")
        self.assertTrue(self.browser.run(f"document.getElementById({active!r}) !== null"))

    def test_help_and_way_back(self):
        self.load("small")
        self.browser.key("?")
        self.picture("help")
        self.assertTrue(self.browser.run("document.querySelector('#help').open"))
        self.browser.key("Escape")
        self.assertFalse(self.browser.run("document.querySelector('#help').open"))
        self.open_dump("small", "pci_0000:16:02.0")
        self.browser.key("Escape")
        self.browser.wait("document.body.dataset.part === 'device'")
        self.browser.key("Escape")
        self.browser.wait("document.body.dataset.part === 'overview'")
        self.browser.run("history.back()")
        self.browser.wait("document.body.dataset.part === 'device'")

    def test_all_is_reached_by_tab(self):
        self.open_dump("small", "pci_0000:16:02.0")
        reached = set()
        for _ in range(60):
            self.browser.key("Tab")
            reached.add(self.browser.run(
                "(document.activeElement.id || document.activeElement.className).split(' ').pop()"))
        self.assertLessEqual({"search", "fields", "map", "hex", "theme", "show-help"}, reached)

    def test_link_to_a_field(self):
        self.load("small")
        link = self.browser.run("[...document.querySelectorAll('a.field')].find((a) => "
                                "a.textContent.startsWith('capability[express].SLTSTA')).hash")
        self.load("small", link)
        self.browser.wait("document.querySelector('.fields .selected')")
        self.assertIn("SLTSTA", self.browser.run(pages.SELECTED))

    # -- many fields

    def test_twenty_thousand_fields(self):
        self.open_dump("fields", "generic_0000:00:03.0")
        self.picture("fields")
        self.assertEqual(self.text(".count"), "20000 fields")
        self.assertLess(self.browser.run("document.querySelectorAll('.viewer *').length"), 2500)
        self.browser.run("document.querySelector('.fields').focus()")
        self.browser.key("End")
        self.assertIn("[4999]", self.browser.run(pages.SELECTED))
        self.browser.key("/")
        self.browser.type("reg[4321].busy")
        self.browser.wait("document.querySelector('.count').textContent.startsWith('1 field ')")
        self.browser.key("Enter")
        self.assertEqual(self.browser.run(pages.MARKED), [4321 * 4 + i for i in range(4)])


if __name__ == "__main__":
    sys.exit(pages.main())
