# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Debian machine of the test: its root folder, its disk, its boots."""

import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent

# Where its devices are. The root disk is what the crash kernel saves to.
DISK = "0000:00:08.0"
NIC = "0000:00:09.0"
NVME = "0000:00:0a.0"
SECOND_NIC = "0000:00:0b.0"
MAC = "52:54:00:aa:bb:cc"
NVME_SIZE = 16 << 20

COREDIR = "/var/crash"


def _command(*words, **options):
    """Runs a program; what it says is shown only when it fails."""
    done = subprocess.run([str(w) for w in words], check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        print(done.stdout.decode("utf-8", "replace")[-4000:], flush=True)
        raise subprocess.CalledProcessError(done.returncode, words)
    return done.stdout.decode("utf-8", "replace")


def cached_root(only_cached):
    """The root folder without our packages, or None if it is not there yet."""
    done = subprocess.run([HERE / "root.sh", *(["--cached"] if only_cached else [])],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 77:
        return None
    done.check_returncode()
    return pathlib.Path(done.stdout.strip())


class Root:
    """A root folder of this run's own."""

    def __init__(self, cached, folder):
        self.path = folder
        _command("cp", "-a", "--reflink=auto", cached, folder)
        (folder / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (folder / "usr/sbin/policy-rc.d").chmod(0o755)
        self.kernel = next((folder / "lib/modules").iterdir()).name

    def chroot(self, *words):
        return _command("chroot", self.path, "env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                        "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", *words)

    def install(self, source, destination, mode=0o644):
        target = self.path / destination.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(mode)

    def install_packages(self, packages):
        """Our packages, by apt and their own maintainer scripts."""
        (self.path / "tmp/debs").mkdir()
        for package in packages:
            shutil.copyfile(package, self.path / "tmp/debs" / package.name)
        said = self.chroot("apt-get", "install", "-y", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0",
                           *(f"/tmp/debs/{p.name}" for p in packages))
        shutil.rmtree(self.path / "tmp/debs")
        return said

    def build_kdump_image(self):
        """kdump-tools builds its image when the machine boots, by this script; here it
        runs before, since it takes a minute under TCG. The copy of sysctl.conf is how
        kdump-tools knows that its image is up to date."""
        self.chroot("/etc/kernel/postinst.d/kdump-tools", self.kernel)
        self.chroot("kdump-config", "symlinks", self.kernel)
        shutil.copyfile(self.path / "etc/kdump/sysctl.conf",
                        self.path / f"var/lib/kdump/latest_sysctls-{self.kernel}")

    @property
    def kdump_image(self):
        return self.path / f"var/lib/kdump/initrd.img-{self.kernel}"

    def add_test(self):
        """What the test itself adds to the machine."""
        overlay = HERE / "overlay"
        self.install(overlay / "e2e", "/usr/local/sbin/e2e", 0o755)
        self.install(overlay / "watch", "/usr/local/sbin/e2e-watch", 0o755)
        self.install(overlay / "e2e.service", "/etc/systemd/system/e2e.service")
        self.install(overlay / "kdump-tools-dump.conf",
                     "/etc/systemd/system/kdump-tools-dump.service.d/60-e2e.conf")
        self.install(overlay / "hook", "/usr/share/initramfs-tools/hooks/zz-e2e", 0o755)
        self.chroot("systemctl", "enable", "e2e.service")
        self.chroot("systemctl", "mask", "serial-getty@ttyS0.service", "getty@tty1.service")

    def add_live_device(self, work):
        """devlinksim for the stock kernel, where this machine has its headers. Whether."""
        headers = pathlib.Path("/lib/modules") / self.kernel
        if not (headers / "build").exists():
            return False
        _command(HERE.parent / "devlink/module/build.sh", headers, work / "devlinksim")
        self.install(work / "devlinksim/devlinksim.ko", "/usr/local/lib/devlinksim.ko")
        return True

    @property
    def collector(self):
        return self.path / "usr/sbin/vmcoredd-collect"

    @property
    def plugins(self):
        return sorted((self.path / "usr/lib/vmcoredd/plugins").glob("*"))

    def without_hold(self):
        """As a user would: in the configuration."""
        config = self.path / "etc/vmcoredd/vmcoredd.conf"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text("[hold]\nenabled = false\n")

    def measure_costs(self, work):
        """The collector runs inside a program that prints what it took."""
        helper = work / "rusage"
        _command("gcc", "-O2", "-static", "-o", helper, HERE.parent / "guest" / "rusage.c")
        self.install(helper, "/usr/sbin/rusage", 0o755)
        collect = self.path / "usr/sbin/vmcoredd-collect"
        collect.rename(collect.with_name("vmcoredd-collect.real"))
        collect.write_text('#!/bin/sh\nexec /usr/sbin/rusage "$1 ${3:-}" /usr/sbin/vmcoredd-collect.real "$@"\n')
        collect.chmod(0o755)
        # copy_exec takes the script, not what it calls.
        hook = self.path / "usr/share/initramfs-tools/hooks/zz-e2e-rusage"
        hook.write_text('#!/bin/sh\n[ "$1" != prereqs ] || exit 0\n. /usr/share/initramfs-tools/hook-functions\n'
                        "copy_exec /usr/sbin/rusage\ncopy_exec /usr/sbin/vmcoredd-collect.real\nexit 0\n")
        hook.chmod(0o755)

    def order(self, work):
        """The boot scripts of the kdump image before udev, in the order in which they run."""
        unpacked = work / "kdump-image"
        self.chroot("unmkinitramfs", f"/var/lib/kdump/{self.kdump_image.name}", "/tmp/unpacked")
        shutil.move(self.path / "tmp/unpacked", unpacked)
        top = unpacked / "main" if (unpacked / "main").exists() else unpacked
        return re.findall(r"^/scripts/init-top/(\S+)", (top / "scripts/init-top/ORDER").read_text(), re.M), top

    def make_disk(self, disk):
        (self.path / "usr/sbin/policy-rc.d").unlink()
        with open(disk, "wb") as image:
            image.truncate(3 << 30)
        _command("mke2fs", "-q", "-t", "ext4", "-d", self.path, "-L", "root", disk)


def qemu_command(kernel, initrd, append, disk, nvme, memory=1024):
    """TCG, since nested KVM hangs. -no-reboot does not stop the kexec; it turns the
    final reboot into the end of QEMU."""
    return [
        "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-M", "q35,kernel-irqchip=off", "-cpu", "max",
        "-smp", "2", "-m", str(memory), "-display", "none", "-monitor", "none", "-serial", "stdio",
        "-no-reboot", "-nic", "none", "-vga", "none",
        "-kernel", kernel, "-initrd", initrd, "-append", append,
        "-drive", f"if=none,id=d0,file={disk},format=raw", "-device", "virtio-blk-pci,drive=d0,addr=8",
        "-netdev", "user,id=n2,restrict=on", "-device", f"e1000e,addr=9,mac={MAC},netdev=n2",
        "-drive", f"if=none,id=n0,file={nvme},format=raw", "-device", "nvme,serial=x,drive=n0,addr=0xa",
        "-netdev", "user,id=n1,restrict=on", "-device", "virtio-net-pci,addr=0xb,netdev=n1",
    ]


def read_disk(disk, folder, paths=("/var/crash", "/var/e2e", "/var/lib/vmcoredd")):
    """What the machine left on its disk."""
    subprocess.run(["e2fsck", "-fy", disk], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for path in paths:
        (folder / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        _command("debugfs", "-R", f"rdump {path} {(folder / path.lstrip('/')).parent}", disk)


def make_plain_image(root, collect, plugins, work):
    """An initramfs of the stock kernel that captures without any driver, and without
    a crash."""
    folder = work / "plain"
    for name in ("bin", "modules", "usr/lib/vmcoredd/plugins"):
        (folder / name).mkdir(parents=True)
    shutil.copy(shutil.which("busybox"), folder / "bin/busybox")
    shutil.copy(collect, folder / "bin/vmcoredd-collect")
    for plugin in plugins:
        shutil.copy(plugin, folder / "usr/lib/vmcoredd/plugins")
    shutil.copy(HERE / "plain" / "init", folder / "init")
    order = []
    for module in ("virtio_pci", "virtio_blk"):
        said = _command("modprobe", "-d", root.path, "-S", root.kernel, "--show-depends", module)
        order += [pathlib.Path(path) for path in re.findall(r"^insmod (\S+)", said, re.M)]
    names = list(dict.fromkeys(path.name for path in order))
    for path in order:
        shutil.copy(path, folder / "modules")
    (folder / "modules/order").write_text("".join(f"{name}\n" for name in names))
    image = work / "plain.img"
    with open(image, "wb") as out:
        subprocess.run("find . | cpio --quiet -o -H newc", shell=True, check=True, cwd=folder, stdout=out)
    return image
