#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Opens pages of `vmcoredd report` in a headless Chromium and uses them as a person does: the
overview, devices, light and dark, what is hostile, what is large. pages.py has the usage."""
import os
import re
import sys

import machines
import pages


class OverviewTest(pages.PageTest):
    makers = (machines.small, machines.hostile, machines.large, machines.huge)

    # -- the overview

    def test_overview_says_what_where_and_what_next(self):
        self.load("small")
        self.picture("overview")
        self.assertEqual(self.text("h1"), "db-17")
        self.assertIn("2026-05-04T11:22:33Z", self.text(".machine"))
        self.assertIn("1 gone: pci/0000:17:00.0", self.text(".verdicts"))
        first = self.text(".card")
        self.assertIn("pci/0000:16:02.0", first)
        self.assertIn("pci/0000:17:00.0 is gone", first)
        self.assertIn("Next: compare with the kernel log", first)
        for part in ("Devices", "What differs from the baseline", "What happened",
                     "What was not captured, and why", "Where this is from"):
            self.assertIn(part, self.text("#overview"))
        self.assertIn("is not allowed here", self.text("#skipped"))
        self.assertIn("Kernel panic", self.text("#timeline"))
        rows = self.browser.run("[...document.querySelectorAll('#device-rows > tr')]"
                                ".map((row) => row.cells[0].innerText.trim())")
        self.assertEqual(rows, ["gone", "failed", "failed", "failed", "suspect", "no trouble",
                                "unknown"])

    def test_overview_without_script(self):
        self.browser.scripts(False)
        self.browser.open("file://" + self.pages["small"])
        self.assertEqual(self.browser.run("document.body.dataset.part"), None)
        self.picture("without-script")
        self.assertIn("pci/0000:17:00.0 is gone", self.text(".card"))
        self.assertIn("20 fields differ since the baseline", self.browser.run(
            "[...document.querySelectorAll('.device')].filter((e) => e.checkVisibility())"
            ".map((e) => e.textContent).join()"))

    def test_devices_can_be_filtered(self):
        self.load("small")
        self.browser.key("/")
        self.browser.type("nvme failed")
        shown = self.browser.run("[...document.querySelectorAll('#device-rows > tr:not([hidden])')]"
                                 ".map((row) => row.cells[1].innerText)")
        self.assertEqual(shown, ["pci/0000:01:00.0"])
        self.browser.key("Escape")
        self.assertEqual(self.browser.run(
            "document.querySelectorAll('#device-rows > tr[hidden]').length"), 0)

    def test_device_part(self):
        self.load("small")
        self.browser.click(".card h3 a.name")
        self.picture("device")
        self.assertFalse(self.browser.run("document.querySelector('#overview').checkVisibility()"))
        text = self.text(".device.shown")
        self.assertIn("answers, and says that something failed", text)
        self.assertIn("20 fields differ since the baseline", text)
        self.browser.key("Escape")
        self.assertTrue(self.browser.run("document.querySelector('#overview').checkVisibility()"))

    def test_all_events(self):
        self.load("small")
        shown = "document.querySelectorAll('#events-shown > tr').length"
        self.assertEqual(self.browser.run(shown), 60)
        self.browser.click("#more-events button")
        self.browser.wait(f"{shown} > 200")
        self.assertIn("NIC Link is Up 1\n", self.text("#events-shown") + "\n")

    # -- light, dark, narrow

    def test_dark(self):
        ground = "getComputedStyle(document.body).backgroundColor"
        self.browser.prefer("dark")
        self.load("small")
        self.picture("dark")
        self.assertEqual(self.browser.run(ground), "rgb(20, 23, 27)")
        self.browser.key("t")
        self.assertEqual(self.browser.run(ground), "rgb(255, 255, 255)")
        self.browser.key("t")
        self.assertEqual(self.browser.run(ground), "rgb(20, 23, 27)")
        self.browser.key("t")
        self.open_dump("small", "pci_0000:16:02.0")
        self.picture("dark-dump")

    def test_narrow(self):
        self.browser.size(400, 800)
        self.load("small")
        self.picture("narrow")
        wide = "document.documentElement.scrollWidth"
        self.assertLessEqual(self.browser.run(wide), 400)
        self.open_dump("small", "pci_0000:16:02.0")
        self.picture("narrow-dump")
        self.assertLessEqual(self.browser.run(wide), 400)

    # -- what is hostile

    def test_hostile_names_stay_text(self):
        self.load("hostile")
        self.picture("hostile")
        own = self.browser.run("document.querySelectorAll('script:not([type])').length")
        self.assertEqual(own, 1)
        self.assertEqual(self.browser.run("document.querySelectorAll('img').length"), 0)
        text = self.text("main")
        self.assertIn(machines.HOSTILE_TEXT, text)
        self.assertIn(machines.HOSTILE_TEXT, self.browser.run("document.title"))
        for dump in (machines.HOSTILE_NAME, "mlx5_core_0000:01:00.0_fw"):
            self.browser.run(f"location.hash = {self.fragment(dump)!r}")
            self.browser.wait("document.querySelector('.viewer h2') && document.querySelector("
                              f"'.viewer h2').textContent.startsWith({dump!r})")
        self.assertIn(machines.HOSTILE_TEXT, self.text(".fields"))
        self.browser.key("j", "c", "/")
        self.browser.type(machines.HOSTILE_TEXT)
        self.browser.settle()
        self.assertEqual(self.browser.run("document.querySelectorAll('img').length"), 0)
        self.assertEqual(self.browser.run("typeof window.owned"), "undefined")

    def test_nothing_runs_that_is_not_the_page(self):
        # Were a name not escaped: the policy is the second lock.
        self.load("small")
        self.browser.run("""(() => {
          const script = document.createElement('script');
          script.textContent = 'window.owned = 1';
          document.body.append(script);
        })()""")
        self.assertEqual(self.browser.run("typeof window.owned"), "undefined")
        self.browser.wait("true")
        said = [one for one in self.browser.complaints if "Content Security Policy" in one]
        self.assertEqual(len(said), 1, self.browser.complaints)
        self.browser.complaints.clear()

    def test_addresses_that_mean_nothing(self):
        for fragment in ("#dump-99999", "#dump-1:%E0%A4%A", "#device-77", "#help", "#dump-x"):
            self.load("small", fragment)
            self.assertIn("db-17", self.browser.run("document.title"))

    # -- sizes

    def test_two_hundred_devices(self):
        size = os.path.getsize(self.pages["large"])
        print(f"200 devices: {size} bytes")
        self.assertLess(size, 5 * 1024 * 1024)
        self.load("large")
        self.picture("large")
        self.assertEqual(self.browser.run("document.querySelectorAll('.device').length"), 200)
        self.assertIn("50 devices", self.text(".card"))
        with open(self.pages["large"], encoding="ascii") as file:
            dumps = set(re.findall(r'id="fields-(\d+)"', file.read()))
        self.assertEqual(len(dumps), 300)

    def test_a_page_that_would_be_too_large(self):
        # Twice as many fields and bytes as there is room for: the page says what it has not.
        size = os.path.getsize(self.pages["huge"])
        print(f"a report with more than there is room for: {size} bytes")
        self.assertLess(size, 5 * 1024 * 1024)
        self.load("huge")
        with open(self.pages["huge"], encoding="ascii") as file:
            text = file.read()
        without = [one for one in re.findall(r'class="name open" href="#dump-(\d+)"', text)
                   if f'id="bytes-{one}"' not in text]
        self.assertGreater(len(without), 0)
        self.browser.run(f"location.hash = '#dump-{without[-1]}'")
        self.browser.wait("document.querySelector('.viewer')")
        self.browser.settle()
        self.assertIn("not in this page", self.text(".hex"))


if __name__ == "__main__":
    sys.exit(pages.main())
