# SPDX-License-Identifier: LGPL-2.1-or-later
"""What guest/15-health.sh left: health reporters. First that devlink 6.1 itself behaves
as we think, its losses above all, then ours beside it."""

import re

from comparison import is_valid_json, says_same_but
from content import content
from recorded import pairs, read_all, unique

# netdevsim's dummy closes more than it opened: devlink stops there and exits 0.
CUT = ("diagnose-dummy", "dump-dummy", "dump-dummy-json", "dump-dummy-pretty")
# What CUT lacks, as JSON.
TAIL = {
    "test_u32_array": list(range(10)),
    "test_array_of_objects": [{"in_array_nested_test_bool": False, "in_array_nested_test_u8": i} for i in range(10)],
}
# Pairs directly in a pair: devlink loses the name of the outer one.
NAME_LOST = ("dump-bnxt", "dump-bnxt-json", "dump-bnxt-pretty", "dump-bnxt-hex")
REPEATING = ("dump-duplicates-json", "dump-duplicates-pretty")
# Text that is not UTF-8, and control characters, go to the terminal as they are.
UNESCAPED = ("dump-strings", "dump-strings-hex", "dump-strings-json", "dump-strings-pretty")
# An object directly in an object: a value without a name.
NOT_JSON = ("dump-types-json", "dump-types-pretty")
# The same in text: devlink indents it as if it had a name.
INDENTED = ("dump-types", "dump-types-hex")
# "he" is help. Its text is ours.
HELP = ("show-help-prefix", "switch-version")


def check(checks, out, have, **_):
    commands = read_all(out)
    _devlink_itself(checks, commands)
    if "devlink" not in have:
        checks.note("vmcoredd has no devlink yet: only devlink itself was looked at")
        return
    says_same_but(checks, commands, (*CUT, *NAME_LOST, *UNESCAPED, *NOT_JSON, *INDENTED, *HELP))
    _ours(checks, commands)


def _devlink_itself(checks, commands):
    theirs = {name: command.theirs for name, command in commands.items() if command.theirs}
    for name in CUT:
        said = theirs[name]
        checks.that(f"devlink: {name} is cut with exit code 0",
                    said.status == 0 and "test_nest" in said.text and "test_u32_array" not in said.text
                    and "kernel answers: Success" in said.errors, said.errors)
    for name in NAME_LOST:
        checks.that(f"devlink: {name} loses a name", "core" not in theirs[name].text and "size" in theirs[name].text)
    for name in REPEATING:
        names = [key for key, _ in pairs(theirs[name].stdout)]
        checks.equal(f"devlink: {name} repeats its names", names, ["register", "queue"] * 3)
    for name in ("dump-strings-json", *NOT_JSON):
        checks.that(f"devlink: {name} is no JSON, with exit code 0",
                    theirs[name].status == 0 and not is_valid_json(theirs[name].stdout))
    checks.equal("devlink: 10000 binary bytes", dict(pairs(theirs["dump-binary-10000-json"].stdout))["binary"],
                 list(content(10000)))
    for name in ("dump-fails", "diagnose-fails", "dump-none", "clear-no-op", "recover-failing", "set-no-op",
                 "set-bad-bool", "test-no-op", "test-fails", "show-missing", "dump-port-absent"):
        checks.that(f"devlink: {name} fails", theirs[name].status != 0 and theirs[name].stderr)
    for name, text in (
        ("show-failing", "state error error 1 recover 0"),
        ("show-recovered", "state healthy error 1 recover 1"),
        ("show-grace", "state error error 2 recover 1"),
        ("dump-recovered", "message: the device died syndrome: 8"),
        # The first error wins, until it is cleared.
        ("dump-grace", "message: first"),
        ("show-set", "grace_period 1234 auto_recover false auto_dump false"),
        ("test-diagnose", "tests: 1"),
    ):
        checks.that(f"devlink: {name} says {text!r}", text in theirs[name].text, theirs[name].text)


def _ours(checks, commands):
    ours = {name: command.ours for name, command in commands.items()}
    whole = {}
    for name in ("dump-dummy-json", "dump-dummy-pretty"):
        checks.that(f"ours: {name} is JSON", is_valid_json(ours[name].stdout), ours[name].errors)
        whole[name] = unique(ours[name].stdout)
        # What devlink has, and the rest after it.
        start = [list(pair) for pair in pairs(commands[name].theirs.stdout)]
        checks.equal(f"ours: {name} starts as devlink's", [list(p) for p in pairs(ours[name].stdout)][:len(start)], start)
        checks.equal(f"ours: {name} has what devlink cuts", {key: whole[name].get(key) for key in TAIL}, TAIL)
    for name in ("dump-dummy", "diagnose-dummy"):
        theirs = commands[name].theirs.text
        checks.equal(f"ours: {name} starts as devlink's", _words(ours[name].text)[:len(_words(theirs))], _words(theirs))
        checks.that(f"ours: {name} has what devlink cuts",
                    "test_u32_array" in ours[name].text and ours[name].text.count("in_array_nested_test_u8") == 10)
    for name in INDENTED:
        checks.equal(f"ours: {name} has devlink's words", _words(ours[name].text), _words(commands[name].theirs.text))
    for name in NAME_LOST:
        checks.that(f"ours: {name} has the name", "core" in ours[name].text and ours[name].status == 0)
    for name in (*NOT_JSON, "dump-strings-json", "dump-strings-pretty", "dump-bnxt-json", "typed-dummy",
                 "typed-duplicates", "typed-strings"):
        checks.that(f"ours: {name} is JSON of names that do not repeat",
                    is_valid_json(ours[name].stdout) and unique(ours[name].stdout), ours[name].text[:300])
    for name in HELP:
        checks.that(f"ours: {name}", ours[name].status == 0 and ours[name].stdout and not ours[name].stderr)
    for name in ("dump-strings", "dump-strings-hex"):
        checks.that(f"ours: {name} sends no control characters",
                    all(c >= 0x20 and c != 0x7F or c == 0x0A for c in ours[name].stdout), ours[name].text)


def _words(text):
    """Without blanks, line ends, and bytes: netdevsim's are new for each diagnose."""
    return [word for word in text.split() if not re.fullmatch("[0-9a-f]{2}", word)]
