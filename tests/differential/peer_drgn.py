# SPDX-License-Identifier: LGPL-2.1-or-later
"""drgn opens what we attached to and reads the same kernel from it."""
# Debian's python3-drgn belongs to this interpreter.
PYTHON = "/usr/bin/python3"
SCRIPT = """
import sys, drgn
program = drgn.Program()
program.set_core_dump(sys.argv[1])
assert program.flags & drgn.ProgramFlags.IS_LINUX_KERNEL
print(program.platform)
print(program["VMCOREINFO"].string_() if "VMCOREINFO" in program else "")
"""


def run(context):
    from common import Skip
    if context_lacks_drgn(context):
        raise Skip(f"{PYTHON} has no module drgn")
    archive = context.archive()
    for name in ("vmcore.kdump-zlib", "vmcore.elf"):
        path = context.sample(name)
        before = context.run(PYTHON, "-c", SCRIPT, path)
        context.run(context.vmcoredd, "attach", "-y", path, archive)
        context.equal(f"drgn of {name}, attached", context.run(PYTHON, "-c", SCRIPT, path), before)


def context_lacks_drgn(context):
    return context.run(PYTHON, "-c", "try:\n import drgn\n print(1)\nexcept ImportError: pass",
                       may_fail=True).strip() != b"1"
