#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Register lists that must stop the build, each with the line and the reason."""
import subprocess
import sys
import tempfile
import os

HEAD = "[a]\nsource = here\nclass = passive\n"
CASES = [
    # (the list, the line that is named, what is said)
    ("", 0, "at least one [section]"),
    ("0x10,1\n", 1, "expected [section]"),
    ("[A]\n", 1, "expected [section]"),
    ("[a\n", 1, "expected [section]"),
    (HEAD + "0x10,1\n[a]\n", 5, "was there before"),
    (HEAD, 3, "without a register"),
    ("[a]\nclass = passive\n0x10,1\n", 3, "without source= and class="),
    ("[a]\nsource = here\n0x10,1\n[b]\n", 4, "without source= and class="),
    ("[a]\nclass = harmless\n", 2, "expected class"),
    ("[a]\nclass =\n", 2, "has no value"),
    ("[a]\ncolour = red\n", 2, "expected source, class, bar or width"),
    ("[a]\nbar = 6\n", 2, "BAR from 0 to 5"),
    ("[a]\nwidth = 3\n", 2, "width of 1, 2, 4 or 8"),
    (HEAD + "0x10,1\nbar = 1\n", 5, "stands behind registers"),
    (HEAD + "0x10\n", 4, "expected address,registers"),
    (HEAD + "ten,1\n", 4, "expected address,registers"),
    (HEAD + "0x10,1;0x20,1\n", 4, "expected address,registers"),
    (HEAD + "0x10,-1\n", 4, "expected address,registers"),
    (HEAD + "010,1\n", 4, "expected address,registers"),
    (HEAD + "0x10,1,4,0,0\n", 4, "expected address,registers"),
    (HEAD + "0x10,1,16\n", 4, "width of 1, 2, 4 or 8"),
    (HEAD + "0x10,1,4,9\n", 4, "BAR from 0 to 5"),
    (HEAD + "0x10,0\n", 4, "no registers"),
    (HEAD + "0x12,1\n", 4, "not a multiple of 4"),
    (HEAD + "0x14,1,8\n", 4, "not a multiple of 8"),
    (HEAD + "0x10,4\n# between\n\n0x1c,1\n", 7, "overlaps or precedes"),
    (HEAD + "0x10,1\n0x08,1\n", 5, "overlaps or precedes"),
    (HEAD + "0x10,1\n0x10,1\n", 5, "overlaps or precedes"),
    (HEAD + "0x100000000,1\n", 4, "at most 32 bits"),
    (HEAD + "0xfffffffc,2\n", 4, "past 4 GiB"),
]


def main():
    cmake, script = sys.argv[1:]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        driver = os.path.join(folder, "driver.cmake")
        with open(driver, "w", encoding="ascii") as file:
            file.write("cmake_minimum_required(VERSION 3.25)\n"
                       f'include("{script}")\n'
                       f'vmcoredd_compile_register_list(x "{folder}/bad.list" "{folder}")\n')
        for text, line, said in [(HEAD + "0x10,1\n", None, "")] + CASES:
            with open(os.path.join(folder, "bad.list"), "w", encoding="ascii") as file:
                file.write(text)
            run = subprocess.run([cmake, "-P", driver], capture_output=True, text=True, check=False)
            errors = " ".join(run.stderr.split())
            good = (run.returncode == 0 if line is None else
                    run.returncode != 0 and f"bad.list:{line}:" in errors and said in errors)
            if not good:
                wrong += 1
                print(f"{text!r}: expected line {line}, {said!r}; exit {run.returncode}: {errors}")
    print(f"{len(CASES)} bad lists, {wrong} wrong answers")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
