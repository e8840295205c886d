# SPDX-License-Identifier: LGPL-2.1-or-later
"""What "the same as devlink" means for a recorded command."""

import json

from recorded import pairs


def says_same(checks, command):
    """Text as devlink has it, JSON with the same content in the same order, success
    or failure alike, and a complaint where devlink has one. Words of complaints, and
    which exit code above 0, are ours. After a failure devlink leaves empty lines and
    braces on stdout, which nobody can want."""
    theirs, ours = command.theirs, command.ours
    if ours is None or theirs is None:
        return False
    failed = theirs.status != 0
    if (ours.status != 0) != failed:
        return checks.that(f"{command}: as devlink", False,
                           f"exit codes {theirs.status} and {ours.status}: {ours.errors[:300]}")
    if failed:
        return checks.that(f"{command}: fails as devlink", ours.stderr and ours.stdout.strip() in (b"", b"{}"),
                           f"ours said {ours.errors[:100]!r} and {ours.stdout[:200]!r}")
    # What it has mended in a message, it says.
    if bool(ours.stderr) != bool(theirs.stderr) and not ours.errors.startswith("vmcoredd: mended: "):
        return checks.that(f"{command}: as devlink", False, f"stderr {theirs.errors!r} and {ours.errors!r}")
    expected, found = command.texts()
    if found == expected:
        return checks.that(f"{command}: as devlink", True)
    difference = _difference(expected, found)
    if is_json(command):
        try:
            same = pairs(found) == pairs(expected)
        except ValueError as error:
            same, difference = False, str(error)
        if same:
            checks.note(f"{command.name}: JSON of the same content, spaces differ")
        return checks.that(f"{command}: as devlink", same, difference)
    return checks.that(f"{command}: as devlink", False, difference)


def is_json(command):
    """Whether it was asked for JSON: -j, alone or together with others."""
    return any(word.startswith("-") and "j" in word for word in command.arguments)


def is_valid_json(data):
    """Whether bytes are one JSON value in UTF-8."""
    try:
        json.loads(data.decode("utf-8"))
    except ValueError:
        return False
    return True


def _difference(theirs, ours):
    """The first line that differs."""
    lines = list(zip(theirs.splitlines(), ours.splitlines()))
    for number, (one, other) in enumerate(lines, 1):
        if one != other:
            return f"line {number}: expected {one[:150]!r}, found {other[:150]!r}"
    return f"expected {len(theirs)} bytes, found {len(ours)}, ending {ours[-100:]!r}"


def says_same_but(checks, commands, special):
    """All commands but those with a check of their own, `special`."""
    checks.equal("the special cases were all run", sorted(set(special) - set(commands)), [])
    for name, command in commands.items():
        if name not in special:
            says_same(checks, command)
