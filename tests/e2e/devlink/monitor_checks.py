# SPDX-License-Identifier: LGPL-2.1-or-later
"""What guest/17-monitor.sh left: events."""

import re

from comparison import is_valid_json, says_same
from recorded import read_all

HANDLES = (r"\[region,new\] platform/devlinksim\.0/odd: snapshot 5", r"\[health,status\]\s+platform/devlinksim\.0",
           r"\[health,status\]\s+platform/devlinksim\.0/1", r"\[region,del\] platform/devlinksim\.0/odd: snapshot 5")


def check(checks, out, have, **_):
    commands = read_all(out)
    for name in ("monitor", "monitor-all"):
        for event in HANDLES:
            checks.that(f"devlink: {name} has {event}", re.search(event, commands[name].theirs.text))
    # It opens objects that it does not close.
    lines = commands["monitor-json"].theirs.stdout
    checks.that("devlink: JSON of the monitor is none", lines and not is_valid_json(lines + b"]}"))
    if "devlink" not in have:
        checks.note("vmcoredd has no devlink yet: only devlink itself was looked at")
        return
    says_same(checks, commands["monitor-bad"])
    for name in ("monitor", "monitor-all", "monitor-health"):
        _same_events(checks, commands[name])


def _events(text):
    """(kind, handle) of each event that is about regions or health, in order. devlink
    leaves the handle out where it is the one before."""
    found, handle = [], None
    for kind, rest in re.findall(r"\[((?:region|health),\w+)\][ \t]*(.*)", text):
        given = re.match(r"(\w+/\S+?):", rest)
        handle = given[1] if given else handle
        found.append((kind, handle))
    return found


def _same_events(checks, command):
    theirs, ours = _events(command.theirs.text), _events(command.ours.text)
    checks.that(f"{command}: devlink's events are ours, in order", theirs and theirs == ours, f"{theirs} and {ours}")
