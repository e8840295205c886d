# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can be wrong with a plugin or a device, and what of it must be kept."""
import struct

# What a plugin does to its dump "bad": how, the words for it, outcome, bytes, reason.
PLUGINS = [
    ("crash", "aborts", "partial", 8, "signal 6 (ABRT)"),
    ("segv", "segfaults", "partial", 8, ""),
    ("exit", "exits early", "partial", 8, "exited with code 3"),
    ("hang", "hangs and ignores SIGTERM", "timed-out", 8, "before the deadline"),
    ("spin", "spins", "timed-out", 8, "before the deadline"),
    ("child", "forks a child that keeps the pipe", "timed-out", 8, "before the deadline"),
    ("escape", "forks into a session of its own", "partial", 8, "Input/output error"),
    ("close", "closes the pipe and hangs", "timed-out", 8, "before the deadline"),
    ("memory", "eats memory", "partial", 8, "Cannot allocate memory"),
    ("file", "fills a file system", "partial", 8, ""),
    ("overrun", "delivers more than its size", "partial", 1024, ""),
    ("short", "delivers less than its size", "partial", 8, "delivered 8 of 1024 bytes"),
    ("error", "reports an error half way", "partial", 8, "Input/output error"),
    ("hole", "declares an endless hole", "partial", 8, ""),
    ("remarks", "talks without end", None, 8, ""),  # done before its deadline, or not
    ("nothing", "delivers nothing", "failed", 0, "delivered 0 of 1024 bytes"),
    ("endless", "does not know its size", "ok", 65544, ""),
    ("crash-register", "crashes while it is asked", "skipped", 0, "signal 6 (ABRT)"),
    ("refuse", "refuses the device", "skipped", 0, "is asleep"),
    ("greedy", "offers more than its quota", None, 0, ""),
    ("hang-register", "hangs while it is asked", "timed-out", 0, "before the deadline"),
]

# What is no plugin at all, but speaks frames.
IMPOSTORS = [
    ("other-size", "lies about its size", "failed", 0, "as it was offered"),
    ("garbage", "writes garbage", "failed", 0, ""),
    ("silent", "says nothing", "failed", 0, ""),
    ("huge-frame", "announces a frame of 4 GiB", "failed", 0, "4294967295 bytes"),
    ("flood", "writes without end", "partial", 16, "goes on past 16 bytes"),
    ("after-end", "goes on after its end", "partial", 16, "goes on after its end"),
]

MEMORY_BAR = "0x00000000fe840000 0x00000000fe840fff 0x0000000000040200"
IO_BAR = "0x000000000000c000 0x000000000000c01f 0x0000000000040101"
NO_BAR = "0x0000000000000000 0x0000000000000000 0x0000000000000000"


def config(command=0x0006, power_state=0, bar=0xfe840000):
    """A device that no built-in plugin but pci knows, with a power management capability."""
    space = bytearray(256)
    struct.pack_into("<I", space, 0x10, bar)
    struct.pack_into("<HHHH", space, 0, 0x1234, 0x11E8, command, 0x0010)
    space[0x0b] = 2
    space[0x34] = 0x40
    struct.pack_into("<BBHH", space, 0x40, 1, 0, 3, power_state)
    return bytes(space)


# Devices: what is wrong, configuration space, BAR 0; then of the dumps "config" and "bar0"
# outcome and bytes; the reason of the latter.
DEVICES = [
    ("nothing", config(), MEMORY_BAR, ("ok", 64), ("ok", 64), ""),
    ("all ones", b"\xff" * 256, MEMORY_BAR, ("ok", 64), ("failed", 0), "does not answer"),
    ("D3", config(power_state=3), MEMORY_BAR, ("ok", 64), ("failed", 0), "D3"),
    ("decoding off", config(command=0), MEMORY_BAR, ("ok", 64), ("failed", 0), "decod"),
    ("BAR of size 0", config(bar=0), NO_BAR, ("ok", 64), ("failed", 0), "has no BAR 0"),
    ("I/O BAR", config(bar=0xc001), IO_BAR, ("ok", 64), ("failed", 0), "I/O"),
    ("configuration space cut off", config()[:16], MEMORY_BAR, ("partial", 16), None, ""),
    ("vanishes while it is read", config(), MEMORY_BAR, ("failed", 0), ("failed", 0), ""),
]

# Of the plugins above, those that a live capture could take otherwise: it has deadlines and
# limits of its own.
LIVE_PLUGINS = [row for row in PLUGINS
                if row[0] in ("crash", "hang", "close", "overrun", "short", "nothing", "endless",
                              "hang-register")]

# What a kernel does while one of its regions is read, each of 1 MiB: its name
# (unruly_kernel.py), the words for it, outcome, bytes, reason. It goes wrong behind 600 KiB;
# of a child that does not come to hand on what it has, what is kept is less.
REGIONS = [
    ("whole", "nothing", "ok", 1 << 20, ""),
    ("silent", "never answers", "failed", 0, "no answer within"),
    ("stops", "falls silent", "partial", 600 << 10, "no answer within"),
    ("stuck", "does not let its reader go", "timed-out", 512 << 10, "before the deadline"),
    ("crash", "crashes its reader", "partial", 512 << 10, "signal 11 (SEGV)"),
    ("oom", "kills its reader", "partial", 512 << 10, "signal 9 (KILL)"),
    ("nothing", "delivers nothing", "failed", 0, "expected 1048576 bytes, found 0"),
    ("short", "delivers less than its size", "partial", 600 << 10, "found 614400"),
    ("more", "delivers more than its size", "partial", 1 << 20, "a chunk of 256 at 1048576"),
    ("vanishes", "disappears in mid-dump", "partial", 600 << 10, "No such device"),
    ("hangs-up", "hangs up", "partial", 600 << 10, "closed the connection"),
    ("garbage", "answers garbage", "partial", 600 << 10, "message: expected"),
    ("cut", "cuts a message", "partial", 600 << 10, "message: expected 4"),
    ("no-address", "sends a chunk without address", "partial", 600 << 10, "with address and data"),
    ("again", "sends chunks again", "partial", 600 << 10, "found one at 610304"),
    ("beyond", "sends a chunk from elsewhere", "partial", 600 << 10, "at 9223372036854775808"),
    ("gap", "leaves a chunk out", "partial", (1 << 20) - 4096, ""),
    ("flood", "sends messages without a byte", "timed-out", 512 << 10, "before the deadline"),
    ("strange", "speaks of what nobody knows", "ok", 1 << 20, ""),
    ("refused", "refuses who is not root", "failed", 0, "Operation not permitted"),
]

# The same of stored dumps of reporters: outcome, reason.
REPORTERS = [
    ("empty", "delivers nothing", "failed", "it delivered nothing"),
    ("unbalanced", "ends more than it began", "ok", ""),
    ("open", "begins and does not end", "ok", ""),
    ("silent-dump", "never answers", "failed", "no answer within"),
    ("trampled", "is trampled again and again", "failed", "temporarily unavailable"),
]
