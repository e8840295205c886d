# SPDX-License-Identifier: LGPL-2.1-or-later
"""All checks of what a guest left behind, in order."""

import filecmp
import shutil
import subprocess

import capture_checks
import crash_checks
import ddgen
import decode_checks
import register_checks
import simulated_checks
import stream_checks
import vmcore_checks
from vmcore_checks import Saved, Vmcoredd

ARCHIVE = "devices.vmcoredd"


def _saved(out):
    return (
        Saved(out / "vmcore.elf", "elf"),
        Saved(out / "vmcore.kdump", "kdump"),
        Saved(out / "vmcore.flat", "kdump-flattened"),
    )


def run(steps, checks, programs, out, work, stream_mib):
    """`out` is what the guest wrote, `work` a folder for scratch files; it has the
    images of the devices and the guest's disk."""
    release = (out / "release").read_text().strip()
    archive = out / ARCHIVE
    vmcoredd = Vmcoredd(checks, programs.vmcoredd)
    with steps.timed("checks: the kernel's dumps"):
        for saved in _saved(out):
            vmcore_checks.check_saved(checks, vmcoredd, saved, release)
        vmcore_checks.check_readelf(checks, out / "vmcore.elf", len(ddgen.DUMPS))
    with steps.timed("checks: nothing was done to the vmcore"):
        checks.that("makedumpfile gives the same file before and after the capture, and after plugins that fail",
                    filecmp.cmp(out / "before.kdump", out / "after.kdump", shallow=False))
        last = (out / "failing.log").read_text().splitlines()[-1]
        checks.that("none of those plugins gave a dump", ": 0 dumps, in part 0," in last, last)
    with steps.timed("checks: what was captured"):
        capture_checks.check_archive(checks, vmcoredd, archive, out / "first")
        register_checks.check_left_out(checks, out / "early.log")
        register_checks.check(checks, *(vmcoredd.payloads(out / name)
                                        for name in ("early.vmcoredd", ARCHIVE, "live.vmcoredd")))
        capture_checks.note_cost(checks, out / "capture.log")
        # Debian 12's tarfile has no safe extraction yet (3.11.4); tar strips what leads out.
        (work / "sysfs").mkdir()
        subprocess.run(["tar", "--no-same-owner", "-C", work / "sysfs", "-xf", out / "sysfs.tar"],
                       check=True)
        capture_checks.check_replay(checks, vmcoredd, programs.collect, work / "sysfs", archive, work)
    with steps.timed("checks: what it means"):
        decode_checks.check(checks, vmcoredd, programs.vmcoredd, out, archive, work)
    with steps.timed("checks: devices of memory"):
        simulated_checks.check(checks, vmcoredd, out, work / "devices")
    with steps.timed("checks: a stream larger than memory"):
        stream_checks.check(checks, vmcoredd, out, work, stream_mib)
    with steps.timed("checks: attach, refilter, detach"):
        for saved in _saved(out):
            vmcore_checks.check_attach(checks, vmcoredd, saved, archive, work)
        vmcore_checks.check_refusal(checks, vmcoredd, out / "vmcore.kdump", archive, work)


def run_crash(steps, checks, programs, vmlinux, out, work):
    """The same vmcores, with attached dumps, as crash(8) sees them."""
    vmcoredd = Vmcoredd(checks, programs.vmcoredd)
    with steps.timed("checks: crash"):
        for name in ("vmcore.kdump", "vmcore.elf"):
            copy = work / f"for-crash-{name}"
            shutil.copyfile(out / name, copy)
            vmcoredd.must("attach", "--yes", copy, out / ARCHIVE)
            crash_checks.check(checks, vmcoredd, vmlinux, copy, work)
