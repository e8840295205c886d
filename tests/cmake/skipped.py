#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints which tests of a ctest JUnit report were skipped, and why.

usage: skipped.py REPORT.xml
"""
import sys
import xml.etree.ElementTree


def reason(output):
    """What the test said last; GoogleTest says it above its marker."""
    lines = [line.strip() for line in output.splitlines()]
    for number, line in enumerate(lines):
        if line.endswith("Skipped") and number + 1 < len(lines):
            return lines[number + 1]
    return next((line for line in reversed(lines) if line), "no reason given")


def main(path):
    tests = xml.etree.ElementTree.parse(path).getroot().findall("testcase")
    skipped = {}
    for test in tests:
        if test.find("skipped") is not None:
            skipped.setdefault(reason(test.findtext("system-out") or ""), []).append(test.get("name"))
    for why, names in sorted(skipped.items()):
        print(f"skipped {len(names)}: {why}")
        for name in names:
            print(f"    {name}")
    count = sum(len(names) for names in skipped.values())
    print(f"{len(tests) - count} tests run, {count} skipped")


if __name__ == "__main__":
    main(sys.argv[1])
