#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints how long the page of 200 devices takes to make, to open, and to open a dump in.

usage: load_time.py --vmcoredd PROGRAM
"""
import argparse
import os
import statistics
import subprocess
import tempfile
import time

import browser
import machines

RUNS = 5
TIMES = """(() => {
  const [load] = performance.getEntriesByType('navigation');
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return [paint ? paint.startTime : NaN, load.loadEventEnd];
})()"""


def measure(page, chromium):
    paints, loads, dumps = [], [], []
    with browser.Browser(chromium) as one:
        one.size(1400, 900)
        for _ in range(RUNS):
            one.open("about:blank")
            one.open("file://" + page)
            one.settle()
            paint, load = one.run(TIMES)
            paints.append(paint)
            loads.append(load)
            begin = time.monotonic()
            one.run("location.hash = document.querySelector('a.open').hash")
            one.wait("document.querySelector('.fields .row')")
            one.settle()
            dumps.append((time.monotonic() - begin) * 1000)
    return [statistics.median(times) for times in (paints, loads, dumps)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--vmcoredd", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vmcoredd-page.") as folder:
        files = machines.large(folder)
        page = os.path.join(folder, "large.html")
        begin = time.monotonic()
        subprocess.run([options.vmcoredd, "report", *files, "-o", page], check=False)
        made = time.monotonic() - begin
        print(f"page of 200 devices: {os.path.getsize(page) / 1e6:.1f} MB, made in {made:.2f} s")
        chromium = browser.find_chromium()
        if not chromium:
            print("  no Chromium to open it with")
            return
        paint, load, dump = measure(page, chromium)
        print(f"  shown after {paint:.0f} ms, loaded after {load:.0f} ms, a dump opened in {dump:.0f} ms"
              f" (medians of {RUNS})")


if __name__ == "__main__":
    main()
