# SPDX-License-Identifier: LGPL-2.1-or-later
"""What guest/10-commands.sh left: regions, parameters, device information. First that
devlink 6.1 itself behaves as we think, then ours beside it."""

import base64

from comparison import says_same_but
from content import content
from recorded import pairs, read_all, region_bytes, unique

# JSON of region dump and read: devlink repeats "address" and "data", and so does -j of
# ours, for scripts that know it; -J has names that do not repeat.
REPEATING = ("dump-json", "dump-pretty", "read-json", "sim-dump-odd-json")
# The region of a port: devlink lists it and cannot address it.
PORT_REGION = ("sim-new-port-1", "sim-show-port")
# devlink takes decimal numbers only.
HEXADECIMAL = ("read-hex",)


def check(checks, out, have, **_):
    commands = read_all(out)
    _devlink_itself(checks, commands)
    if "devlink" not in have:
        checks.note("vmcoredd has no devlink yet: only devlink itself was looked at")
        return
    says_same_but(checks, commands, (*PORT_REGION, *HEXADECIMAL))
    _ours(checks, commands)


def _devlink_itself(checks, commands):
    theirs = {name: command.theirs for name, command in commands.items() if command.theirs}
    for name, text in (
        ("show-one", "netdevsim/netdevsim11/dummy: size 32768 snapshot [] max 16\n"),
        ("new-auto", "netdevsim/netdevsim11/dummy: snapshot 0\n"),
        ("new-auto-json", '{"regions":{"netdevsim/netdevsim11/dummy":{"snapshot":[1]}}}\n'),
        ("new-chosen", ""),
        ("show-prefix", "netdevsim/netdevsim11/dummy: size 32768 snapshot [0 1 7 9 21] max 16\n"),
        ("show-left", "netdevsim/netdevsim11/dummy: size 32768 snapshot [0 1 21] max 16\n"),
        ("sim-show-events", "platform/devlinksim.0/events: size 600 snapshot [2] max 8\n"),
    ):
        checks.equal(f"devlink: {name}", theirs[name].text, text)
    for name in ("bad-device", "bad-region", "bad-handle", "new-taken", "new-not-offered", "del-again", "read-hex",
                 "read-no-id", "dump-no-snapshot", "read-far", "sim-new-odd-full", "param-set-u8-big",
                 "param-set-u32-refused", "info-missing", *PORT_REGION):
        checks.that(f"devlink: {name} fails", theirs[name].status != 0 and theirs[name].stderr)
    # What the kernel gave is what devlinksim made: snapshots are counted per device.
    checks.equal("devlink: bytes of region odd", region_bytes(theirs["sim-dump-odd"].text), (0, content(333, 0)))
    checks.equal("devlink: the end of region odd", region_bytes(theirs["sim-read-odd-end"].text),
                 (320, content(13, 0, 320)))
    checks.equal("devlink: the end of region big", region_bytes(theirs["sim-read-big"].text),
                 (1048000, content(576, 2, 1048000)))
    checks.equal("devlink: a snapshot of the driver's own", region_bytes(theirs["sim-dump-events"].text),
                 (0, content(600, 3)))
    whole = region_bytes(theirs["dump"].text)[1]
    checks.equal("devlink: the whole region", len(whole), 32768)
    for name, start, size in (("read", 0, 16), ("read-prefix", 100, 10), ("read-unaligned", 5, 600),
                              ("read-order", 32, 32), ("read-past", 32760, 8), ("read-all", 0, 32768)):
        checks.equal(f"devlink: {name}", region_bytes(theirs[name].text), (start, whole[start:start + size]))
    for name in REPEATING:
        names = [key for key, _ in pairs(theirs[name].stdout)[0][1]]
        checks.that(f"devlink: {name} repeats its names", names.count("data") > 1, str(names[:6]))


def _ours(checks, commands):
    whole = region_bytes(commands["dump"].theirs.text)[1]
    ours = {name: command.ours for name, command in commands.items()}
    for name, start, expected in (("typed-dump", 0, content(333, 0)), ("typed-read", 16, whole[16:48])):
        document = unique(ours[name].stdout)
        checks.equal(f"ours: {name} has a schema, and every byte at its address",
                     (ours[name].status, document["schema"].split("/")[1], int(document["address"]),
                      base64.b64decode(document["data"])), (0, "1", start, expected))
    checks.equal("ours: the bytes themselves", (ours["raw"].status, ours["raw"].stdout), (0, whole))
    hexadecimal = ours["read-hex"]
    checks.equal("ours: hexadecimal addresses", (hexadecimal.status, region_bytes(hexadecimal.text)),
                 (0, (16, whole[16:48])))
    for name in PORT_REGION:
        checks.that(f"ours: {name} finds the port's region", ours[name].status == 0 and b"/port: " in ours[name].stdout,
                    ours[name].errors)
