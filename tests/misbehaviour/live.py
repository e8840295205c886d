# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows for live captures: of a kernel's devlink that goes wrong while it is read, of plugins
beside drivers, and of an archive that cannot be written."""
import os
import subprocess

from unruly_kernel import UnrulyKernel
from wrongs import LIVE_PLUGINS, MEMORY_BAR, REGIONS, REPORTERS, config

SILENCE_MS = 2500
DEVICE = "0000:00:05.0"


class LiveRows:
    """`matrix`: prints and checks rows; `entries`: of an archive."""

    def __init__(self, matrix, entries, fragments):
        self.matrix, self.entries, self.fragments = matrix, entries, fragments
        self.kernel = UnrulyKernel(matrix.path("kernel"))
        self.empty = matrix.path("live-empty")
        os.makedirs(self.empty)
        self.runs = 0

    def command(self, archive, *arguments, tree=None, settings=""):
        path = self.matrix.path("live.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"[live]\nsilence_ms = {SILENCE_MS}\n{settings}")
        return [self.matrix.options.vmcoredd, "capture", "--config", path, "--sysroot",
                tree or self.empty, "--netlink-socket", self.matrix.path("kernel"), "-o", archive,
                *arguments]

    def run(self, command, prefix=()):
        return subprocess.run([*prefix, *command], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, env=self.matrix.environment(), check=False)

    def capture(self, *arguments, **more):
        """The entries of the manifest, by what follows the device in a dump's name."""
        self.runs += 1
        archive = self.matrix.path(f"live{self.runs}")
        done = self.run(self.command(archive, *arguments, **more))
        if done.returncode not in (0, 1):
            self.matrix.failures.append(f"capture: {done.stderr}")
            return {}
        return {name.split(DEVICE + "_")[-1]: value
                for name, value in self.entries(archive).items()}

    def verifies(self, archive):
        return self.run([self.matrix.options.vmcoredd, "verify", archive]).returncode == 0

    def regions(self):
        found = self.capture("--no-health")
        for how, wrong, outcome, kept, reason in REGIONS:
            self.matrix.row("a live region", wrong, found.get(how + "@1"), (outcome, kept), reason)
        self.matrix.check("all live regions", "one archive", self.verifies(
            self.matrix.path(f"live{self.runs}")), "every checksum matches")

    def reporters(self):
        found = self.capture("--no-regions")
        for how, wrong, outcome, reason in REPORTERS:
            dump = found.get(how, ("-", 0, "-"))
            self.matrix.row("a live reporter", wrong, dump, (outcome, dump[1]), reason)
            if (dump[1] != 0) != (outcome == "ok"):
                self.matrix.failures.append(f"{wrong}: {dump[1]} bytes")

    def snapshots(self):
        archive = self.matrix.path("live-new")
        done = self.run(self.command(archive, "--new", "--no-regions", "--no-health",
                                     "--name", "whole", "--name", "full", "--name", "keeps",
                                     "--name", "crash"))
        found = {name.split("_")[-1]: value for name, value in self.entries(archive).items()}
        self.matrix.row("a new snapshot", "nothing", found.get("whole@new"), ("ok", 1 << 20))
        self.matrix.row("a new snapshot", "finds no place", found.get("full@new"), ("failed", 0),
                        "maximum number of stored snapshots")
        self.matrix.row("a new snapshot", "its reader crashes", found.get("crash@new"),
                        ("partial", 512 << 10), "signal 11")
        left = {name: region.snapshots for (_, name), region in self.kernel.regions.items()
                if region.snapshots != [1]}
        warnings = self.fragments(archive)[0].get("warnings", [])
        told = [text for text in warnings if "keeps@new: what it left behind" in text]
        self.matrix.check("a new snapshot", "cannot be deleted",
                          list(left) == ["keeps"] and len(told) == 1 and done.returncode == 1
                          and "the firmware has it" in done.stderr, told[0] if told else "not told")

    def survey(self):
        """What is asked before anything is captured."""
        self.kernel.silent = {"INFO_GET", "HEALTH_GET"}
        archive = self.matrix.path("live-survey")
        done = self.run(self.command(archive, "--name", "whole"))
        self.kernel.silent = set()
        warnings = self.fragments(archive)[0].get("warnings", [])
        self.matrix.check("a live kernel", "does not answer two questions",
                          self.entries(archive).keys() == {f"devlink_{DEVICE}_whole@1"}
                          and sum("no answer within" in text for text in warnings) == 2
                          and done.returncode == 1, "; ".join(warnings))

    def stuck_survey(self):
        """As above, by drivers that hold whoever asks them."""
        tree = self.matrix.path("live-stuck")
        address = self.matrix.add_device(tree, 0, config(), MEMORY_BAR)
        settings = f'[plugins]\npaths = ["{self.matrix.plugin("unruly")}"]\n'
        for commands, words, has_region in (({"INFO_GET"}, "holds one question", True),
                                            ({"REGION_GET", "HEALTH_GET"}, "holds two", False),
                                            ({"GET"}, "holds the first question", False)):
            self.kernel.stuck = commands
            archive = self.matrix.path(f"live-stuck-{min(commands)}")
            done = self.run(self.command(archive, "--name", "whole", tree=tree, settings=settings))
            self.kernel.stuck = set()
            told = [text for text in self.fragments(archive)[0].get("warnings", [])
                    if "no answer within" in text]
            found = self.entries(archive)
            good = found.get(f"unruly_{address}_good", ())[:2] == ("ok", 4)
            region = found.get(f"devlink_{DEVICE}_whole@1", ())[:2] == ("ok", 1 << 20)
            self.matrix.check("a live driver", words,
                              good and region == has_region and len(told) == len(commands)
                              and all(text in done.stderr for text in told)
                              and done.returncode == 1, "; ".join(told))
        self.matrix.none_is_left("a live driver")

    def plugins(self):
        """The plugins of the table above, as a live capture has them."""
        tree = self.matrix.path("live-plugins")
        options, addresses = [], {}
        for number, (how, *_) in enumerate(LIVE_PLUGINS):
            addresses[how] = self.matrix.add_device(tree, number, config(), MEMORY_BAR)
            options.append(f'"unruly.how.{addresses[how]}" = "{how}"\n')
        archive = self.matrix.path("live-plugins-archive")
        self.run(self.command(
            archive, "--no-regions", "--no-health", tree=tree,
            settings=f'[plugins]\npaths = ["{self.matrix.plugin("unruly")}"]\n'
                     f'[plugins.options]\n{"".join(options)}'))
        found = self.entries(archive)
        for how, wrong, outcome, kept, reason in LIVE_PLUGINS:
            name = "unruly_" + addresses[how]
            self.matrix.row("a plugin, live", wrong, found.get(name) or found.get(name + "_bad"),
                            (outcome, kept), reason)
            if name not in found and found.get(name + "_good", ())[:2] != ("ok", 4):
                self.matrix.failures.append(f"{wrong}, live: its other dump suffered")

    def full_disk(self):
        namespace = ["unshare", "--map-root-user", "--mount", "sh", "-e", "-c",
                     'mount -t tmpfs -o size="$1" tmpfs "$0"; archive="$2"; shift 2; code=0; '
                     '"$@" || code=$?; echo "$code $(ls "$0")"; test ! -e "$0"/a || cp "$0"/a "$archive"']
        small = self.matrix.path("live-small")
        os.makedirs(small)
        if subprocess.run([*namespace[:-1], "true"], capture_output=True,
                          check=False).returncode != 0:
            print("left out: a full disk under a live archive, no mount namespace here")
            return
        target = os.path.join(small, "a")
        for size, names, words in (
                ("200k", ["noise", "whole"], "is full after one of two dumps"),
                ("4k", ["whole"], "has no room for anything")):
            archive = self.matrix.path(f"live-on-{size}")
            arguments = [word for name in names for word in ("--name", name)]
            done = self.run(self.command(target, "--no-health", *arguments),
                            prefix=[*namespace, small, size, archive])
            code, *left = done.stdout.strip().splitlines()[-1].split()
            found = self.entries(archive) if os.path.exists(archive) else {}
            outcomes = sorted(value[0] for value in found.values())
            if size == "200k":
                holds = (code == "1" and left == ["a"] and outcomes == ["failed", "ok"]
                         and self.verifies(archive))
            else:
                holds = code == "3" and not left
            self.matrix.check("the archive's disk", words,
                              holds and "No space left" in done.stderr,
                              done.stderr.strip().splitlines()[-1].split(": ", 1)[-1])

    def all(self):
        for part in (self.regions, self.reporters, self.snapshots, self.survey, self.stuck_survey,
                     self.plugins, self.full_disk):
            part()
