# SPDX-License-Identifier: LGPL-2.1-or-later
"""drgn opens what we attached to and reads the same memory from it."""
import os
import shutil

from common import TESTS, Difference, Skip

# Debian's python3-drgn belongs to this interpreter.
PYTHON = "/usr/bin/python3"
# Pages that were left out, or lie in no segment, are faults: those must be the same.
SCRIPT = """
import sys, drgn, hashlib
program = drgn.Program()
program.set_core_dump(sys.argv[1])
assert program.flags & drgn.ProgramFlags.IS_LINUX_KERNEL
print(program.platform)
for page in range(0, 256 << 20, int(sys.argv[2])):
    try:
        print(page, hashlib.md5(program.read(page, 4096, True)).hexdigest())
    except drgn.FaultError:
        pass
"""


def see(context, path, step):
    seen = context.run(PYTHON, "-c", SCRIPT, path, str(step))
    if len(seen.splitlines()) < 2:
        raise Difference(f"drgn reads no memory of {os.path.basename(path)}")
    return seen


def compare(context, path, step):
    name = os.path.basename(path)
    before = see(context, path, step)
    context.run(context.vmcoredd, "attach", "-y", path, context.archive())
    context.equal(f"drgn of {name}, attached", see(context, path, step), before)


def need_drgn(context):
    found = context.run(PYTHON, "-c", "try:\n import drgn\n print(1)\nexcept ImportError: pass",
                        may_fail=True)
    if found.strip() != b"1":
        raise Skip(f"{PYTHON} has no module drgn")


def run(context):
    need_drgn(context)
    path = context.path("real.kdump")
    shutil.copy(os.path.join(TESTS, "golden", "real", "vmcore.kdump"), path)
    compare(context, path, 4096)


def samples(context):
    need_drgn(context)
    for name in ("vmcore.kdump-zlib", "vmcore.elf"):
        compare(context, context.sample(name), 61 * 4096)
