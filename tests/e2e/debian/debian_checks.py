# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must be on the machine's disk after the crash and the next boot."""

import collections
import json

import machine
import pci
import register_checks as reg
import report_checks
import watch_checks
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
        sorted((found.folder / "var/lib/vmcoredd/pending").rglob("*.vmcoredd"))
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
    doctor = (found.folder / "var/e2e/first-doctor").read_text(errors="replace")
    checks.that("vmcoredd doctor, before the crash: nothing is bad", "exit code 0" in doctor and "\nbad " not in doctor)


def show_manifest(checks, vmcoredd, archive):
    result = command(vmcoredd, "info", "--json", archive)
    if checks.that("vmcoredd info --json of the archive", result.returncode == 0, said(result)):
        checks.note(json.dumps(json.loads(result.stdout))[:4000])


def _number(payload, offset, size=4):
    return int.from_bytes(payload[offset : offset + size], "little")


def check_registers(checks, crashed, plain):
    """As the crash left them, beside what the same devices have after a reset: one
    between the crash and the capture, by a driver for example, would be seen."""
    rows = [(nvme, name, offset, size) for nvme in (f"nvme_{machine.NVME}_controller",) for name, offset, size in (
        ("CC", reg.CC, 4), ("CSTS", reg.CSTS, 4), ("AQA", reg.AQA, 4), ("ASQ", reg.ASQ, 8), ("ACQ", reg.ACQ, 8))]
    rows += [(nic, name, offset, 4) for nic in (f"e1000e_{machine.NIC}_state",) for name, offset in (
        ("RCTL", reg.RCTL), ("TCTL", reg.TCTL), ("RDBAL", reg.RDBAL), ("RAL", reg.RAL), ("RAH", reg.RAH))]
    missing = sorted({dump for dump, *_ in rows if dump not in crashed or dump not in plain})
    if not checks.that("registers were captured, after the crash and without one", not missing, str(missing)):
        return
    values = {}
    checks.note(f"{'dump':32} {'register':8} {'as the crash left it':>20} {'after a reset':>18}")
    for dump, name, offset, size in rows:
        values[name] = _number(crashed[dump], offset, size), _number(plain[dump], offset, size)
        checks.note(f"{dump:32} {name:8} {values[name][0]:#20x} {values[name][1]:#18x}")
    checks.that("NVMe: CC.EN is set, and is not after a reset", values["CC"][0] & reg.CC_EN and
                not values["CC"][1] & reg.CC_EN)
    # A controller reset keeps ASQ (NVMe 1.4, 7.3.2): the firmware's is in it then.
    checks.that("NVMe: the admin queue has an address, and another one than the firmware's",
                values["ASQ"][0] and values["ASQ"][0] != values["ASQ"][1])
    checks.that("e1000e: the receiver is enabled, and is not after a reset",
                values["RCTL"][0] & reg.RCTL_EN and not values["RCTL"][1] & reg.RCTL_EN)
    checks.that("e1000e: the transmitter is enabled, and is not after a reset",
                values["TCTL"][0] & reg.TCTL_EN and not values["TCTL"][1] & reg.TCTL_EN)
    mac = (values["RAL"][0] | (values["RAH"][0] & 0xFFFF) << 32).to_bytes(6, "little").hex(":")
    checks.equal("e1000e: its MAC address", mac, machine.MAC)


def run(checks, found):
    vmcoredd = Vmcoredd(checks, found.vmcoredd)
    check_image(checks, found.built)
    for stamp in found.stamps:
        if stamp.startswith("crash-"):
            checks.note(stamp)
    core = check_vmcore(checks, vmcoredd, found)
    check_services(checks, found)
    check_hold(checks, found)
    if found.built["live"]:
        watch_checks.run(checks, vmcoredd, found.folder, found.vmcoredd)
    else:
        checks.note("no live devices: the headers of the stock kernel are not installed")
    archive = check_archive(checks, vmcoredd, found)
    if archive:
        show_manifest(checks, found.vmcoredd, archive)
        payloads = check_devices(checks, vmcoredd, archive, found)
        check_registers(checks, payloads, vmcoredd.payloads(found.plain))
    if core and archive:
        report_checks.check(checks, vmcoredd, core, archive, found.folder.parent)
