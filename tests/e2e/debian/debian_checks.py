# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must be on the machine's disk after the crash and the next boot."""

import collections
import json

import machine
import pci
from report import command, said
from vmcore_checks import Vmcoredd

Found = collections.namedtuple("Found", "vmcoredd folder plain built hold kernel stamps")


def check_image(checks, built):
    order = built["order"]
    checks.that("the kdump image runs our boot script before udev",
                "00-vmcoredd" in order and order.index("00-vmcoredd") < order.index("udev"), str(order))
    for path in ("usr/sbin/vmcoredd-collect", "usr/lib/vmcoredd/early", "etc/vmcoredd/collect.conf"):
        checks.that(f"the kdump image has {path}", (built["unpacked"] / path).exists())
    checks.that(f"the kdump image grew by {built['grown']} bytes, at most 1 MiB", 0 < built["grown"] <= 1 << 20)


def check_vmcore(checks, vmcoredd, found):
    """kdump-tools' own result, which must be as good as without us."""
    cores = sorted((found.folder / "var/crash").glob("2*/dump.*"))
    if not checks.equal("vmcores that kdump-tools saved", len(cores), 1):
        return None
    listed = vmcoredd.list(cores[0])
    if listed:
        checks.equal("the vmcore is flattened, of the stock kernel, and complete",
                     (listed["format"], listed["release"], listed["complete"]),
                     ("kdump-flattened", found.kernel, True))
    checks.that("no dump-incomplete is left", not list((found.folder / "var/crash").rglob("*incomplete*")))
    return cores[0]


def check_archive(checks, vmcoredd, found):
    """The archive, wherever finalise has put it, and what it says."""
    archives = sorted((found.folder / "var/crash").rglob("*.vmcoredd")) + \
        sorted((found.folder / "var/lib/vmcoredd").rglob("*.vmcoredd"))
    if not checks.equal("archives of device dumps", len(archives), 1):
        return None
    for line in vmcoredd.run("list", archives[0]).stdout.decode().splitlines():
        checks.note(line)
    vmcoredd.must("verify", archives[0])
    return archives[0]


def check_devices(checks, vmcoredd, archive, found):
    """Configuration spaces as the crashed kernel left them."""
    payloads = vmcoredd.payloads(archive)
    first = found.folder / "var/e2e/first"
    checks.that("a configuration space of every PCI device",
                {f"pci_{p.name}" for p in first.iterdir()} <= set(payloads), str(sorted(payloads)))
    for address in (machine.NIC, machine.NVME, machine.SECOND_NIC):
        captured = payloads.get(f"pci_{address}")
        if not checks.that(f"{address}: was captured", captured):
            continue
        config, before = pci.Config(captured), pci.Config((first / address).read_bytes())
        checks.equal(f"{address}: command register as the crashed kernel left it", config.command, before.command)
        checks.equal(f"{address}: base addresses as the crashed kernel left them", config.bars(), before.bars())
    return payloads


def check_hold(checks, found):
    """Before savecore, when udev has seen every device of the real root."""
    path = found.folder / "var/e2e/drivers-before-savecore"
    rows = dict(line.split(" ", 1) for line in path.read_text().splitlines())
    for address in (machine.NIC, machine.NVME, machine.SECOND_NIC):
        driver, override = (rows.get(address, " ") + " ").split(" ")[:2]
        checks.note(f"{address}: driver {driver or 'none'}, override {override or 'none'}")
        if found.hold:
            checks.equal(f"{address}: held before savecore", (driver, override), ("", "vmcoredd-hold"))
        else:
            checks.that(f"{address}: not held", override != "vmcoredd-hold")
    driver = rows.get(machine.DISK, "").split(" ")[0]
    checks.equal(f"{machine.DISK}: the disk that the vmcore goes to has its driver", driver, "virtio-pci")


def check_services(checks, found):
    for name in ("first-doctor", "first-record", "finalise", "again-record", "again-doctor"):
        path = found.folder / "var/e2e" / name
        checks.note(f"-- {name}")
        for line in path.read_text(errors="replace").splitlines()[-40:] if path.exists() else ["(missing)"]:
            checks.note(line)


def show_manifest(checks, vmcoredd, archive):
    result = command(vmcoredd, "info", "--json", archive)
    if checks.that("vmcoredd info --json of the archive", result.returncode == 0, said(result)):
        checks.note(json.dumps(json.loads(result.stdout))[:4000])


def run(checks, found):
    vmcoredd = Vmcoredd(checks, found.vmcoredd)
    check_image(checks, found.built)
    for stamp in found.stamps:
        if stamp.startswith("crash-"):
            checks.note(stamp)
    check_vmcore(checks, vmcoredd, found)
    check_services(checks, found)
    check_hold(checks, found)
    archive = check_archive(checks, vmcoredd, found)
    if archive:
        show_manifest(checks, found.vmcoredd, archive)
        check_devices(checks, vmcoredd, archive, found)
