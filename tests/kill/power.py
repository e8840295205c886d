# SPDX-License-Identifier: LGPL-2.1-or-later
"""States that a disk may be left in when the machine stops, not only the program.

Between two syncs the kernel may have written any of the changed blocks, in any
order. The file as it stands on entry to each sync is had by killing there; what
differs from the sync before is then applied block by block.
"""
import os
import random

# What a disk writes as a whole.
SECTOR = 512
SYNCS = {"fsync", "fdatasync"}
# Subsets tried between two syncs, beside each single block and each missing one.
RANDOM_SUBSETS = 8
MAX_SINGLE_BLOCKS = 24


def read(path):
    with open(path, "rb") as source:
        return source.read()


def changed_blocks(before, after):
    """Sector numbers that differ, and -1 when the size does."""
    size = max(len(before), len(after))
    blocks = [number for number in range(-(-size // SECTOR))
              if before[number * SECTOR:(number + 1) * SECTOR]
              != after[number * SECTOR:(number + 1) * SECTOR]]
    return blocks


def mix(before, after, blocks):
    """`before` with some sectors of `after`; the size is that of the later file
    when any sector behind the end is taken, as a file system would have it."""
    result = bytearray(before)
    for number in blocks:
        piece = after[number * SECTOR:(number + 1) * SECTOR]
        end = number * SECTOR + len(piece)
        if len(result) < end:
            result.extend(b"\0" * (end - len(result)))
        result[number * SECTOR:end] = piece
    return bytes(result)


def subsets(blocks, seed):
    if not blocks:
        return
    chosen = random.Random(seed)
    singles = blocks if len(blocks) <= MAX_SINGLE_BLOCKS else (
        blocks[:8] + blocks[-8:] + chosen.sample(blocks[8:-8], MAX_SINGLE_BLOCKS - 16))
    for block in singles:
        yield [block]
        yield [other for other in blocks if other != block]
    for _ in range(RANDOM_SUBSETS):
        yield [block for block in blocks if chosen.random() < 0.5]


def power_loss_states(case, pristine, scratch, injector, fresh):
    """Functions that put the target of a work folder into one such state."""
    if not case.in_place:
        return  # a new file: nothing that is read changes before its rename
    before = read(os.path.join(pristine, case.target))
    points = injector.points(case, fresh(pristine, scratch))
    moments = [(name, ordinal) for name, ordinal, _ in points if name in SYNCS]
    for index, (name, ordinal) in enumerate(moments + [(None, None)]):
        work = fresh(pristine, scratch)
        if name is None:
            case.run(work)
        else:
            injector.kill(case, work, name, ordinal)
        after = read(os.path.join(work, case.target))
        for chosen in subsets(changed_blocks(before, after), index):
            content = mix(before, after, chosen)

            def apply(folder, content=content):
                with open(os.path.join(folder, case.target), "wb") as out:
                    out.write(content)
            yield apply
        before = after
