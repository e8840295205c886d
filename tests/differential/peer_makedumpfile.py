# SPDX-License-Identifier: LGPL-2.1-or-later
"""makedumpfile: rearranges flattened files as we do, and keeps our notes."""
import hashlib
import os
import struct


def read(path):
    with open(path, "rb") as source:
        return source.read()


def sha256(path):
    return hashlib.sha256(read(path)).hexdigest()


def kdump_notes(path):
    """The notes of a kdump-compressed file (64-bit, little endian), byte for byte."""
    with open(path, "rb") as source:
        block = struct.unpack("<i", source.read(464)[428:432])[0]
        source.seek(block + 48)
        offset, size = struct.unpack("<QQ", source.read(16))
        source.seek(offset)
        return source.read(size)


def rearrange(context, path):
    out = path + ".rearranged"
    if os.path.exists(out):
        os.unlink(out)  # makedumpfile overwrites nothing
    with open(path, "rb") as source:
        context.run("makedumpfile", "-R", out, stdin=source)
    return out


# What makedumpfile -R cannot read, and why.
LACKS = {"kdump-flat-empty-records": "refuses a record of no bytes",
         "kdump-flat-unfinished": "refuses a file without end marker"}


def is_flattened(lines):
    steps = [line.split()[0] for line in lines]
    return "flatten" in steps and "compress" not in steps


def run(context):
    context.need("makedumpfile")
    for name, path in context.goldens(is_flattened):
        if name in LACKS:
            print(f"makedumpfile cannot: {name}: {LACKS[name]}")
            continue
        ours = path + ".unflattened"
        context.run(context.vmcoredd, "unflatten", path, ours)
        context.equal(f"makedumpfile -R of {name}", read(ours), read(rearrange(context, path)))


def samples(context):
    """Whole real vmcores: makedumpfile filters nothing else again."""
    context.need("makedumpfile")
    archive = context.archive()
    for name in ("vmcore.kdump-flat", "vmcore.elf-flat"):
        path = context.sample(name)
        ours = path + ".unflattened"
        context.run(context.vmcoredd, "unflatten", path, ours)
        context.equal(f"makedumpfile -R of {name}", read(ours), read(rearrange(context, path)))
        os.unlink(ours)
    # The attached records are found by makedumpfile, too, and detach takes them away.
    for name in ("vmcore.kdump-flat", "vmcore.elf-flat"):
        path = context.sample(name)
        before, hash_before = context.dumps(path), sha256(path)
        context.run(context.vmcoredd, "attach", "-y", path, archive)
        context.equal(f"dumps attached to {name}", context.dumps(path)[:-2], before)
        context.run(context.vmcoredd, "unflatten", path, path + ".unflattened")
        context.equal(f"makedumpfile -R of {name}, attached", sha256(path + ".unflattened"),
                      sha256(rearrange(context, path)))
        context.run(context.vmcoredd, "detach", "-y", path)
        context.equal(f"{name}, attached and detached", sha256(path), hash_before)
        os.unlink(path)
        os.unlink(path + ".unflattened")
    for name in ("vmcore.kdump-zlib", "vmcore.elf", "vmcore.elf-flat"):
        path = context.sample(name)
        context.run(context.vmcoredd, "attach", "-y", path, archive)
        if name == "vmcore.elf-flat":  # makedumpfile filters plain files only
            path = rearrange(context, path)
        out = path + ".refiltered"
        context.run("makedumpfile", "-c", "-d", "31", path, out)
        context.equal(f"dumps of {name}, refiltered", context.dumps(out), context.dumps(path))
        ours = context.dumps(path)
        for index in range(len(ours)):
            context.equal(f"payload {index} of {name}, refiltered",
                          context.payload(out, index), context.payload(path, index))
        if name == "vmcore.kdump-zlib":
            context.equal(f"notes of {name}, refiltered", kdump_notes(out), kdump_notes(path))
        os.unlink(out)
        os.unlink(path)
