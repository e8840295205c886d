# SPDX-License-Identifier: LGPL-2.1-or-later
"""makedumpfile's flattened format, with every freedom that it leaves."""
import random
import struct

from .image import Image
from .payload import make_data, number

# In which order the named regions of a container are written; what belongs to
# none of them takes the place of None.
ORDERS = {
    "makedumpfile": ("header", "notes", "subheader", "bitmap", None, "phdrs"),
    "qemu": ("header", "phdrs", "subheader", "notes", "bitmap", None),
}


def chunks(image, order, size):
    """Ranges (offset, size) that cover the image, at most `size` bytes each.

    Notes stay in one range, as makedumpfile writes them.
    """
    if order not in ORDERS:
        ranges = [(at, min(size, image.size - at)) for at in range(0, image.size, size)]
        if order == "reverse":
            ranges.reverse()
        elif order.startswith("shuffle"):
            random.Random(number(order.partition(":")[2] or "1")).shuffle(ranges)
        return ranges
    taken = sorted(image.regions.values())
    gaps, at = [], 0
    for offset, length in [*taken, (image.size, 0)]:
        if offset > at:
            gaps.append((at, offset - at))
        at = max(at, offset + length)
    ranges = []
    for name in ORDERS[order]:
        for offset, length in gaps if name is None else [image.regions.get(name, (0, 0))]:
            step = length if name == "notes" else size
            ranges += [(part, min(step, offset + length - part))
                       for part in range(offset, offset + length, step or 1)]
    return ranges


def flatten(image, options, extra):
    """The flattened form. `extra` are (options of a `record` line)."""
    order = options.pop("order", "file")
    ranges = chunks(image, order, number(options.pop("chunk", "64K")))
    decoys = options.pop("decoys", "no") == "yes"
    zero_first = options.pop("reserve", "no") == "yes"
    end = options.pop("end", "yes") == "yes"
    flat = Image()
    flat.write(0, b"makedumpfile".ljust(16, b"\0") + struct.pack(">qq", 1, 1))
    flat.truncate(4096)

    def record(offset, size, fill):
        flat.number_label("record", flat.size)
        flat.append(struct.pack(">qq", offset, size))
        at = flat.size
        fill(at)
        return at

    def whole_record(offset, size, fill):
        flat.truncate(record(offset, size, fill) + size)

    def literal(entry):
        size = number(entry.pop("size")) if "size" in entry else None
        data = make_data(entry.pop("data", "zero"), size)
        real = size or 0 if data is None else len(data)
        claimed = number(entry.pop("claim", str(real)))
        offset, step = number(entry.pop("offset")), number(entry.pop("step", "0"))
        for i in range(number(entry.pop("count", "1"))):
            at = record(offset + i * step, claimed, lambda at: flat.write(at, data or b""))
            flat.truncate(at + real)

    for entry in extra:
        if entry.get("where") == "first":
            literal(entry)
    if zero_first:  # makedumpfile before 1.7.6 reserves the program headers so
        offset, size = image.regions["phdrs"]
        whole_record(offset, size, lambda at: None)
    if decoys:  # bytes that later records must override
        for offset, size in ranges:
            junk = b"\xee" * min(size, 64)
            whole_record(offset, len(junk), lambda at, junk=junk: flat.write(at, junk))
    for offset, size in ranges:
        whole_record(offset, size,
                     lambda at, offset=offset, size=size: flat.paste(image, offset, size, at))
    for entry in extra:
        if entry.pop("where", "last") == "last" and "offset" in entry:
            literal(entry)
    flat.label("marker", flat.size)
    if end:
        flat.append(b"\xff" * 16)
    return flat
