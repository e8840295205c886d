# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the collector must have caught of the devices before their drivers came."""

import re

import pci
import qemu
import resource_files
import vmcore_checks
from report import command, said

CONFIGURATION_SPACE = re.compile(r"pci_[0-9a-f:.]+$")


def check_device(checks, address, identity, captured, crashed):
    """`captured`: the dump of the configuration space; `crashed`: what the kernel
    that crashed read from it before it panicked."""
    config, before = pci.Config(captured), pci.Config(crashed)
    checks.equal(f"{address}: ids", config.identity, identity)
    checks.equal(f"{address}: command register as the crashed kernel left it", config.command, before.command)
    checks.that(f"{address}: memory decoding and bus mastering are still on",
                config.command & pci.COMMAND_MEMORY and config.command & pci.COMMAND_MASTER,
                f"command {config.command:#06x}")
    checks.equal(f"{address}: base addresses as the crashed kernel left them", config.bars(), before.bars())
    checks.equal(f"{address}: capabilities", config.capabilities(), before.capabilities())
    checks.equal(f"{address}: extended capabilities", config.extended_capabilities(), before.extended_capabilities())
    checks.that(f"{address}: has a PCI Express capability", pci.CAPABILITY_EXPRESS in config.capabilities())
    differing = [i for i, (a, b) in enumerate(zip(captured, crashed)) if a != b]
    checks.note(f"{address}: bytes that differ from before the panic: "
                + (" ".join(f"{i:#x}:{crashed[i]:02x}->{captured[i]:02x}" for i in differing[:16]) or "none")
                + (f" and {len(differing) - 16} more" if len(differing) > 16 else ""))


def check_archive(checks, vmcoredd, archive, first):
    """The archive that the crash kernel wrote. `first` is the folder with the
    configuration spaces that the crashed kernel saw."""
    for line in vmcoredd.run("list", archive).stdout.decode().splitlines():
        checks.note(line)
    payloads = vmcoredd.payloads(archive)
    vmcoredd.must("verify", archive)
    vmcore_checks.check_readelf(checks, archive, len(payloads))
    # Every device that the crashed kernel had, bridges and chip set included.
    checks.equal(f"{archive.name}: a dump of every PCI device",
                 sorted(name for name in payloads if CONFIGURATION_SPACE.match(name)),
                 [f"pci_{path.name}" for path in sorted(first.iterdir())])
    for address, identity in ((qemu.NIC, qemu.NIC_ID), (qemu.NVME, qemu.NVME_ID)):
        captured = payloads.get(f"pci_{address}")
        if checks.that(f"{address}: was captured", captured):
            check_device(checks, address, identity, captured, (first / address).read_bytes())


def note_cost(checks, log):
    """What the capture took in the crash kernel, from busybox's time -v."""
    text = log.read_text()
    peak = re.search(r"Maximum resident set size \(kbytes\): (\d+)", text)
    taken = re.search(r"Elapsed .*: (.*)", text)
    # busybox takes the kernel's kilobytes for pages of four.
    checks.note(f"the capture took {taken[1]} and at most {int(peak[1]) // 4} KiB of memory (one process)")


def check_replay(checks, vmcoredd, collect, sysfs, live, work):
    """The copy of /sys that the guest made just before the capture, with the BARs as
    they were dumped, must give the same dumps here as the devices gave there."""
    spool, replayed = work / "replay-spool", work / "replayed.vmcoredd"
    payloads = vmcoredd.payloads(live)
    resource_files.write(payloads, sysfs / "sys/bus/pci/devices")
    for args in (("capture", "--sysroot", sysfs, "--spool", spool), ("save", "--spool", spool, "--output", replayed)):
        result = command(collect, *args)
        checks.that(f"vmcoredd-collect {args[0]} of the copied /sys", result.returncode == 0, said(result))
    if replayed.exists():
        found = vmcoredd.payloads(replayed)
        expected = {name: payload for name, payload in payloads.items() if not name.startswith("generic_")}
        checks.equal("dumps captured from the copied /sys, by name", sorted(found), sorted(expected))
        checks.that("dumps captured from the copied /sys are those from the devices", found == expected,
                    " ".join(name for name in found if found[name] != expected.get(name)))
