# SPDX-License-Identifier: LGPL-2.1-or-later
"""What crash(8), the one tool that knows device dumps, says of a vmcore."""

import re

from report import command, said

# INDEX OFFSET SIZE NAME, as dev.c:devdump_info() prints them.
_ROW = re.compile(r"^\s*(\d+)\s+0x([0-9a-f]+)\s+(\d+)\s+(\S+)\s*$", re.MULTILINE)


def check(checks, vmcoredd, vmlinux, vmcore, work):
    """`dev -V` lists what `vmcoredd list` lists, with the same indexes, offsets
    and sizes; `dev -v` extracts the stored bytes of every dump."""
    listed = vmcoredd.list(vmcore)
    if listed is None:
        return
    dumps = listed["dumps"]
    files = [work / f"crash-{vmcore.name}-{dump['index']}" for dump in dumps]
    script = work / f"crash-{vmcore.name}.in"
    script.write_text(
        "dev -V\n"
        + "".join(f"dev -v {dump['index']} {file}\n" for dump, file in zip(dumps, files))
        + "quit\n"
    )
    result = command("crash", "-s", "-i", script, vmlinux, vmcore, timeout=600)
    text = result.stdout.decode("utf-8", "replace")
    for line in text.partition("DEVICE:")[0].strip().splitlines():
        checks.note(f"crash: {line}")
    if not checks.that(f"crash opens {vmcore.name}", result.returncode == 0, said(result)):
        return
    rows = [(int(i), int(offset, 16), int(size), name) for i, offset, size, name in _ROW.findall(text)]
    checks.equal(
        f"{vmcore.name}: crash's dev -V and vmcoredd list",
        rows,
        [(d["index"], int(d["offset"]), int(d["size"]), d["name"]) for d in dumps],
    )
    wrong = [
        dump["name"]
        for dump, file in zip(dumps, files)
        if not file.exists() or file.read_bytes() != vmcoredd.stored(vmcore, dump["name"])
    ]
    checks.that(f"{vmcore.name}: crash's dev -v gives the bytes of vmcoredd extract, {len(dumps)} dumps",
                dumps and not wrong, ", ".join(wrong))
