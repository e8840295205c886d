# SPDX-License-Identifier: LGPL-2.1-or-later
"""Registers behind BARs: were the devices caught as the crash left them?"""

import qemu

# NVM Express: offsets, and bits of CC and CSTS.
CC, CSTS, AQA, ASQ, ACQ = 0x14, 0x1C, 0x24, 0x28, 0x30
CC_EN, CSTS_RDY = 1, 1
# e1000e.
CTRL, STATUS, RCTL, TCTL, RAL, RAH = 0x0, 0x8, 0x100, 0x400, 0x5400, 0x5404
RDBAL, RDBAH, RDLEN, TDBAL, TDBAH, TDLEN = 0x2800, 0x2804, 0x2808, 0x3800, 0x3804, 0x3808
RCTL_EN, TCTL_EN = 2, 2
RAH_VALID = 0x80000000


def _u32(payload, offset):
    return int.from_bytes(payload[offset : offset + 4], "little")


def _u64(payload, offset):
    return int.from_bytes(payload[offset : offset + 8], "little")


def _check_nvme(checks, early, live):
    checks.that("nvme: CC.EN is set: no driver of the crash kernel has reset it", _u32(early, CC) & CC_EN,
                f"CC {_u32(early, CC):#x}")
    checks.that("nvme: CSTS.RDY is set", _u32(early, CSTS) & CSTS_RDY, f"CSTS {_u32(early, CSTS):#x}")
    checks.that("nvme: the admin queues have addresses", _u64(early, ASQ) and _u64(early, ACQ))
    for name, offset in (("CC", CC), ("AQA", AQA), ("ASQ", ASQ), ("ASQ, upper half", ASQ + 4), ("ACQ", ACQ)):
        checks.equal(f"nvme: {name} as the crashed kernel had it", _u32(early, offset), _u32(live, offset))
    checks.note(f"nvme: CC {_u32(early, CC):#010x} CSTS {_u32(early, CSTS):#x} AQA {_u32(early, AQA):#010x} "
                f"ASQ {_u64(early, ASQ):#x} ACQ {_u64(early, ACQ):#x}")


def _check_e1000e(checks, early, live):
    checks.that("e1000e: the receiver is enabled", _u32(early, RCTL) & RCTL_EN, f"RCTL {_u32(early, RCTL):#x}")
    checks.that("e1000e: the transmitter is enabled", _u32(early, TCTL) & TCTL_EN, f"TCTL {_u32(early, TCTL):#x}")
    mac = (_u32(early, RAL) | (_u32(early, RAH) & 0xFFFF) << 32).to_bytes(6, "little")
    checks.equal("e1000e: the MAC address", mac.hex(":"), qemu.NIC_MAC)
    checks.that("e1000e: it is valid", _u32(early, RAH) & RAH_VALID)
    for name, offset in (("CTRL", CTRL), ("STATUS", STATUS), ("RCTL", RCTL), ("TCTL", TCTL), ("RDBAL", RDBAL),
                         ("RDBAH", RDBAH), ("RDLEN", RDLEN), ("TDBAL", TDBAL), ("TDBAH", TDBAH), ("TDLEN", TDLEN)):
        checks.equal(f"e1000e: {name} as the crashed kernel had it", _u32(early, offset), _u32(live, offset))
    checks.note(f"e1000e: CTRL {_u32(early, CTRL):#010x} RCTL {_u32(early, RCTL):#010x} TCTL {_u32(early, TCTL):#010x} "
                f"RDBAL {_u32(early, RDBAL):#010x} MAC {mac.hex(':')}")


def check_left_out(checks, log):
    """The early phase leaves out the device whose driver is bound, and nothing else."""
    skipped = [line for line in log.read_text().splitlines() if ": skipped: " in line]
    checks.that("the early phase leaves out one dump, of the device of the 9p share",
                len(skipped) == 1 and "virtio-pci has got hold of the device" in skipped[0], "; ".join(skipped))


def check(checks, early, captured, live):
    """Payloads by name: of the early phase, of all phases, of the kernel that crashed."""
    nvme, state = f"nvme_{qemu.NVME}_controller", f"e1000e_{qemu.NIC}_state"
    registers, ctrl = f"e1000e_{qemu.NIC}_registers", f"generic_{qemu.NIC}_ctrl"
    if checks.that("nvme and e1000e were captured early, and while the drivers worked",
                   all(name in payloads for name in (nvme, state) for payloads in (early, captured, live))):
        _check_nvme(checks, early[nvme], live[nvme])
        _check_e1000e(checks, early[state], live[state])
    checks.that("the early phase leaves the large dump to the late one", registers not in early)
    if checks.that("e1000e: all registers, and those that an option names", registers in captured and ctrl in captured):
        checks.equal("e1000e: CTRL and STATUS by plugin and by option",
                     (_u32(captured[ctrl], CTRL), _u32(captured[ctrl], STATUS)),
                     (_u32(captured[registers], CTRL), _u32(captured[registers], STATUS)))
