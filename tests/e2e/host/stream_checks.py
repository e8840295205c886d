# SPDX-License-Identifier: LGPL-2.1-or-later
"""A dump that is larger than the crash kernel's memory: whole, or cut at the budget,
and never out of memory. guest/stream_plugin.c makes the same bytes."""

import re
import subprocess

import manifest
import simulated

MIB = 1 << 20
NAME = f"stream_{simulated.PLAIN}"
CUT_BYTES = 16 * MIB  # of the spool that is too small
PEAK_KIB = 4096       # of the collector, whatever the dump's size

BLOCK_BYTES = 65536
_MASK = (1 << 64) - 1
_COST = re.compile(r"e2e: cost of (\w+ \w+): (\d+) KiB in its biggest process, (\d+) ms")
_NO_MEMORY = re.compile(r"Out of memory|oom-kill|oom_reaper|page allocation failure|Memory cgroup out")


def write_configurations(folder, mib):
    """cut.conf and whole.conf: the same, with too little and with enough room."""
    for name, limit in (("cut", CUT_BYTES), ("whole", (mib + 64) * MIB)):
        (folder / f"{name}.conf").write_text(
            "schema=vmcoredd-collect/1\nplugin=/bin/vmcoredd-plugin-stream\n"
            f"option.stream.device={simulated.PLAIN}\noption.stream.mib={mib}\n"
            f"late_ms=1800000\nlate_max={limit}\n")


def make_disk(path, mib):
    """A disk with a file system for the spools and archives of both captures; no root needed."""
    with open(path, "wb") as disk:
        disk.truncate((2 * mib + 256) * MIB)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-F", path], check=True, stdin=subprocess.DEVNULL)


def _mix(x):
    x = (x + 0x9E3779B97F4A7C15) & _MASK
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & _MASK
    return x ^ x >> 31


def _blocks():
    words = BLOCK_BYTES // 8
    base = int.from_bytes(b"".join(_mix(w).to_bytes(8, "little") for w in range(words)), "little")
    ones = int.from_bytes(b"\1\0\0\0\0\0\0\0" * words, "little")
    i = 0
    while True:
        yield (base ^ ones * _mix(~i & _MASK)).to_bytes(BLOCK_BYTES, "little")
        i += 1


def _right_bytes(stream):
    """How many bytes the stream has, if they are the plugin's; or where it goes wrong, and None."""
    at = 0
    for block in _blocks():
        chunk = stream.read(BLOCK_BYTES)
        if chunk != block[: len(chunk)]:
            return at, None
        at += len(chunk)
        if len(chunk) < BLOCK_BYTES:
            return at, at


def _check_archive(checks, vmcoredd, archive, outcome):
    """Returns the bytes of the payload, or None when they are wrong."""
    entry = manifest.entry(archive, NAME)
    checks.equal(f"{archive.name}: outcome in the manifest", entry.get("outcome"), outcome)
    vmcoredd.must("verify", archive)
    with vmcoredd.open_payload(archive, NAME) as stream:
        at, size = _right_bytes(stream)
    checks.that(f"{archive.name}: the payload is what the plugin made", size, f"not from {at:#x} on")
    checks.equal(f"{archive.name}: length in the manifest", int(entry.get("length", -1)), size)
    return size or 0


def check(checks, vmcoredd, out, work, mib):
    """The archives are on the guest's disk, work/nvme.img."""
    sizes = {}
    for name, outcome in (("cut", "over-budget"), ("whole", "ok")):
        archive = work / f"{name}.vmcoredd"
        subprocess.run(["debugfs", "-R", f"dump /{archive.name} {archive}", work / "nvme.img"],
                       check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sizes[name] = _check_archive(checks, vmcoredd, archive, outcome)
    checks.equal("the whole stream has arrived", sizes["whole"], mib * MIB)
    checks.that("the cut one fills its budget, and not more", CUT_BYTES - MIB < sizes["cut"] < CUT_BYTES, str(sizes))

    serial = (work / "serial.log").read_text()
    costs = {what: (int(kib), int(ms)) for what, kib, ms in _COST.findall(serial)}
    for what, (kib, ms) in sorted(costs.items()):
        checks.note(f"{what}: {kib} KiB, {ms} ms")
    for step in ("capture", "save"):
        small, large = costs.get(f"cut {step}"), costs.get(f"whole {step}")
        if checks.that(f"{step} of both was measured", small and large):
            checks.that(f"{step}: at most {PEAK_KIB} KiB, and no more for {mib} MiB than for {CUT_BYTES // MIB}",
                        large[0] <= PEAK_KIB and large[0] < small[0] + 1024, f"{small[0]} and {large[0]} KiB")
    memory = (out / "memory").read_text()
    for line in memory.splitlines():
        checks.note(line)
    total = re.search(r"MemTotal: +(\d+) kB", memory)
    checks.that("the stream is larger than the crash kernel's memory", total and int(total[1]) < mib * 1024, memory)
    said = _NO_MEMORY.search(serial)
    checks.that("no kernel of the guest was out of memory, says its log", not said, said and said[0])
