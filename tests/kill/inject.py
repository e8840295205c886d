# SPDX-License-Identifier: LGPL-2.1-or-later
"""strace, as a way to end or fail a program at a chosen system call."""
import os
import re
import shutil
import subprocess
import tempfile

CALL = re.compile(r"^(?:\d+ +)?([a-z_][a-z0-9_]*)\((-?\d+)?")


def why_no_strace():
    if not shutil.which("strace"):
        return "strace is not installed"
    with tempfile.NamedTemporaryFile() as log:
        probe = subprocess.run(["strace", "-f", "-o", log.name, "-e", "inject=write:error=EIO",
                                "true"], stderr=subprocess.PIPE, check=False)
    if probe.returncode != 0:
        return f"strace does not work here: {probe.stderr.decode().strip()}"
    return None


class Injector:
    def __init__(self, scratch):
        self.log = os.path.join(scratch, "strace.log")

    def run(self, case, work, *options):
        command = ["strace", "-f", "-qq", "-o", self.log, *options, *case.command(work)]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                              cwd=work, check=False)

    def points(self, case, work):
        """Every system call of a whole run as (name, ordinal of the name, first
        argument if that is a number): strace counts per name."""
        done = self.run(case, work)
        if done.returncode != 0:
            raise RuntimeError(f"{case.name} under strace: exit {done.returncode}: "
                               f"{done.stderr.decode(errors='replace')}")
        counts, points = {}, []
        with open(self.log, encoding="utf-8", errors="replace") as log:
            for line in log:
                match = CALL.match(line)
                # execve starts the program; what ends it has nothing behind it.
                if not match or match[1] in ("execve", "exit_group", "exit"):
                    continue
                counts[match[1]] = counts.get(match[1], 0) + 1
                points.append((match[1], counts[match[1]], int(match[2]) if match[2] else None))
        return points

    def kill(self, case, work, name, ordinal):
        """The call is not carried out any more."""
        result = self.run(case, work, "-e", f"inject={name}:signal=KILL:when={ordinal}")
        if result.returncode not in (-9, 137):
            raise RuntimeError(f"{case.name}: {name} number {ordinal} did not come again")

    def fail(self, case, work, name, ordinal, error):
        return self.run(case, work, "-e", f"inject={name}:error={error}:when={ordinal}")
