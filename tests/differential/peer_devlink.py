# SPDX-License-Identifier: LGPL-2.1-or-later
"""iproute2's devlink 6.1 and `vmcoredd devlink` ask the same fake kernel (tests/cli/tools/
fake_devlink): standard output and exit code must be equal, and where devlink is wrong, ours
must differ in the way that DIFFERS says."""
import os
import shlex
import subprocess

from common import TESTS, Skip

DEVICE, OTHER = "pci/0000:00:05.0", "pci/0000:00:06.0"
# Grammar and its complaints; {d} and {o} are the devices.
REFUSED = """
foo | -j foo | region foo | -j region foo | region dump | region dump a | region dump a/b
region dump a/b/c | region dump a/b/c snapshot | region dump a/b/c snapshot x
region dump a/b/c snapshot 4294967296 | region read a/b/c snapshot 1 | region new
region del a/b/c | region sh extra | region show a/b/c extra | region show a//b
region dump a/b/c snapshot 1 foo | region show /b/ | region dump a/b snapshot 1
health foo | health show x | health dump | health dump x | health dump show
health dump show a/b | health dump show a/b reporter | health set a/b reporter x
health set a/b reporter x auto_recover foo | health set a/b | health show eth0 reporter fw
health show a/b/c reporter x | health show a/b/c/d reporter r | monitor foo
dev param set a/b name x value 1 cmode foo | dev param show a/b | dev show a | dev show a/b c
dev foo | port show a | port show a/b | port show a/b/c | port foo
"""
SHOWN = """
dev show | -s dev show | -jp dev show | -s -j dev show | -jps d | dev show {d} | dev list
dev info | -jp dev info | -j dev info {d} | port show | -jp port | -j port show {d}/1
port show eth1 | region | region show | -j reg sh | -jp region show | region show {d}/cr-space
region show {d}/nope | -j region show {d}/nope | health show {d} reporter fw_fatal
-jp health sh {o} rep dummy | -n -v -i health sh {o} rep dummy | dev param show
-jp dev param show | -j dev param show {d} name max_macs | d pa s {d} n max_macs
"""
CHANGED = """
dev param set {d} name max_macs value 77 cmode driverinit
dev param set {d} name max_macs value 77x cmode driverinit
dev param set {d} name max_macs value 7 cmode runtime
dev param set {d} name fw_load_policy value disk cmode permanent
dev param set {d} name fw_load_policy value foo cmode permanent
-j dev param set {d} name region_snapshot_enable value true cmode runtime
dev param set {d} name queue_depth value 70000 cmode runtime
dev par set {d} n queue_depth va 1 cm runtime | dev param show
region new {d}/cr-space | -j region new {d}/cr-space snapshot 2 | -jp region new {d}/fw-health
-j region new {d}/fw-health snapshot 77 | region new {d}/fw-health sn 78 | region new {o}/nvm
region new {o}/nvm | region del {d}/cr-space snapshot 99 | -j region del {d}/cr-space snapshot 1
region show
"""
READ = """
region dump {d}/cr-space snapshot 2 | -j region dump {d}/cr-space snapshot 2
-jp region dump {d}/cr-space snapshot 2 | region dump {d}/fw-health snapshot 77
region dump {d}/vanishes snapshot 4 | region dump {d}/vanishes snapshot 3
-j region dump {d}/vanishes snapshot 3 | region read {d}/cr-space sn 2 addr 5 len 20
-j region read {d}/cr-space sn 2 addr 5 len 20 | reg rea {d}/cr-space s 2 a 590 l 100
reg read {d}/cr-space s 2 a 700 l 100 | region read {d}/huge s 3 a 4294967296 l 4
region dump {d}/nope snapshot 4 | -j region dump {d}/nope snapshot 4
health dump show {d} reporter fw_fatal | -x health dump show {d} reporter fw_fatal
-j health dump show {d} reporter fw_fatal | -jp health dump show {d} reporter fw_fatal
health dump show {d} reporter fw | -j health dump show {d} reporter fw
health diagnose eth1 reporter tx | -jp health diagnose eth1 reporter tx
health diagnose {d} reporter fw_fatal | health diagnose {o} reporter dummy
-jp health diagnose {o} reporter dummy | health test {d} reporter fw
-j health test {d} reporter fw | health test {d} reporter fw_fatal
health recover {d} reporter fw | health recover {d} reporter fw_fatal
health set {d} reporter fw grace_period 4 | health set {o} reporter dummy gr 4 auto_r 1 auto_d false
health show {o} reporter dummy | -j health dump clear {d}/1 reporter tx
health show eth9 reporter tx | health diagnose {d} reporter nope
health diagnose pci/0000:00:09.0 reporter nope | health dump show {d} reporter nope
"""
# Where devlink is wrong: the command, and what must be in our output and not in devlink's.
DIFFERS = [
    ("-j region read {d}/huge s 3 a 4294967296 l 4", '"address":4294967296'),
    ("health dump show {o} reporter dummy", "test_array_of_objects:"),
    ("-j health dump show {o} reporter dummy", '"test_u32_array":[0,1,2,3,4]'),
    ("health dump show {d}/1 reporter tx", " core:"),
    ("health dump show {o} reporter hostile", "\\x1b[31mme"),
    ("-j health dump show {o} reporter hostile", "\\u001b[31mme"),
    ("-j health diagnose {d} reporter fw", '{"before":1}'),
    ("health show {d}/1 reporter tx", "burst_period 500"),
]
# Data was lost, and devlink exits with 0.
LOST = "region dump {d}/gaps snapshot 3 | -j region dump {d}/gaps snapshot 3"
BATCH = f"""# a comment
region show {DEVICE}/cr-space # and another
dev show \\
  '{DEVICE}'
region fly
port show {DEVICE}/1
"""


