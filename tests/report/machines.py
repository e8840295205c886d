# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines that the pages of these tests are about, as texts for mkvmcore and kernel logs."""
import json
import os
import random
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MKVMCORE = os.path.join(ROOT, "tests/support/mkvmcore")
LSPCI = os.path.join(ROOT, "tests/differential/lspci")
SYSFS = os.path.join(ROOT, "tests/golden/sysfs-qemu/sys/devices/pci0000:00")
HOSTILE_NAME = "<img src=x onerror=alert(1)>"
HOSTILE_TEXT = "</script><script>window.owned = 1</script>"


def make(folder, name, lines):
    """Makes `name`.vmcoredd of the lines of a text, and returns its path."""
    text = os.path.join(folder, name + ".txt")
    with open(text, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    out = os.path.join(folder, name + ".vmcoredd")
    subprocess.run([sys.executable, MKVMCORE, text, "-o", out], check=True)
    return out


def fragment(kind, time, node, **more):
    """A manifest without dumps: what machine it was, and what was not captured."""
    value = {"schema": "vmcoredd-manifest/1", "generator": "test", "kind": kind,
             "capture_id": "0123456789abcdef0123456789abcdef", "time": time,
             "machine": {"release": "6.1.0-21-amd64", "arch": "x86_64", "nodename": node},
             "dumps": [], **more}
    return "manifest json='" + json.dumps(value).replace("'", "\\x27") + "'"


def pci(address, data, changes="", driver="", more=""):
    """The line of a configuration space."""
    line = f'dump name=pci_{address} data={data} m-source=pci m-phase=early m-duration_us=180'
    line += f" m-device.bus=pci m-device.address={address}"
    if driver:
        line += f" m-device.driver={driver}"
    if changes:
        line += f' set="{changes}"'
    return line + (" " + more if more else "")


def lspci(name):
    return f"lspci:{LSPCI}/{name}.txt"


def small(folder):
    """A crash of a machine whose network card has gone, and its baseline."""
    nvme = f"{SYSFS}/0000:00:05.0/0000:02:00.0/resource0"
    quiet = "0x104=0 0x130=0 0x168,2=0 0x16c=0 0x4a,2=0 0x52,2=0x7011"
    virtio = f"bar:{ROOT}/driver-plugins/virtio-pci/fixture/bar4.txt:common"

    def machine(crashed):
        lines = ["archive"]
        if crashed:
            lines.append(pci("0000:16:02.0", lspci("root-port"), driver="pcieport",
                             more='m-perturbed=\'json:["pcie-device-control: MPS"]\''))
        else:
            lines.append(pci("0000:16:02.0", lspci("root-port"), quiet, driver="pcieport"))
            lines.append(pci("0000:17:00.0", lspci("network-card"), driver="ixgbe"))
        lines.append(pci("0000:3b:00.0", lspci("network-card"),
                         "" if crashed else "0x104=0 0x110=0", driver="ixgbe"))
        lines.append(pci("0000:01:00.0", lspci("nvme"), driver="nvme"))
        lines.append(
            f"dump name=nvme_0000:01:00.0_controller size=0xe1c data=file:{nvme} "
            "m-device.bus=pci m-device.address=0000:01:00.0 m-source=nvme m-phase=late"
            + (' set="0x1c=0x00000003"' if crashed else "")
            + (' m-holes=\'json:[{"offset":"2048","size":"512","reason":"a page that did not '
               'answer"}]\'' if crashed else ""))
        lines.append(f"dump name=virtio-pci_0000:00:02.0_common data={virtio}"
                     + (";0x14,1=0x4f" if crashed else "")
                     + " m-device.bus=pci m-device.address=0000:00:02.0 m-device.driver=virtio-pci")
        lines.append(f"dump name=igb_0000:05:00.0_state size=21512 data="
                     f"bar:{ROOT}/driver-plugins/igb/fixture/bar0.txt:state m-device.bus=pci "
                     "m-device.address=0000:05:00.0 m-device.driver=igb".replace("size=21512 ", ""))
        lines.append("dump name=ddgen_0000:06:00.0 size=200000 m-device.bus=pci "
                     "m-device.address=0000:06:00.0" + (' set="0x20000=0x1234"' if crashed else ""))
        time = "2026-05-04T11:22:33Z" if crashed else "2026-04-30T08:00:00Z"
        lines.append(f"manifest kind={'crash' if crashed else 'baseline'} time={time}")
        if crashed:
            lines.append(fragment("crash", time, "db-17", skipped=[
                {"name": "pci_0000:17:00.0", "outcome": "gone",
                 "reason": "the device does not answer: vendor id 0xffff"},
                {"name": "igb_0000:05:00.0_registers", "outcome": "skipped",
                 "reason": "its class, side-effect, is not allowed here"}]))
        return lines

    files = [make(folder, "crash", machine(True)), make(folder, "baseline", machine(False))]
    files.append(os.path.join(folder, "dmesg.txt"))
    log = ["[    0.000000] Linux version 6.1.0-21-amd64 (debian-kernel@lists.debian.org)"]
    log += [f"[{40 + i * 0.5:12.6f}] ixgbe 0000:3b:00.0 eth0: NIC Link is Up {i}" for i in range(250)]
    log += ["[ 8123.104200] pcieport 0000:16:02.0: pciehp: Slot(2): Link Down",
            "[ 8123.104233] pcieport 0000:16:02.0: AER: Uncorrected (Fatal) error received: "
            "0000:17:00.0",
            "[ 8123.104251] pcieport 0000:16:02.0: DPC: containment event, status:0x1f01 "
            "source:0x1700",
            "[ 8123.200010] ixgbe 0000:17:00.0: Adapter removed",
            "[ 8124.000001] nvme nvme0: controller is down; will reset: CSTS=0x3",
            "[ 8124.100000] Kernel panic - not syncing: Fatal hardware error!"]
    with open(files[-1], "w", encoding="ascii") as file:
        file.write("\n".join(log) + "\n")
    return files


def hostile(folder):
    """What a page must show as text only."""
    def escaped(text):
        return "".join(c if c.isalnum() else f"\\x{ord(c):02x}" for c in text)
    name = escaped(HOSTILE_NAME)
    lines = ["archive",
             f"dump name={name} size=256 data=text:{escaped(HOSTILE_TEXT)} m-source=pci "
             f"m-device.bus=pci m-device.address='json:{json.dumps(HOSTILE_TEXT)}' "
             f"m-device.driver='json:{json.dumps(HOSTILE_TEXT)}'",
             "dump name=mlx5_core_0000:01:00.0_fw data=\"fmsg:"
             f"{escaped(HOSTILE_TEXT)}: str:{escaped(HOSTILE_TEXT)}\" m-content=devlink-fmsg "
             "m-device.driver=mlx5_core m-device.reporter=fw",
             "manifest kind=crash", fragment("crash", HOSTILE_TEXT, HOSTILE_TEXT, skipped=[
                 {"name": HOSTILE_TEXT, "outcome": "failed", "reason": HOSTILE_TEXT}],
                 warnings=[HOSTILE_TEXT])]
    archive = make(folder, "hostile", lines)
    log = os.path.join(folder, "dmesg-hostile")
    with open(log, "w", encoding="ascii") as file:
        file.write(f"[    0.000000] Linux version {HOSTILE_TEXT}\n"
                   f"[    1.000000] Kernel panic - not syncing: {HOSTILE_TEXT}\n")
    return [archive, log]


def large(folder, devices=200):
    """So many devices, each with what a real one has, and a baseline in which they differ a bit."""
    rand = random.Random(7)
    sources = ["root-port", "network-card", "nvme", "cardbus"]
    igb = f"bar:{ROOT}/driver-plugins/igb/fixture/bar0.txt:state"
    files = []
    for kind in ("baseline", "crash"):
        lines = ["archive"]
        for i in range(devices):
            address = f"0000:{i // 8 + 1:02x}:{i % 8:02x}.0"
            # Addresses and what links have: no two devices are the same.
            changes = f"0x10={rand.getrandbits(28) << 4:#x} 0x3c,1={rand.getrandbits(8):#x}"
            if kind == "crash" and i % 5 == 0 and i % 4 != 3:
                changes += f" 0x110={rand.getrandbits(13):#x}"
            lines.append(pci(address, lspci(sources[i % 4]), changes, driver="some-driver"))
            if i % 4 == 1:
                lines.append(f"dump name=igb_{address}_state data={igb};0xa8={rand.getrandbits(32):#x} "
                             f"m-device.bus=pci m-device.address={address}")
            if i % 4 == 3:
                lines.append(f"dump name=fw_{address}_log size=16384 data=random:{i + (1000 if kind == 'crash' and i % 8 == 3 else 0)} "
                             f"m-device.bus=pci m-device.address={address}")
        lines.append(f"manifest kind={kind}")
        lines.append(fragment(kind, "2026-05-04T11:22:33Z", "big-1"))
        files.append(make(folder, "large-" + kind, lines))
    return files


def huge(folder):
    """More than there is room for in a page: 400 dumps of bytes that do not pack."""
    lines = ["archive"]
    for i in range(400):
        address = f"0000:{i // 8 + 1:02x}:{i % 8:02x}.0"
        lines.append(f"dump name=fw_{address}_log size=16384 data=random:{i} "
                     f"m-device.bus=pci m-device.address={address}")
    lines.append("manifest kind=crash")
    return [make(folder, "huge", lines)]


LAYOUT = """
schema = "vmcoredd-layout/1"
name = "many"
title = "many registers"
sources = ["made up"]
root = "registers"

[[match]]
dump = "generic_*"

[struct.registers]
fields = [ { at = 0, name = "REG", count = 5000, bits = "reg", text = "one of many" } ]

[bits.reg]
BUSY = { at = 0, text = "it works" }
KIND = { at = "7:4", text = "what it does" }
COUNT = { at = "31:16", format = "dec" }
"""


def fields(folder):
    """A dump of 20000 fields, bits included, by a layout of its own."""
    layouts = os.path.join(folder, "layouts")
    os.mkdir(layouts)
    with open(os.path.join(layouts, "many.toml"), "w", encoding="ascii") as file:
        file.write(LAYOUT)
    lines = ["archive", "dump name=generic_0000:00:03.0 size=20000 data=random:5 m-device.bus=pci "
             "m-device.address=0000:00:03.0", "manifest kind=live"]
    return [make(folder, "fields", lines), "--layouts", layouts]
