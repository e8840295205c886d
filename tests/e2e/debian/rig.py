# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the runs with a Debian machine share: what they need, our packages, a
boot, and how a run ends. ../dracut uses it too."""

import os
import pathlib
import platform
import shutil
import subprocess
import tempfile

import machine
import qemu

TREE = pathlib.Path(__file__).resolve().parent.parent.parent.parent

SKIPPED = 77
NEEDED = ("qemu-system-x86_64", "mmdebstrap", "mke2fs", "debugfs", "e2fsck", "busybox", "cpio", "makedumpfile",
          "modprobe")

MARKERS = (
    (r"^\[[ 0-9.]+\] Linux version .*", "kernel"),
    (r"saved vmcore in /var/crash", "crash-vmcore-saved"),
    (r"reboot: Restarting system", "crash-reboot"),
)


class Skip(Exception):
    """The run is not possible here; the text says why."""


def add_options(parser):
    parser.add_argument("--packages", metavar="DIR", type=pathlib.Path, help="do not build packages, use those of DIR")
    parser.add_argument("--cached-root", action="store_true", help="skip (exit code 77) instead of making a root")
    parser.add_argument("--keep", metavar="DIR", type=pathlib.Path, help="keep everything in the new or empty folder DIR")


def parse(parser):
    arguments = parser.parse_args()
    if arguments.keep and arguments.keep.exists() and any(arguments.keep.iterdir()):
        parser.error(f"{arguments.keep} is not empty")
    return arguments


def check_tools():
    if platform.machine() != "x86_64":
        raise Skip(f"the machine is x86_64, this one is {platform.machine()}")
    if os.geteuid() != 0:
        raise Skip("only root can install packages in a root folder")
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    os.environ["PATH"] = path
    missing = [tool for tool in NEEDED if not shutil.which(tool)]
    if missing:
        raise Skip(f"not installed: {', '.join(missing)} (./dev e2e debian installs what it needs)")


def packages(arguments, work):
    """vmcoredd and vmcoredd-collect, as ./dev package makes them."""
    folder = arguments.packages
    if folder and not folder.is_dir():
        raise Skip(f"{folder} is not there (./dev package makes packages)")
    if not folder:
        folder = work / "packages"
        quiet = {"cwd": TREE, "check": True, "stdout": subprocess.DEVNULL}
        for preset in ("static", "package"):
            subprocess.run(["cmake", "--preset", preset], **quiet)
            subprocess.run(["cmake", "--build", "--preset", preset], **quiet)
        subprocess.run(["cpack", "-G", "DEB", "--config", "build/package/CPackConfig.cmake", "-B", folder], **quiet)
    found = [path for name in ("vmcoredd", "vmcoredd-collect") for path in folder.resolve().glob(f"{name}_*.deb")]
    if len(found) != 2:
        raise OSError(f"expected vmcoredd and vmcoredd-collect in {folder}, found {[p.name for p in found]}")
    for path in found:
        print(f"   {path.name}: {path.stat().st_size} bytes")
    return found


def cached_root(arguments):
    cached = machine.cached_root(arguments.cached_root)
    if not cached:
        raise Skip("the Debian root is not made yet (./dev e2e debian makes it, once)")
    print(f"   {cached}")
    return cached


def boot(steps, name, command, work, timeout, end):
    print(f"== {name}", flush=True)
    stamps = qemu.follow(command, work / f"{name.replace(' ', '-')}.log", timeout,
                         lambda stamp, seconds: print(f"   {seconds:6.1f} s  {stamp}", flush=True), end, MARKERS)
    steps.add(f"boot: {name}", max(stamps.values()))
    return stamps


def boot_disk(steps, name, root, disk, work, crashkernel, timeout, end):
    append = (f"root=/dev/vda rw console=ttyS0 crashkernel={crashkernel} panic=10 printk.devkmsg=on "
              "systemd.show_status=0")
    boot_folder = root.path / "boot"
    return boot(steps, name, machine.qemu_command(boot_folder / f"vmlinuz-{root.kernel}",
                                                  boot_folder / f"initrd.img-{root.kernel}", append, disk,
                                                  work / "nvme.img"), work, timeout, end)


def main(name, arguments, run):
    """Calls run(arguments, folder), which returns the number of failed checks."""
    try:
        check_tools()
        with tempfile.TemporaryDirectory(prefix="vmcoredd-e2e-", dir=os.environ.get("TMPDIR")) as scratch:
            work = pathlib.Path(scratch)
            if arguments.keep:
                arguments.keep.mkdir(parents=True, exist_ok=True)
                work = arguments.keep.resolve()
            failed = run(arguments, work)
    except Skip as reason:
        print(f"{name}: skipped: {reason}")
        return SKIPPED
    except (qemu.GuestError, subprocess.CalledProcessError, OSError) as error:
        print(f"{name}: FAIL: {error}")
        return 1
    print(f"{name}: FAIL" if failed else f"{name}: pass")
    return 1 if failed else 0
