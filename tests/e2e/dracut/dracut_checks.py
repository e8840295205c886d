# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the hooks must have left on the target."""

import filecmp
import shutil

import machine
import pci
from report import command, said
from vmcore_checks import Vmcoredd, sha256



def held(with_systemd):
    """systemd's PID 1 loads virtio_pci itself, before any unit (kmod-setup.c, since 251)."""
    return (machine.NIC, machine.NVME, *(() if with_systemd else (machine.SECOND_NIC,)))


def check_image(checks, listed, with_systemd):
    hook = "sysinit.target.wants/vmcoredd-early.service" if with_systemd else "pre-udev/05-vmcoredd-early.sh"
    for name in ("usr/sbin/vmcoredd-collect", "usr/lib/vmcoredd/early", "etc/vmcoredd/collect.conf", hook):
        checks.that(f"dracut's image has {name}", name in listed)


def check_hold(checks, found, addresses):
    rows = dict(line.split(" ", 1) for line in (found / "var/e2e/drivers-before-savecore").read_text().splitlines())
    for address in addresses:
        checks.equal(f"{address}: held, though its driver is in the image", rows.get(address, "").split(),
                     ["vmcoredd-hold"])


def check_archive(checks, vmcoredd, folder, found, by, addresses):
    archives = sorted(folder.glob("*.vmcoredd"))
    if not checks.equal(f"archives by {by}", len(archives), 1):
        return {}
    vmcoredd.must("verify", archives[0])
    payloads = vmcoredd.payloads(archives[0])
    for address in addresses:
        captured = payloads.get(f"pci_{address}")
        if checks.that(f"{by}: {address} was captured", captured):
            before = pci.Config((found / "var/e2e/first" / address).read_bytes())
            checks.equal(f"{by}: {address}: command register as the crashed kernel left it",
                         pci.Config(captured).command, before.command)
    return payloads


def check_stream(checks, vmcoredd, found, early, work):
    """The stream filter: the vmcore of makedumpfile, and our notes in it."""
    stream, plain = found / "var/e2e/vmcore.flat", found / "var/e2e/plain.flat"
    listed = vmcoredd.list(stream)
    if listed:
        checks.equal("the filtered stream", (listed["format"], listed["complete"]), ("kdump-flattened", True))
        checks.that("the filtered stream has device dumps", listed["dumps"], str(listed["dumps"]))
    inside = vmcoredd.payloads(stream)
    checks.equal("the filtered stream has what was captured early", sorted(inside), sorted(early))
    wrong = [name for name, data in inside.items() if early.get(name) != data]
    checks.that("byte for byte", not wrong, str(wrong))
    for path in (stream, plain):
        with open(path, "rb") as file:
            result = command("makedumpfile", "-R", work / path.name, stdin=file)
        checks.that(f"makedumpfile -R of {path.name}", result.returncode == 0, said(result))
    both = vmcoredd.payloads(work / stream.name)
    checks.equal("device dumps after makedumpfile -R", both, inside)
    # Without our notes it is what makedumpfile gave: the filter changes no page.
    copy = work / "detached.flat"
    shutil.copyfile(stream, copy)
    result = vmcoredd.run("detach", "--yes", copy)
    if checks.that("vmcoredd detach of the filtered stream", result.returncode == 0, said(result)):
        checks.that("detached: makedumpfile's own stream, byte for byte", filecmp.cmp(copy, plain, False),
                    f"{sha256(copy)} {sha256(plain)}")


def run(checks, program, found, listed, with_systemd, work):
    vmcoredd = Vmcoredd(checks, program)
    check_image(checks, listed, with_systemd)
    addresses = held(with_systemd)
    check_hold(checks, found, addresses)
    # The spool as it was before anything was saved, by the host's own program.
    payloads = check_archive(checks, vmcoredd, found / "var/crash/vmcoredd", found, "pre.d and post.d", addresses)
    check_archive(checks, vmcoredd, found / "var/crash-suse/vmcoredd", found, "SUSE's postscript", addresses)
    saved = found / "var/crash/127.0.0.1-2026-01-01-00:00:00/vmcore"
    entry = vmcoredd.list(saved)
    if entry:
        checks.equal("the core collector's file", (entry["format"], entry["complete"]), ("kdump", True))
    early = work / "early.vmcoredd"
    result = command(program.parent.parent / "sbin/vmcoredd-collect", "save", "--spool", found / "var/e2e/run-vmcoredd",
                     "--output", early)
    if checks.that("the early spool can be saved on the host", result.returncode == 0, said(result)):
        check_stream(checks, vmcoredd, found, vmcoredd.payloads(early), work)
    checks.note(f"{len(payloads)} dumps in all")
