# SPDX-License-Identifier: LGPL-2.1-or-later
"""What guest/50-speed.sh left: region to file. Times and calls are printed as ratios;
held to a limit is only what does not depend on the machine: every byte, and memory
that does not grow with the region."""

import re

from recorded import region_bytes

SIZES = {"4MiB": 4 << 20, "64MiB": 64 << 20, "1GiB": 1 << 30}
# Of the memory for 1 GiB over that for 4 MiB: two runs of the same differ by a third of it.
GROWTH_KIB = 1024


def check(checks, out, have, costs, **_):
    measured = {}
    for line in costs:
        if found := re.fullmatch(r"cost of (\S+): (\d+) KiB in its biggest process, (\d+) ms", line):
            measured[found[1]] = (int(found[2]), int(found[3]))
    start, data = region_bytes((out / "4MiB-theirs-text").read_text())
    checks.equal("devlink wrote the text of 4 MiB", (start, len(data)), (0, SIZES["4MiB"]))
    calls = {name: _calls(out / f"{name}.calls") for name in ("theirs-text", "ours-raw", "ours-text")}
    if "devlink" not in have:
        checks.note("vmcoredd has no devlink yet: only devlink itself was looked at")
        return
    for name, size in SIZES.items():
        checks.equal(f"ours: exit code for {name}", _number(out / f"{name}-ours-raw.status"), 0)
        checks.equal(f"ours: bytes of {name}", _number(out / f"{name}-ours-raw.size"), size)
    checks.equal("ours: the text of 4 MiB is devlink's", _number(out / "4MiB-text.same"), 0)
    checks.that("ours: every byte of 4 MiB is devlink's", (out / "4MiB-ours-raw.bytes").read_bytes() == data)
    for name in ("64MiB", "1GiB"):
        checks.equal(f"ours: every byte of {name} is devlinksim's", _number(out / f"{name}-ours-raw.same"), 0)
    small, large = measured["4MiB-ours-raw"][0], measured["1GiB-ours-raw"][0]
    checks.that("ours: memory does not grow with the region", large <= small + GROWTH_KIB,
                f"{small} KiB for 4 MiB, {large} KiB for 1 GiB")
    _table(checks, measured, calls)


def _number(path):
    return int(path.read_text()) if path.exists() else -1


def _calls(path):
    """(all, recvmsg) calls of strace's table."""
    text = path.read_text() if path.exists() else ""
    rows = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", text, re.MULTILINE)
    by_name = {name: int(count) for count, name in rows}
    total = by_name.pop("total", 0)
    return total, sum(count for name, count in by_name.items() if name.startswith("recv"))


def _table(checks, measured, calls):
    checks.note("region to file          seconds   MiB/s  times devlink's   KiB of memory")
    for name, size in SIZES.items():
        for what in ("theirs-text", "ours-text", "ours-raw"):
            if f"{name}-{what}" not in measured:
                continue
            kib, ms = measured[f"{name}-{what}"]
            peer = measured.get(f"{name}-theirs-text")
            ratio = f"{peer[1] / max(ms, 1):.1f}" if peer else "-"
            checks.note(f"{name:6} {what:12}  {ms / 1000:11.2f}  {size / 1048.576 / max(ms, 1):6.0f}  {ratio:>15}  {kib:14}")
    for what, (total, receives) in calls.items():
        checks.note(f"1 MiB {what:12} {total:6} system calls, {receives} of them receive")
