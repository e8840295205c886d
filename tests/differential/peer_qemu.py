# SPDX-License-Identifier: LGPL-2.1-or-later
"""QEMU: the other writer of vmcores, of machines of both byte orders and word sizes.

A machine that was never started is dumped as ELF and as kdump-compressed, which
QEMU writes flattened. Both must be whole, hold the same notes, take device dumps
and give them back.
"""
import contextlib
import os
import shutil
import socket
import subprocess
import time

from common import Difference, Skip

# architecture, arguments, what `info` says of the ELF and of the kdump
MACHINES = (
    ("x86_64", ["-m", "16", "-smp", "2"], "ELF64 little-endian", "64-bit little-endian"),
    ("i386", ["-m", "16"], "ELF64 little-endian", "64-bit little-endian"),
    ("aarch64", ["-M", "virt", "-cpu", "cortex-a57", "-m", "16"], "ELF64 little-endian",
     "64-bit little-endian"),
    ("arm", ["-M", "virt", "-cpu", "cortex-a15", "-m", "16"], "ELF32 little-endian",
     "32-bit packed little-endian"),
    # Its memory ends at 4 GiB, which once made max_mapnr pass for a block size.
    ("ppc", ["-M", "mac99", "-m", "32"], "ELF32 big-endian", "32-bit packed big-endian"),
    ("ppc64", ["-M", "mac99", "-cpu", "970", "-m", "32"], "ELF64 big-endian",
     "64-bit big-endian"),
    ("s390x", ["-m", "32"], "ELF64 big-endian", "64-bit big-endian"),
)
PROMPT = b"(qemu) "
PATIENCE = 120  # seconds


class Monitor:
    """QEMU's monitor: a command in, its words out."""

    def __init__(self, process, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError):
                self.socket.connect(path)
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise Difference(f"qemu: {process.communicate()[1].decode(errors='replace')}")
            time.sleep(0.05)
        self.words()

    def words(self):
        received = b""
        while not received.endswith(PROMPT):
            more = self.socket.recv(65536)
            if not more:
                raise Difference("QEMU has gone")
            received += more
        return received.decode(errors="replace")

    def dump(self, how, path):
        self.socket.send(f"dump-guest-memory {how}{path}\n".encode())
        words = self.words()
        if "Error" in words:
            raise Difference(f"dump-guest-memory {how}: {words}")
        os.chmod(path, 0o600)  # QEMU writes it read-only


@contextlib.contextmanager
def stopped(context, arch, arguments):
    path = context.path("monitor")
    command = [f"qemu-system-{arch}", *arguments, "-S", "-display", "none", "-serial", "none",
               "-nodefaults", "-monitor", f"unix:{path},server=on,wait=off"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE) as process:
        try:
            yield Monitor(process, path)
        finally:
            process.kill()
    if os.path.exists(path):
        os.unlink(path)


def read(path):
    with open(path, "rb") as source:
        return source.read()


def variant(context, path):
    words = context.run(context.vmcoredd, "info", path).decode()
    return next(line for line in words.splitlines() if "variant" in line)


def attach_and_detach(context, path, archive):
    before = read(path)
    context.run(context.vmcoredd, "attach", "-y", path, archive)
    context.run(context.vmcoredd, "verify", path)
    context.equal(f"dumps attached to {path}", [name for name, _ in context.dumps(path)],
                  [name for name, _ in context.dumps(archive)])
    context.run(context.vmcoredd, "detach", "-y", path)
    context.equal(f"{path} after detach", read(path) == before, True)


def machine(context, arch, arguments, elf_variant, kdump_variant, archive):
    elf, kdump = context.path(f"{arch}.elf"), context.path(f"{arch}.kdump")
    with stopped(context, arch, arguments) as monitor:
        monitor.dump("", elf)
        monitor.dump("-z ", kdump)
    for path, expected in ((elf, elf_variant), (kdump, kdump_variant)):
        context.equal(f"variant of {path}", variant(context, path).endswith(expected), True)
        context.run(context.vmcoredd, "verify", path)
    context.equal(f"{arch}: notes of kdump, of ELF", context.notes(kdump), context.notes(elf))
    context.equal(f"{arch}: has notes", context.notes(elf) != [], True)
    plain = context.path("plain")
    context.run(context.vmcoredd, "unflatten", "-f", kdump, plain)
    if shutil.which("makedumpfile"):
        theirs = context.path("theirs")
        with open(kdump, "rb") as source:
            context.run("makedumpfile", "-R", theirs, stdin=source)
        context.equal(f"makedumpfile -R of {arch}", read(plain) == read(theirs), True)
        os.unlink(theirs)
    for path in (elf,) if "32-bit" in kdump_variant else (elf, kdump, plain):
        attach_and_detach(context, path, archive)
    for path in (elf, kdump, plain):
        os.unlink(path)


def run(context):
    archive = context.archive()
    here = [row for row in MACHINES if shutil.which(f"qemu-system-{row[0]}")]
    if not here:
        raise Skip("no qemu-system-* is installed")
    for row in MACHINES:
        if row in here:
            machine(context, *row, archive)
        else:
            print(f"qemu-system-{row[0]} is not installed: left out")
