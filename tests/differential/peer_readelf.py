# SPDX-License-Identifier: LGPL-2.1-or-later
"""readelf -n and eu-readelf -n: owner, size and type of every note."""
import re

# What a peer cannot read, and why.
BINUTILS_LACKS = {
    "elf-above-4g": "prints every byte of 7 GiB",
    "elf-p-align": "aligns descriptors to 8 where p_align is 8; kernels align to 4",
    "elf-padding-notes": "takes zeros between notes for notes of 12 bytes",
}
ELFUTILS_LACKS = {
    "elf-above-4g": "prints sizes as signed 32-bit numbers",
    "elf-p-align": BINUTILS_LACKS["elf-p-align"],
    "elf-padding-notes": BINUTILS_LACKS["elf-padding-notes"],
    "elf-qemu-headers": "looks for sections of notes where there are section headers",
    "elf-xnum": "looks for sections of notes where there are section headers",
}
# Words for types that peers know, in core files.
TYPE_WORDS = {"NT_PRSTATUS": 1, "PRSTATUS": 1, "PRPSINFO": 3, "FPREGSET": 2}


def is_elf(lines):
    return (lines[0].split()[0] in ("elf", "archive")
            and not any(line.split()[0] in ("flatten", "compress") for line in lines))


def run(context, parse, command, lacks):
    context.need(command[0])
    for name, path in context.goldens(is_elf):
        if name in lacks:
            print(f"{command[0]} cannot: {name}: {lacks[name]}")
            continue
        ours = context.notes(path)
        output = context.run(*command, path, may_fail=True).decode(errors="replace")
        theirs = parse(output)
        context.equal(f"{command[0]} {name}", [(owner, size) for owner, _, size in ours],
                      [(owner, size) for owner, _, size in theirs])
        context.equal(f"{command[0]} {name} types",
                      [mine if other is not None else None
                       for (_, mine, _), (_, other, _) in zip(ours, theirs)],
                      [other for _, other, _ in theirs])


def binutils(context):
    def parse(output):
        notes = []
        for line in output.splitlines():
            match = re.match(r"  (\S+) +0x([0-9a-f]{8})\t(.*)", line)
            if match:
                number = re.search(r"Unknown note type: \(0x([0-9a-f]+)\)", match[3])
                word = match[3].split(" ")[0]
                notes.append((match[1], int(number[1], 16) if number else TYPE_WORDS.get(word),
                              int(match[2], 16)))
        return notes
    run(context, parse, ["readelf", "-nW"], BINUTILS_LACKS)


def elfutils(context):
    def parse(output):
        notes = []
        for line in output.splitlines():
            match = re.match(r"  (\S+) +(\d+)  (\S.*)", line)
            if match:
                number = re.search(r"<unknown>: (\d+)", match[3])
                notes.append((match[1], int(number[1]) if number else
                              TYPE_WORDS.get(match[3].strip()), int(match[2])))
        return notes
    run(context, parse, ["eu-readelf", "-n"], ELFUTILS_LACKS)
