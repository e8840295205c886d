#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the cases of tests/cli (README.md there says what a case is)."""

import argparse
import fnmatch
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT_SECONDS = 100
SKIPPED = 77  # what ctest is told to count as skipped


def glob_matches(patterns, lines):
    """Line by line with fnmatch; a line of "..." stands for any lines."""
    if not patterns:
        return not lines
    if patterns[0] == "...":
        return any(glob_matches(patterns[1:], lines[i:]) for i in range(len(lines) + 1))
    return bool(lines) and fnmatch.fnmatchcase(lines[0], patterns[0]) and \
        glob_matches(patterns[1:], lines[1:])


def expectation(case, stream):
    """The file that says what `stream` must be, or None for empty."""
    for how in ("exact", "glob"):
        path = case.with_suffix(f".{stream}.{how}")
        if path.exists():
            return path
    return None


def compare(case, stream, found):
    """Nothing if it is as expected, else what to tell."""
    path = expectation(case, stream)
    expected = path.read_text(encoding="utf-8", errors="surrogateescape") if path else ""
    if path and path.suffix == ".glob":
        good = glob_matches(expected.splitlines(), found.splitlines())
    else:
        good = expected == found
    if good:
        return ""
    name = path.name if path else "empty"
    return f"--- expected {stream} ({name})\n{expected}--- found {stream}\n{found}"


def update(case, stream, found):
    path = expectation(case, stream)
    if path and path.suffix == ".glob":
        if compare(case, stream, found):
            print(f"{path.name} does not match, change it by hand:\n{found}")
        return
    path = case.with_suffix(f".{stream}.exact")
    if found:
        path.write_text(found, encoding="utf-8", errors="surrogateescape")
    else:
        path.unlink(missing_ok=True)


def run_case(case, options):
    with tempfile.TemporaryDirectory(prefix="vmcoredd-cli-") as folder:
        programs = pathlib.Path(folder, "programs")
        work = pathlib.Path(folder, "work")
        spool = pathlib.Path(folder, "spool")
        for path in (programs, work, spool):
            path.mkdir()
        for program in [options.vmcoredd, *options.program]:
            wrapper = programs / os.path.basename(program)
            wrapper.write_text(f'#!/bin/sh\nexec {options.exec_prefix} "{program}" "$@"\n')
            wrapper.chmod(0o755)
        environment = {
            "PATH": f"{programs}:{HERE.parent / 'support'}:{HERE / 'tools'}:"
                    + os.environ.get("PATH", "/usr/bin:/bin"),
            "LC_ALL": "C",
            "TZ": "UTC",
            "TMPDIR": str(spool),
            "PROGRAMS": str(programs),
            "SOURCE": str(HERE.parent.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        process = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", f'. "{HERE}/prelude.bash"; . "{case}"'],
            cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=TIMEOUT_SECONDS, check=False)
        left_over = sorted(os.listdir(spool))
    stdout = process.stdout.decode("utf-8", "surrogateescape")
    stderr = process.stderr.decode("utf-8", "surrogateescape")

    exit_file = case.with_suffix(".exit")
    expected_exit = int(exit_file.read_text()) if exit_file.exists() else 0
    if process.returncode == SKIPPED and expected_exit != SKIPPED:
        print(f"{case.name}: skipped: {stdout + stderr}", end="")
        return SKIPPED
    if options.update:
        update(case, "stdout", stdout)
        update(case, "stderr", stderr)
        if process.returncode != 0:
            exit_file.write_text(f"{process.returncode}\n")
        else:
            exit_file.unlink(missing_ok=True)
        return 0
    troubles = [compare(case, "stdout", stdout), compare(case, "stderr", stderr)]
    if process.returncode != expected_exit:
        troubles.append(f"expected exit code {expected_exit}, found {process.returncode}\n")
    if left_over:
        troubles.append(f"left in the temporary folder: {left_over}\n")
    troubles = [trouble for trouble in troubles if trouble]
    if troubles:
        print(f"{case.name}: FAILED\n" + "".join(troubles))
        return 1
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vmcoredd", required=True, help="the program to test")
    parser.add_argument("--program", action="append", default=[],
                        help="another program that cases use; may be repeated; cases that "
                             "lack theirs are skipped")
    parser.add_argument("--exec-prefix", default="", help='for example "valgrind -q"')
    parser.add_argument("--update", action="store_true",
                        help="write what was found as what is expected; then read the diff")
    parser.add_argument("case", nargs="*", type=pathlib.Path, help="CASE.sh; all if none is given")
    options = parser.parse_args()
    options.vmcoredd = os.path.abspath(options.vmcoredd)
    options.program = [os.path.abspath(program) for program in options.program]
    cases = [case.resolve() for case in options.case] or sorted((HERE / "cases").glob("*.sh"))
    results = [run_case(case, options) for case in cases]
    failed = sum(result == 1 for result in results)
    if len(cases) > 1:
        print(f"{len(cases)} cases, {failed} failed, {results.count(SKIPPED)} skipped")
    if failed:
        return 1
    return SKIPPED if results and all(result == SKIPPED for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
