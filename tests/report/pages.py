# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests of pages have in common: pages of made machines, a browser, what a person sees.

usage of each test: --vmcoredd PROGRAM [--pictures FOLDER] [TEST...]
Exits 77 where there is no Chromium.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import unittest

import browser
import machines

OPTIONS = None
SELECTED = "document.querySelector('.fields .selected .name').textContent.replace(/[\u25be\u25b8]/, '')"
VISIBLE = "[...document.querySelectorAll('.fields .row .name')].map((e) => e.textContent)"
MARKED = "[...document.querySelectorAll('.hex .b.marked:not(.letter)')].map((e) => Number(e.dataset.at))"


def write_page(folder, name, arguments):
    """The page that vmcoredd makes of files; 1: something was found."""
    page = os.path.join(folder, name + ".html")
    result = subprocess.run([OPTIONS.vmcoredd, "report", *arguments, "-o", page], check=False)
    if result.returncode not in (0, 1):
        raise AssertionError(f"vmcoredd report exits with {result.returncode}")
    return page


class PageTest(unittest.TestCase):
    makers = (machines.small,)

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="vmcoredd-pages.")
        cls.pages = {}
        for make in cls.makers:
            name = make.__name__
            inputs = os.path.join(cls.folder.name, name)
            os.mkdir(inputs)
            cls.pages[name] = write_page(cls.folder.name, name, make(inputs))
        cls.browser = browser.Browser(OPTIONS.chromium).__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.folder.cleanup()

    def setUp(self):
        self.browser.complaints.clear()
        self.browser.size(1400, 900)
        self.browser.prefer("light")
        self.browser.scripts(True)

    def tearDown(self):
        self.assertEqual(self.browser.complaints, [])
        # The page itself and nothing else.
        self.assertEqual(len(self.browser.requests), 1, self.browser.requests)

    def load(self, name, fragment=""):
        # Another address first: a page that differs by its fragment only is not loaded again.
        self.browser.open("about:blank")
        self.browser.open("file://" + self.pages[name] + fragment)
        self.browser.settle()
        self.browser.run("localStorage.removeItem('vmcoredd-theme')")

    def picture(self, name):
        if OPTIONS.pictures:
            self.browser.picture(os.path.join(OPTIONS.pictures, name + ".png"))

    def text(self, selector):
        return self.browser.run(f"document.querySelector({selector!r}).innerText")

    def fragment(self, dump):
        """Of the crash's dump of a name."""
        return self.browser.run("[...document.querySelectorAll('a.open')].find((a) => "
                                f"a.textContent === {dump!r}).hash")

    def open_dump(self, name, dump):
        self.load(name)
        self.browser.run(f"location.hash = {self.fragment(dump)!r}")
        self.browser.wait("document.querySelector('.viewer .fields .row, .viewer .hex .row')")
        self.browser.settle()


def main():
    global OPTIONS
    parser = argparse.ArgumentParser()
    parser.add_argument("--vmcoredd", required=True)
    parser.add_argument("--pictures", help="keep pictures in this folder, for people")
    OPTIONS, rest = parser.parse_known_args()
    OPTIONS.chromium = browser.find_chromium()
    if not OPTIONS.chromium:
        print("skipped: no Chromium (one of " + ", ".join(browser.NAMES) + ")")
        return 77
    return 0 if unittest.main(module="__main__", argv=[sys.argv[0], *rest], exit=False,
                              verbosity=2).result.wasSuccessful() else 1
