# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands that are killed, and small files for them."""
import os
import shutil
import subprocess
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "support"))

from mkvmcore_lib.text import build_lines  # noqa: E402

VMCORES = {
    "kdump": """kdump
        dump name=old_0 size=3000
        note owner=CORE type=1 size=336
        vmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096
        pages exist=0-15 dumped=2-9""",
    "kdump-flat": """kdump
        dump name=old_0 size=3000
        note owner=CORE type=1 size=336
        vmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096
        pages exist=0-15 dumped=2-9
        flatten order=makedumpfile chunk=4096""",
    "elf-flat": """elf
        dump name=old_0 size=3000
        note owner=CORE type=1 size=336
        vmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096
        load paddr=0 size=16384 data=formula
        flatten order=makedumpfile chunk=4096 reserve=yes""",
    "elf": """elf
        dump name=old_0 size=3000
        note owner=CORE type=1 size=336
        vmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096
        load paddr=0 size=16384 data=formula""",
}
ARCHIVE = """archive
    dump name=pci_0000:00:04.0 size=4096 m-source=pci
    dump name=pci_0000:00:05.0 size=256 m-source=pci
    manifest kind=live"""


REAL = os.path.join(TESTS, "golden", "real", "vmcore.kdump")
NAMES = [*VMCORES, "real"]


def store(text, path):
    images, _ = build_lines(text.splitlines())
    images[0].store(path)


def make_inputs(folder, program):
    for name, text in VMCORES.items():
        store(text, os.path.join(folder, name))
    shutil.copy(REAL, os.path.join(folder, "real"))
    store(ARCHIVE, os.path.join(folder, "new.vmcoredd"))
    with open(os.path.join(folder, "payload.bin"), "wb") as out:
        out.write(bytes(range(256)) * 40)
    for name in NAMES:
        attached = os.path.join(folder, f"{name}-attached")
        shutil.copy(os.path.join(folder, name), attached)
        subprocess.run([program, "attach", "-y", attached, os.path.join(folder, "new.vmcoredd")],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Case:
    """One command in a folder of its own. `target` is the file at stake and
    `in_place` says whether its own bytes are written to."""

    def __init__(self, program, name, files, arguments, in_place):
        self.program, self.name, self.files = program, name, files
        self.arguments, self.in_place = arguments, in_place
        self.target = arguments[0] if name.startswith(("attach", "detach")) else "out.vmcoredd"

    def prepare(self, inputs, folder):
        for source, target in self.files.items():
            shutil.copy(os.path.join(inputs, source), os.path.join(folder, target))

    def command(self, _):
        verb = self.name.split(":")[0]
        return [self.program, verb, *self.arguments]

    def run(self, work):
        return subprocess.run(self.command(work), cwd=work, stdin=subprocess.DEVNULL,
                              capture_output=True, check=False)

    def snapshot(self, work):
        """Every file of the folder, byte for byte; left-overs with the suffix
        .partial are not files that anybody reads."""
        result = {}
        for name in sorted(os.listdir(work)):
            if not name.endswith(".partial"):
                with open(os.path.join(work, name), "rb") as source:
                    result[name] = source.read()
        return result


def CASES(program):
    for name in NAMES:
        in_place = not name.startswith("elf")
        yield Case(program, f"attach:{name}", {name: "vmcore", "new.vmcoredd": "new.vmcoredd"},
                   ["vmcore", "new.vmcoredd", "-y"], in_place)
        yield Case(program, f"detach:{name}", {f"{name}-attached": "vmcore"}, ["vmcore", "-y"], in_place)
    yield Case(program, "pack", {"payload.bin": "payload.bin", "new.vmcoredd": "new.vmcoredd"},
               ["new.vmcoredd", "--file", "payload=payload.bin", "-o", "out.vmcoredd"], False)
