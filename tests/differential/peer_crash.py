# SPDX-License-Identifier: LGPL-2.1-or-later
"""crash: `dev -V` lists what we list, `dev -v` extracts what we extract."""
import os
import re
import shutil
import subprocess

from common import Difference, Skip


def run(context):
    context.need("crash")
    vmlinux = os.environ.get("VMCOREDD_CRASH_VMLINUX")
    vmcore = os.environ.get("VMCOREDD_CRASH_VMCORE")
    if not vmlinux or not vmcore:
        raise Skip("VMCOREDD_CRASH_VMLINUX and VMCOREDD_CRASH_VMCORE are not set: "
                   "crash needs a vmcore and its vmlinux with DWARF")
    archive = context.archive()
    for source in vmcore.split(":"):
        path = context.path(os.path.basename(source))
        shutil.copy(source, path)
        compare(context, vmlinux, path, "as saved")
        context.run(context.vmcoredd, "attach", "-y", path, archive)
        compare(context, vmlinux, path, "attached")
        os.unlink(path)


def compare(context, vmlinux, path, what):
    name = f"{os.path.basename(path)}, {what}"
    dumps = context.dumps(path)
    commands = ["dev -V"]
    for index in range(len(dumps)):
        commands.append(f"dev -v {index} {path}.{index}")
    done = subprocess.run(["crash", "-s", vmlinux, path], input="\n".join(commands + ["quit\n"]),
                          text=True, capture_output=True, check=False, cwd=context.folder)
    listed = re.findall(r"^ +(\d+) +0x([0-9a-f]+) +(\d+) +(\S+)$", done.stdout, re.MULTILINE)
    if not listed and dumps:
        raise Difference(f"crash of {name} lists nothing: {done.stdout}{done.stderr}")
    context.equal(f"crash dev -V of {name}", dumps,
                  [(dump_name, int(size)) for _, _, size, dump_name in listed])
    for index in range(len(dumps)):
        with open(f"{path}.{index}", "rb") as extracted:
            context.equal(f"crash dev -v {index} of {name}", context.payload(path, index),
                          extracted.read())
