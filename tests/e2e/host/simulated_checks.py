# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must have been caught of the devices of memory, and that they are as before."""

import manifest
import simulated
from simulated import CHELSIO, CONNECTX, CONNECTX3, HEALTH, IGB, IXGBE, PLAIN, WINDOW, WINDOW_BYTES

# Of the ConnectX's health buffer, big-endian.
SYNDROMES, HEALTH_COUNTER = 0x23C, 0x1010
# Of the Chelsio's BAR 0.
PCIE_FW = 0x30B8
LOG_ENTRIES, ENTRY_BYTES = 128, 256
# Of the ConnectX-3's BAR 0, big-endian: how firmware is told to block volatile registers.
FILTER, FILTER_OFF, LOCK = 0xF3F04, 0x40, HEALTH + 0x40


def _be32(payload, offset):
    return int.from_bytes(payload[offset : offset + 4], "big")


def _check_connectx(checks, bar, payloads):
    iseg, health = payloads.get(f"mlx5_{CONNECTX}_iseg"), payloads.get(f"mlx5_{CONNECTX}_health")
    if not checks.that("mlx5: the initialisation segment and the health were captured", iseg and health):
        return
    checks.equal("mlx5: the initialisation segment, where registers.list reads, else zeros", iseg, bar.dump("iseg"))
    checks.equal("mlx5: syndrome and extended syndrome", _be32(iseg, SYNDROMES),
                 simulated.SYNDROME << 16 | simulated.EXTENDED_SYNDROME)
    checks.equal("mlx5: health counter", _be32(iseg, HEALTH_COUNTER), simulated.HEALTH_COUNTER)
    first, last, milliseconds, reads = (_be32(health, offset) for offset in range(0, 16, 4))
    checks.equal("mlx5: the counter at first and at last", (first, last), (simulated.HEALTH_COUNTER,) * 2)
    checks.that("mlx5: it was watched longer than firmware may take", milliseconds >= 2100 and reads > 2,
                f"{reads} reads in {milliseconds} ms")


def _check_left_out(checks, out, name):
    entry = manifest.entry(out / "simulated.vmcoredd", name)
    checks.equal(f"passive: {name} is left out, for its class", (entry.get("outcome"), entry.get("reason")),
                 ("skipped", "its class, side-effect, is not allowed here"))


def _check_nic(checks, bar, name, address, payloads):
    for what, section in (("state", "state"), ("registers", "all")):
        checks.equal(f"{name}: {what}, where registers.list reads, else zeros",
                     payloads.get(f"{name}_{address}_{what}"), bar.dump(section))


def _check_connectx3(checks, bar, out, side_effect):
    health, crspace = f"mlx4_{CONNECTX3}_fw-health", f"mlx4_{CONNECTX3}_cr-space"
    for name in (health, crspace):
        _check_left_out(checks, out, name)
    checks.equal("mlx4: the health buffer", side_effect.get(health), bar.dump("health"))
    # While it was read, the filter was on and the lock set; and no semaphore was touched.
    expected = bytearray(bar.dump("crspace"))
    checks.that("mlx4: the filter is off and the lock open before", expected[FILTER + 3] & FILTER_OFF
                and not any(expected[LOCK : LOCK + 4]))
    expected[FILTER + 3] &= ~FILTER_OFF
    expected[LOCK + 3] = 1
    checks.equal("mlx4: the CR space, all but two semaphores", side_effect.get(crspace), bytes(expected))


def _check_chelsio(checks, bar, out, passive, side_effect):
    regs, devlog = f"cxgb4_{CHELSIO}_regs", f"cxgb4_{CHELSIO}_devlog"
    expected = bar.dump("t5")
    for what, payloads in (("passive", passive), ("side-effect", side_effect)):
        if checks.that(f"cxgb4, {what}: the registers were captured", regs in payloads):
            checks.equal(f"cxgb4, {what}: the registers, where registers.list reads, else zeros",
                         payloads[regs], expected)
            checks.equal(f"cxgb4, {what}: firmware's state",
                         int.from_bytes(payloads[regs][PCIE_FW : PCIE_FW + 4], "little"), simulated.FIRMWARE_RUNS)
    _check_left_out(checks, out, devlog)
    # Memory shows the same at every place of the window.
    log = bar.image[WINDOW : WINDOW + WINDOW_BYTES]
    checks.equal("cxgb4: the firmware's log", side_effect.get(devlog), log * (LOG_ENTRIES * ENTRY_BYTES // len(log)))


def check(checks, vmcoredd, out, devices):
    """`devices`: the folder with the images."""
    made = simulated.bars()
    passive, side_effect = (vmcoredd.payloads(out / f"{name}.vmcoredd") for name in simulated.CAPTURES)
    _check_connectx(checks, made["connectx"], passive)
    _check_chelsio(checks, made["chelsio"], out, passive, side_effect)
    checks.equal("generic: the ranges, else zeros", passive.get(f"generic_{PLAIN}_mem"), made["plain"].dump("mem"))
    _check_nic(checks, made["igb"], "igb", IGB, passive)
    _check_nic(checks, made["ixgbe"], "ixgbe", IXGBE, passive)
    _check_connectx3(checks, made["connectx3"], out, side_effect)
    # Nothing was written, or nothing has remained of it: the Chelsio's window, the
    # ConnectX-3's filter and lock.
    for name, bar in made.items():
        checks.that(f"{name}: the device's memory is as before",
                    (devices / f"{name}.image").read_bytes() == bar.image)
