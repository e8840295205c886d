# SPDX-License-Identifier: LGPL-2.1-or-later
"""What vmcoredd, readelf and makedumpfile must say of the saved vmcores."""

import collections
import contextlib
import hashlib
import json
import re
import shutil
import subprocess

import ddgen
from report import command, said

# A vmcore that the guest saved: its file, and the format that `list` must name.
Saved = collections.namedtuple("Saved", "path format")


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Vmcoredd:
    """The command under test."""

    def __init__(self, checks, program):
        self._checks = checks
        self._program = program

    def run(self, *args):
        return command(self._program, *args)

    def must(self, *args):
        """Runs and records a check that it exits with 0."""
        result = self.run(*args)
        self._checks.that("vmcoredd " + " ".join(_shown(a) for a in args), result.returncode == 0, said(result))
        return result

    def list(self, path):
        """The entry of a file in `list --json`, or None (recorded as a failure)."""
        result = self.run("list", "--json", path)
        if not self._checks.that(f"vmcoredd list --json {_shown(path)}", result.returncode == 0, said(result)):
            return None
        return json.loads(result.stdout)["files"][0]

    def payload(self, path, name):
        """The bytes of one dump, as many as are known to be its own, or None."""
        return self._extract(path, "-s", name)

    def stored(self, path, name):
        """The bytes of one dump as the note holds them, or None."""
        return self._extract(path, "-s", name, "--stored")

    def payloads(self, path):
        """{name: bytes} of all dumps; records a failure when there are none."""
        listed = self.list(path)
        found = {d["name"]: self.payload(path, d["name"]) for d in listed["dumps"]} if listed else {}
        self._checks.that(f"{_shown(path)}: every dump can be extracted",
                          found and None not in found.values(), str(list(found)))
        return found

    @contextlib.contextmanager
    def open_payload(self, path, name):
        """A stream with the bytes of one dump, for one that does not fit into memory;
        afterwards records a check of the exit code."""
        with subprocess.Popen([self._program, "extract", path, "-s", name, "-O"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE) as process:
            yield process.stdout
        self._checks.equal(f"vmcoredd extract {_shown(path)} -s {name}: exit code", process.returncode, 0)

    def _extract(self, *args):
        result = self.run("extract", *args, "-O")
        return result.stdout if result.returncode == 0 else None


def _shown(arg):
    return getattr(arg, "name", str(arg))


def check_saved(checks, vmcoredd, saved, release):
    """The dumps that the kernel put into the vmcore, as each container holds them."""
    listed = vmcoredd.list(saved.path)
    if listed is None:
        return
    where = saved.path.name
    checks.equal(f"{where}: format", listed["format"], saved.format)
    checks.equal(f"{where}: arch", listed["arch"], "x86_64")
    checks.equal(f"{where}: release", listed["release"], release)
    expected = [(name, len(ddgen.stored(name, size))) for name, size in ddgen.DUMPS.items()]
    checks.equal(
        f"{where}: names and sizes", [(d["name"], int(d["size"])) for d in listed["dumps"]], expected
    )
    _check_payloads(checks, vmcoredd, saved.path, _formula(), "the formula's")


def check_readelf(checks, path, count):
    """readelf knows no device dumps, but owner, type and size of notes."""
    result = command("readelf", "-nW", path)
    notes = re.findall(r"^\s+LINUX\s+(0x[0-9a-f]+)\s+Unknown note type: \(0x00000700\)",
                       result.stdout.decode("utf-8", "replace"), re.MULTILINE)
    checks.equal(f"readelf -n {path.name}: device dump notes", len(notes), count)
    # The whole note is a page multiple: 12 bytes of header, 8 of name.
    checks.that(f"readelf -n {path.name}: note sizes are page multiples less 20",
                all((int(size, 16) + 20) % ddgen.PAGE == 0 for size in notes), str(notes))


def check_attach(checks, vmcoredd, saved, archive, work):
    """Attach, list, extract, refilter, detach, on a copy of one saved vmcore."""
    where = saved.path.name
    copy = work / f"attached-{where}"
    shutil.copyfile(saved.path, copy)
    before = sha256(copy)
    attached = vmcoredd.payloads(archive)
    vmcoredd.must("attach", "--yes", copy, archive)
    listed = vmcoredd.list(copy)
    if listed is None:
        return
    checks.equal(f"{copy.name}: the kernel's dumps and the attached ones",
                 sorted(d["name"] for d in listed["dumps"]), sorted([*ddgen.DUMPS, *attached]))
    _check_dumps(checks, vmcoredd, copy, attached)

    # Needs nothing but the VMCOREINFO in the vmcore.
    refiltered = work / f"refiltered-{where}"
    if saved.format.endswith("-flattened"):
        with open(copy, "rb") as stream:
            result = command("makedumpfile", "-R", refiltered, stdin=stream)
        what = f"makedumpfile -R of {copy.name}"
    else:
        result = command("makedumpfile", "-c", "-d", "31", copy, refiltered)
        what = f"makedumpfile -c -d 31 of {copy.name}"
    if checks.that(what, result.returncode == 0, said(result)):
        _check_dumps(checks, vmcoredd, refiltered, attached)

    vmcoredd.must("detach", "--yes", copy)
    checks.equal(f"{copy.name}: sha256 after detach", sha256(copy), before)


def _check_dumps(checks, vmcoredd, path, attached):
    _check_payloads(checks, vmcoredd, path, _formula(), "the formula's")
    _check_payloads(checks, vmcoredd, path, attached, "the archive's")
    vmcoredd.must("verify", path)


def _formula():
    return {name: ddgen.stored(name, size) for name, size in ddgen.DUMPS.items()}


def _check_payloads(checks, vmcoredd, path, expected, whose):
    wrong = [name for name, data in expected.items() if vmcoredd.payload(path, name) != data]
    checks.that(f"{path.name}: {len(expected)} payloads are {whose}, byte for byte", not wrong, ", ".join(wrong))


def check_refusal(checks, vmcoredd, path, archive, work):
    """A vmcore that was cut short must not become one that looks whole."""
    half = work / f"half-{path.name}"
    half.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    before = sha256(half)
    result = vmcoredd.run("attach", half, archive)
    checks.that(f"attach to half of {path.name} is refused with a reason",
                result.returncode not in (0, 2, 4) and b"trunc" in result.stderr, said(result))
    checks.equal(f"{half.name}: unchanged by it", sha256(half), before)
