# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must have been caught of the devices of memory, and that they are as before."""

import manifest
import simulated
from simulated import CHELSIO, CONNECTX, PLAIN, WINDOW, WINDOW_BYTES

# Of the ConnectX's health buffer, big-endian.
SYNDROMES, HEALTH_COUNTER = 0x23C, 0x1010
# Of the Chelsio's BAR 0.
PCIE_FW = 0x30B8
LOG_ENTRIES, ENTRY_BYTES = 128, 256


def _be32(payload, offset):
    return int.from_bytes(payload[offset : offset + 4], "big")


def _check_connectx(checks, image, payloads):
    iseg, health = payloads.get(f"mlx5_{CONNECTX}_iseg"), payloads.get(f"mlx5_{CONNECTX}_health")
    if not checks.that("mlx5: the initialisation segment and the health were captured", iseg and health):
        return
    checks.equal("mlx5: the initialisation segment, where registers.list reads, else zeros", iseg,
                 simulated.masked(image, simulated.registers_of("mlx5", "iseg")))
    checks.equal("mlx5: syndrome and extended syndrome", _be32(iseg, SYNDROMES),
                 simulated.SYNDROME << 16 | simulated.EXTENDED_SYNDROME)
    checks.equal("mlx5: health counter", _be32(iseg, HEALTH_COUNTER), simulated.HEALTH_COUNTER)
    first, last, milliseconds, reads = (_be32(health, offset) for offset in range(0, 16, 4))
    checks.equal("mlx5: the counter at first and at last", (first, last), (simulated.HEALTH_COUNTER,) * 2)
    checks.that("mlx5: it was watched longer than firmware may take", milliseconds >= 2100 and reads > 2,
                f"{reads} reads in {milliseconds} ms")


def _check_chelsio(checks, image, out, passive, side_effect):
    regs, devlog = f"cxgb4_{CHELSIO}_regs", f"cxgb4_{CHELSIO}_devlog"
    expected = simulated.masked(image, simulated.registers_of("cxgb4", "t5"))
    for what, payloads in (("passive", passive), ("side-effect", side_effect)):
        if checks.that(f"cxgb4, {what}: the registers were captured", regs in payloads):
            checks.equal(f"cxgb4, {what}: the registers, where registers.list reads, else zeros",
                         payloads[regs], expected)
            checks.equal(f"cxgb4, {what}: firmware's state",
                         int.from_bytes(payloads[regs][PCIE_FW : PCIE_FW + 4], "little"), simulated.FIRMWARE_RUNS)
    left_out = manifest.entry(out / "simulated.vmcoredd", devlog)
    checks.equal("cxgb4, passive: the firmware's log is left out, for its class",
                 (left_out.get("outcome"), left_out.get("reason")),
                 ("skipped", "its class, side-effect, is not allowed here"))
    # Memory shows the same at every place of the window.
    log = image[WINDOW : WINDOW + WINDOW_BYTES]
    checks.equal("cxgb4: the firmware's log", side_effect.get(devlog), log * (LOG_ENTRIES * ENTRY_BYTES // len(log)))


def check(checks, vmcoredd, out, devices):
    """`devices`: the folder with the images."""
    made = {name: (devices / f"{name}.made").read_bytes() for name in simulated.DEVICES}
    passive, side_effect = (vmcoredd.payloads(out / f"{name}.vmcoredd") for name in simulated.CAPTURES)
    _check_connectx(checks, made["connectx"], passive)
    _check_chelsio(checks, made["chelsio"], out, passive, side_effect)
    checks.equal("generic: the ranges, else zeros", passive.get(f"generic_{PLAIN}_mem"),
                 simulated.masked(made["plain"], simulated.RANGES))
    # Nothing was written; of the Chelsio, also nothing has remained of how its log is read.
    for name, image in made.items():
        checks.that(f"{name}: the device's memory is as before", (devices / f"{name}.image").read_bytes() == image)
