# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the guest: one QEMU from power-on through the panic to power-off."""

import os
import re
import selectors
import subprocess
import time

import simulated

# Kernel messages of ours, after the kernel's own time stamp; a program may have
# left a line unfinished before it.
_STAMP = re.compile(r"\[[ 0-9.]+\] e2e: (.*)")
_FAILURE = re.compile(r"\[[ 0-9.]+\] e2e-fail: (.*)")

_COMMON_CMDLINE = "console=ttyS0 panic=1 printk.devkmsg=on"
# iomem=relaxed: the registers are also read while drivers hold them, to compare.
FIRST_CMDLINE = f"{_COMMON_CMDLINE} crashkernel=128M iomem=relaxed"
# What Debian's kdump-tools appends.
CRASH_CMDLINE = f"{_COMMON_CMDLINE} irqpoll nr_cpus=1 reset_devices"

# Where the machine below has the devices whose state is looked at.
NIC = "0000:01:00.0"
NVME = "0000:02:00.0"
NIC_MAC = "52:54:00:12:34:56"
NIC_ID = "8086:10d3"
NVME_ID = "1b36:0010"


class GuestError(Exception):
    """The guest did not do what it should; the text says what."""


def command_line(work):
    """QEMU's arguments. TCG, since nested KVM hangs. Express devices sit behind
    root ports, as on real machines: only there do they show 4096 bytes of
    configuration space. The NVMe controller offers two VFs, for its extended
    capabilities."""
    share, disk = work / "share", work / "nvme.img"
    return [
        "qemu-system-x86_64",
        *("-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max"),
        # So much that 128 MiB in one piece are left for the crash kernel wherever
        # KASLR puts the first one.
        *("-smp", "2", "-m", "512"),
        *("-display", "none", "-monitor", "none", "-serial", "stdio"),
        *("-nic", "none", "-no-reboot"),
        *("-kernel", f"{share}/in/bzImage", "-initrd", f"{share}/in/initrd"),
        *("-append", FIRST_CMDLINE),
        *("-virtfs", f"local,path={share},mount_tag=host,security_model=none"),
        *("-device", "pcie-root-port,id=port1,bus=pcie.0,chassis=1,slot=1,addr=4"),
        *("-netdev", "user,id=net0,restrict=on"),
        *("-device", f"e1000e,bus=port1,netdev=net0,mac={NIC_MAC}"),
        *("-device", "pcie-root-port,id=port2,bus=pcie.0,chassis=2,slot=2,addr=5"),
        *("-device", "nvme-subsys,id=subsys0"),
        "-device",
        "nvme,bus=port2,serial=vmcoredd,subsys=subsys0,max_ioqpairs=6,"
        "msix_qsize=7,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2",
        *("-drive", f"if=none,id=disk0,file={disk},format=raw"),
        *("-device", "nvme-ns,drive=disk0"),
        *simulated.qemu_arguments(work / "devices"),
    ]


def version():
    """One line, for provenance."""
    out = subprocess.run(
        ["qemu-system-x86_64", "--version"], check=True, capture_output=True, text=True
    )
    return out.stdout.splitlines()[0]


def run(work, timeout, on_stamp):
    """Boots the guest of this test through its crash to power-off. `work` has what
    it reads: share/, devices/ and nvme.img."""
    return follow(command_line(work), work / "serial.log", timeout, on_stamp, "end")


def follow(command, log_path, timeout, on_stamp, end, markers=()):
    """Runs a QEMU, follows its serial console, keeps it in `log_path` with the
    seconds since the start before each line. Returns {stamp: seconds} in order of
    arrival; calls on_stamp(name, seconds) for each. Stamps are what the guest
    prints for us, and `markers`: (regular expression, name) of other lines.
    Raises GuestError, also when the stamp `end` did not come."""
    stamps = {}
    start = time.monotonic()
    patterns = [(re.compile(pattern), name) for pattern, name in markers]

    def stamp(name):
        stamps[name] = time.monotonic() - start
        on_stamp(name, stamps[name])

    with open(log_path, "w", encoding="utf-8") as log, subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as qemu:
        try:
            for line in _lines(qemu.stdout, start + timeout):
                log.write(f"{time.monotonic() - start:8.3f} {line}\n")
                if failure := _FAILURE.search(line):
                    raise GuestError(failure[1])
                if said := _STAMP.search(line):
                    stamp(said[1])
                for pattern, name in patterns:
                    if name not in stamps and pattern.search(line):
                        stamp(name)
        finally:
            qemu.kill()
    if end not in stamps:
        last = list(stamps)[-1] if stamps else "power-on"
        raise GuestError(f"the guest stopped after {last!r}")
    return stamps


def _lines(pipe, deadline):
    """Lines of a pipe until its end; GuestError when the deadline passes first."""
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0, deadline - time.monotonic())):
                raise GuestError("the guest did not power off in time")
            chunk = os.read(pipe.fileno(), 65536)
            if not chunk:
                break
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                yield line.decode("utf-8", "replace").rstrip("\r")
    if pending:
        yield pending.decode("utf-8", "replace")
