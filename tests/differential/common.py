# SPDX-License-Identifier: LGPL-2.1-or-later
"""What all peers need: programs, goldens, samples."""
import json
import os
import shutil
import subprocess
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "support"))

from mkvmcore_lib.text import build_file  # noqa: E402


class Skip(Exception):
    """Why a peer cannot be asked here."""


class Difference(Exception):
    pass


class Context:
    def __init__(self, vmcoredd, golden_check, folder, netlink_shim=None):
        self.vmcoredd, self.golden_check, self.folder = vmcoredd, golden_check, folder
        self.netlink_shim = netlink_shim
        self.compared = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def equal(self, what, ours, theirs):
        self.compared += 1
        if ours != theirs:
            raise Difference(f"{what}:\n  ours   {ours}\n  theirs {theirs}")

    def need(self, *programs):
        for program in programs:
            if not shutil.which(program):
                raise Skip(f"{program} is not installed")

    def goldens(self, wanted):
        """(name, path) of every valid golden of one file whose text is wanted."""
        folder = os.path.join(TESTS, "golden", "valid")
        for name in sorted(os.listdir(folder)):
            text = os.path.join(folder, name)
            if not name.endswith(".txt"):
                continue
            with open(text, encoding="utf-8") as source:
                lines = [line for line in source if line.strip() and not line.startswith("#")]
            if not wanted(lines):
                continue
            images, _ = build_file(text)
            if len(images) == 1:
                path = self.path(name[:-4])
                images[0].store(path)
                yield name[:-4], path

    def sample(self, name):
        """A copy of a whole real vmcore, to write to; unpacked if it is .zst."""
        folder = os.environ.get("VMCOREDD_SAMPLES")
        if not folder:
            raise Skip("VMCOREDD_SAMPLES is not set: no whole real vmcores")
        source, copy = os.path.join(folder, name), self.path(name)
        if os.path.exists(source):
            shutil.copy(source, copy)
        elif os.path.exists(source + ".zst"):
            self.run("zstd", "-q", "-d", "-f", source + ".zst", "-o", copy)
        else:
            raise Skip(f"{source} does not exist")
        return copy

    def archive(self):
        """An archive with two dumps, made by mkvmcore."""
        path = self.path("new.vmcoredd")
        text = self.path("archive.txt")
        with open(text, "w", encoding="utf-8") as out:
            out.write("archive\ndump name=pci_0000:00:04.0 size=4096 m-source=pci\n"
                      "dump name=pci_0000:00:05.0 size=70000 m-source=pci\nmanifest kind=live\n")
        images, _ = build_file(text)
        images[0].store(path)
        return path

    def run(self, *command, stdin=None, may_fail=False, env=None):
        done = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, capture_output=True,
                              check=False, env=env)
        if done.returncode != 0 and not may_fail:
            raise Difference(f"{' '.join(command)}: exit {done.returncode}: "
                             f"{(done.stderr or done.stdout).decode(errors='replace')[-2000:]}")
        return done.stdout

    def notes(self, path):
        """Every note of a file as we see it: (owner, type, descriptor size)."""
        result = []
        for line in self.run(self.golden_check, "--notes", path).decode().splitlines():
            owner, note_type, size = line.removeprefix("note ").rsplit(" ", 2)
            result.append((owner, int(note_type), int(size)))
        return result

    def dumps(self, path):
        """[(name, size)] as `list --json` gives them."""
        (file,) = json.loads(self.run(self.vmcoredd, "list", "--json", path))["files"]
        return [(dump["name"], int(dump["size"])) for dump in file["dumps"]]

    def payload(self, path, index):
        """The payload as stored, padding and all: what other tools see."""
        return self.run(self.vmcoredd, "extract", path, "-s", str(index), "--stored", "-O")