def commands(text):
    return [each.strip().format(d=DEVICE, o=OTHER) for line in text.strip().splitlines()
            for each in line.split("|")]


class Peers:
    def __init__(self, context, shim):
        self.context = context
        self.sockets = {who: context.path(f"{who}.socket") for who in ("ours", "theirs")}
        self.logs = {who: context.path(f"{who}.log") for who in ("ours", "theirs")}
        self.environment = dict(os.environ, TZ="UTC", LC_ALL="C", PYTHONDONTWRITEBYTECODE="1")
        self.shim = shim
        for who, path in self.sockets.items():
            subprocess.run([os.path.join(TESTS, "cli/tools/fake_devlink"), path, self.logs[who]],
                           check=True, env=self.environment)

    def end(self):
        for path in self.sockets.values():
            os.unlink(path)

    def theirs(self, words):
        return subprocess.run(
            ["devlink", *words], capture_output=True, check=False, stdin=subprocess.DEVNULL,
            env=dict(self.environment, LD_PRELOAD=self.shim,
                     NETLINK_TO_UNIX=self.sockets["theirs"]))

    def ours(self, words):
        return subprocess.run(
            [self.context.vmcoredd, "devlink", "--netlink-socket", self.sockets["ours"], *words],
            capture_output=True, check=False, stdin=subprocess.DEVNULL, env=self.environment)

    def compare(self, command, words):
        ours, theirs = self.ours(words), self.theirs(words)
        self.context.equal(f"devlink {command}: standard output", ours.stdout, theirs.stdout)
        self.context.equal(f"devlink {command}: exit code", ours.returncode, theirs.returncode)
        # One says why, if the other does.
        self.context.equal(f"devlink {command}: says why", bool(ours.stderr), bool(theirs.stderr))

    def requests(self, who):
        """What the kernel was asked to do. Not what it was asked about: we ask for the size of
        a region before we read it (and do not read one that is not there), and devlink for a
        mode of a parameter, which the kernel passes over."""
        with open(self.logs[who], encoding="utf-8") as log:
            return [line for line in log if "region nope" not in line and
                    line.split()[0] not in ("REGION_GET", "PARAM_GET", "PORT_GET")]


def monitor(peers):
    """devlink's first notifications, before its lines run into each other."""
    theirs = peers.theirs(["monitor", "dev", "port"])
    ours = peers.ours(["monitor", "dev", "port"])
    peers.context.equal("devlink monitor", ours.stdout, theirs.stdout)


def run(context):
    context.need("devlink")
    version = subprocess.run(["devlink", "-V"], capture_output=True, check=True).stdout
    if b"iproute2-6.1" not in version:
        raise Skip(f"this devlink is not that of 6.1: {version.decode().strip()}")
    if not context.netlink_shim:
        raise Skip("no --netlink-shim")
    peers = Peers(context, context.netlink_shim)
    try:
        for text in (REFUSED, SHOWN, CHANGED, READ):
            for command in commands(text):
                peers.compare(command, shlex.split(command))
        context.equal("what the kernels were asked to do", peers.requests("ours"),
                      peers.requests("theirs"))
        path = context.path("batch")
        with open(path, "w", encoding="utf-8") as file:
            file.write(BATCH)
        for options in ([], ["-f"], ["-j"], ["-jpf"]):
            peers.compare(f"{options} -b", [*options, "-b", path])
        monitor(peers)
        for command, mark in DIFFERS:
            words = shlex.split(command.format(d=DEVICE, o=OTHER))
            ours, theirs = peers.ours(words), peers.theirs(words)
            context.equal(f"devlink {command}: has {mark!r}",
                          (mark.encode() in ours.stdout, mark.encode() in theirs.stdout),
                          (True, False))
        for command in commands(LOST):
            ours, theirs = (ask(shlex.split(command)) for ask in (peers.ours, peers.theirs))
            context.equal(f"devlink {command}: standard output", ours.stdout, theirs.stdout)
            context.equal(f"devlink {command}: exit codes", (ours.returncode, theirs.returncode),
                          (1, 0))
    finally:
        peers.end()
