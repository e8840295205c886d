# SPDX-License-Identifier: LGPL-2.1-or-later
"""What guest/20-capture.sh left: captures of the devices while they live."""

import json

import manifest
import messages
from content import content
from recorded import Side, region_bytes
from vmcore_checks import Vmcoredd

MIB = 1 << 20
SIM = "devlinksim_devlinksim.0_"
TWIN = "devlinksim_devlinksim.1_"
NSIM = "netdevsim_netdevsim20_"
COREDUMP_BYTES = 1000000
LARGE = 128 * MIB  # what goes away while it is read
DUMP_GET, DIAGNOSE = 56, 55  # DEVLINK_CMD_HEALTH_REPORTER_...


class Captured:
    """A recorded capture and its archive."""

    def __init__(self, out, name):
        self.name = name
        self.path = out / f"{name}.vmcoredd"
        self.said = Side(out / name, "ours")
        self.json = json.loads(self.said.stdout) if self.said.stdout else {"dumps": []}
        self.outcomes = {dump["name"]: dump["outcome"] for dump in self.json["dumps"]}

    def entry(self, name):
        return manifest.entry(self.path, name)


def check(checks, out, have, vmcoredd, **_):
    if "capture" not in have:
        checks.note("vmcoredd has no capture yet")
        return
    program = Vmcoredd(checks, vmcoredd)
    _list(checks, json.loads((out / "list.json").read_text()))
    _passive(checks, out, program)
    _new(checks, out, program)
    _triggered(checks, out, program)
    _parts_of_the_machine(checks, out, program)
    _interrupted(checks, out, program)
    _baselines(checks, out, program)


def _list(checks, listed):
    classes = {dump["name"]: dump["class"] for dump in listed["dumps"]}
    for name, expected in ((SIM + "big@3", "passive"), (SIM + "big@new", "side-effect"), (SIM + "types", "passive"),
                           (SIM + "bnxt", "intrusive"), (SIM + "p1_port_rx", "passive"), (NSIM + "dummy", "passive"),
                           (NSIM + "dummy.diagnose", "passive")):
        checks.equal(f"--list: {name}", classes.get(name), expected)


def _passive(checks, out, program):
    captured = Captured(out, "passive")
    checks.equal("passive: the state of devlink and of devcoredumps is what it was",
                 (out / "after.state").read_text(), (out / "before.state").read_text())
    # Reporter "fails" does not even diagnose: that is said, and costs nothing else.
    failed = {name for name, outcome in captured.outcomes.items() if outcome == "failed"}
    checks.equal("passive: what failed, exit code", (failed, captured.said.status),
                 ({SIM + "fails.diagnose", TWIN + "fails.diagnose"}, 1))
    checks.that("passive: the driver's words are in the manifest",
                "the firmware is busy" in captured.entry(SIM + "fails.diagnose").get("reason", ""),
                str(captured.entry(SIM + "fails.diagnose")))
    found = program.payloads(captured.path)
    checks.equal("passive: nothing was made for it",
                 [name for name in found if name.endswith("@new") or name == SIM + "bnxt"], [])
    coredumps = [name for name in found if name.startswith(SIM + "devcd")]
    checks.equal("passive: one devcoredump", len(coredumps), 1)
    expected = {SIM + "big@3": content(MIB, 0), SIM + "odd@4": content(333, 1), SIM + "p1_port@5": content(64, 2),
                NSIM + "dummy@1": region_bytes((out / "dummy.text").read_text())[1],
                **{name: content(COREDUMP_BYTES) for name in coredumps}}
    for name, data in expected.items():
        checks.equal(f"passive: every byte of {name}", found.get(name), data)
    _messages(checks, found)
    _identity(checks, captured)
    _decoded(checks, program, captured.path)
    _show(checks, program, captured.path)
    listed = {dump["name"]: dump for dump in program.list(captured.path)["dumps"]}
    checks.equal("passive: lengths in the list are exact",
                 {name: int(listed[name]["length"]) for name in expected if name in listed},
                 {name: len(data) for name, data in expected.items()})
    program.must("verify", captured.path)


def _messages(checks, found):
    """Health dumps and diagnoses, as messages of the kernel."""
    for name, command in ((SIM + "types", DUMP_GET), (SIM + "p1_port_rx", DUMP_GET), (NSIM + "dummy", DUMP_GET),
                          (SIM + "types.diagnose", DIAGNOSE), (NSIM + "dummy.diagnose", DIAGNOSE)):
        numbers = {number for number, _ in messages.commands(found.get(name) or b"")}
        checks.equal(f"passive: {name} are the kernel's messages", numbers, {command})
    types = dict(messages.named_values(found[SIM + "types"]))
    for name, value in (("message", b"it broke"), ("u8", 255), ("u32", (1 << 32) - 1), ("u64", (1 << 64) - 1),
                        ("beyond_double", (1 << 53) + 1), ("false", False), ("name", b"nested")):
        checks.equal(f"passive: types has {name}", types.get(name), value)
    port = messages.named_values(found[SIM + "p1_port_rx"])
    checks.equal("passive: port_rx of port 1", port, [("message", b"of a port"), ("syndrome", 8)])
    # All of netdevsim's dummy, which devlink cuts.
    stream = messages.tokens(found[NSIM + "dummy"])
    checks.equal("passive: netdevsim's message, which closes more than it opens",
                 (("value", b"the message") in stream, stream.count(("name", b"in_array_nested_test_u8")),
                  stream.count("end") - sum(token in ("{", ":", "[") for token in stream)), (True, 10, 2))


def _identity(checks, captured):
    known = captured.entry(SIM + "big@3")
    device = known.get("device", {})
    expected = {"bus": "platform", "address": "devlinksim.0", "driver": "devlinksim", "serial_number": "SIM-0001",
                "fixed.asic.rev": "b0", "running.fw": "1.0.0", "region": "big", "snapshot": "3"}
    checks.equal("passive: identity of a region", {key: device.get(key) for key in expected}, expected)
    checks.equal("passive: what its bytes are, outcome", (known.get("content"), known.get("outcome")),
                 ("devlink-region", "ok"))
    port = captured.entry(SIM + "p1_port_rx")
    checks.equal("passive: identity of a reporter of a port",
                 [port.get("content"), *(port.get("device", {}).get(key) for key in ("port", "reporter"))],
                 ["devlink-fmsg", "1", "port_rx"])
    checks.that("passive: when the driver made the dump", port.get("device", {}).get("dump_time", "").endswith("Z"),
                str(port))
    addresses = {device.get("address") for device in manifest.read(captured.path).get("devices", [])}
    checks.that("passive: every device is in the manifest",
                {"devlinksim.0", "devlinksim.1", "netdevsim20"} <= addresses, str(addresses))


def _decoded(checks, program, path):
    """What decode makes of the messages: all that the drivers said."""
    result = program.run("decode", "--json", path, "-s", SIM + "types", "-s", NSIM + "dummy")
    checks.equal("decode: exit code", result.returncode, 0)
    fields = {dump["name"]: {field["path"]: field for field in dump["fields"] if "path" in field}
              for dump in json.loads(result.stdout)["dumps"]}
    types = fields[SIM + "types"]
    for name, value in (("u8", 255), ("u32", (1 << 32) - 1), ("u64", (1 << 64) - 1), ("beyond_double", (1 << 53) + 1)):
        found = [field.get("value") for path, field in types.items() if path.split(".")[-1] == name]
        checks.equal(f"decode: types has {name}", found, [hex(value)])
    checks.equal("decode: types has its message",
                 [field["meaning"] for path, field in types.items() if path == "message"], ["it broke"])
    # Behind the first end without a begin, where devlink stops.
    dummy = fields[NSIM + "dummy"]
    last = dummy.get("test_array_of_objects[9].in_array_nested_test_u8", {})
    checks.equal("decode: all of netdevsim's arrays",
                 ([dummy.get(f"test_u32_array[{i}]", {}).get("value") for i in range(10)], last.get("value")),
                 ([hex(i) for i in range(10)], "0x9"))


def _show(checks, program, path):
    """The first lines of hexdump -C, from the formula."""
    shown = program.must("show", path, "-s", SIM + "odd@4", "--offset", "0x20", "--length", "32").stdout.decode()
    data = content(333, 1)[0x20:0x40]
    for at in (0, 16):
        digits = " ".join(f"{byte:02x}" for byte in data[at:at + 8]) + "  " + \
            " ".join(f"{byte:02x}" for byte in data[at + 8:at + 16])
        checks.that(f"show: the bytes at {0x20 + at:#x}", f"{0x20 + at:08x}  {digits}" in shown, shown)


def _new(checks, out, program):
    captured = Captured(out, "new")
    found = program.payloads(captured.path)
    # The fourth and fifth snapshot of this device.
    for name, data in ((SIM + "big@new", content(MIB, 3)), (SIM + "odd@new", content(333, 4))):
        checks.equal(f"new: every byte of {name}", found.get(name), data)
    checks.equal("new: netdevsim's", len(found.get(NSIM + "dummy@new") or b""), 32768)
    checks.that("new: that a snapshot was taken is said", captured.entry(SIM + "big@new").get("perturbed"),
                str(captured.entry(SIM + "big@new")))
    # A driver that takes no snapshots on request; a region whose only place is taken.
    for name in ("events@new", "p1_port@new"):
        refused = captured.entry(SIM + name)
        checks.that(f"new: {name} is not possible, and why", refused.get("outcome") == "failed" and refused["reason"],
                    str(refused))
    checks.equal("new: exit code", captured.said.status, 1)
    checks.equal("new: no snapshot is left", (out / "after-new.state").read_text(),
                 (out / "before-new.state").read_text())


def _triggered(checks, out, program):
    captured = Captured(out, "triggered")
    found = program.payloads(captured.path)
    core = messages.tokens(found.get(TWIN + "bnxt") or b"")
    checks.equal("triggered: bnxt's message, pairs directly in a pair",
                 [token[1] for token in core if token[0] in ("name", "value")],
                 [b"core", b"data", bytearray(content(40)), b"size", 40])
    checks.that("triggered: that the driver made it is said", captured.entry(TWIN + "bnxt").get("perturbed"))
    failed = captured.entry(TWIN + "fails")
    checks.that("triggered: a dump that the driver cannot make, in its words",
                failed.get("outcome") == "failed" and "the firmware does not answer" in failed.get("reason", ""),
                str(failed))
    checks.equal("triggered: exit code", captured.said.status, 1)


def _parts_of_the_machine(checks, out, program):
    captured = Captured(out, "netdev")
    devices = manifest.read(captured.path).get("devices", [])
    checks.equal("a network device: the identity of its device, and its dumps",
                 (captured.said.status, [device["address"] for device in devices],
                  sorted(program.payloads(captured.path))),
                 (0, ["netdevsim20"],
                  [NSIM + name for name in ("dummy", "dummy.diagnose", "dummy@1", "empty.diagnose")]))
    captured = Captured(out, "port")
    checks.equal("a port: its dumps and no others", sorted(program.payloads(captured.path)),
                 [SIM + "p1_port@5", SIM + "p1_port_rx", SIM + "p1_port_rx.diagnose"])
    captured = Captured(out, "coredump")
    found = program.payloads(captured.path)
    checks.equal("a devcoredump alone", ([name[:len(SIM) + 5] for name in found], list(found.values())),
                 ([SIM + "devcd"], [content(COREDUMP_BYTES)]))
    captured = Captured(out, "namespace")
    checks.equal("a namespace without devices: an archive without dumps",
                 (captured.said.status, captured.json["dumps"]), (0, []))
    program.must("list", captured.path)
    captured = Captured(out, "unprivileged")
    problems = {dump["name"]: dump["problem"] for dump in captured.json["dumps"]}
    checks.that("without CAP_NET_ADMIN: each dump says why it is not there",
                len(problems) > 5 and all("no CAP_NET_ADMIN" in problem for name, problem in problems.items()
                                          if not name.startswith(SIM + "devcd")), str(problems))
    checks.equal("without CAP_NET_ADMIN: exit code", captured.said.status, 1)
    program.must("list", captured.path)


def _interrupted(checks, out, program):
    """A device, a region and a person that end the capture half way."""
    whole = content(LARGE)
    for name, dump in (("unbound", SIM + "big@1"), ("vanished", SIM + "big@1"), ("stopped", SIM + "big@new")):
        captured = Captured(out, name)
        known = captured.entry(dump)
        data = program.payload(captured.path, dump) or b""
        arrived = len(data.rstrip(b"\0"))
        checks.that(f"{name}: what arrived is kept, and is right",
                    MIB < arrived < LARGE and data[:arrived] == whole[:arrived], f"{arrived} of {len(data)} bytes")
        checks.that(f"{name}: it says that it is partial, and why",
                    known.get("outcome") == "partial" and known.get("warnings"), str(known)[:400])
        checks.equal(f"{name}: exit code", captured.said.status, 1)
        checks.note(f"{name} after {arrived / MIB:.1f} MiB: {captured.said.errors[:150]}")
    checks.equal("stopped: no snapshot is left", (out / "after-stopped.state").read_text(),
                 (out / "before-stopped.state").read_text())


def _baselines(checks, out, program):
    said_by = {name: Side(out / name, "ours") for name in
               ("baseline-none", "baseline", "baseline-same", "baseline-outdated", "baseline-changed", "baseline-show",
                "baseline-kept", "doctor-none", "doctor")}
    checks.equal("baseline: there is none at first", said_by["baseline-none"].status, 1)
    checks.equal("baseline: nothing has changed, nothing is done",
                 (said_by["baseline-same"].status, said_by["baseline-same"].stdout), (0, b""))
    checks.that("baseline: firmware has changed, and it says which",
                "3.0.0" in said_by["baseline-outdated"].text, said_by["baseline-outdated"].text)
    shelf = sorted((out / "shelf").iterdir())
    checks.equal("baseline: then a second one is made", len(shelf), 2)
    for path, version in zip(shelf, ("1.0.0", "3.0.0")):
        fragment = manifest.read(path)
        versions = {device.get("running.fw") for device in fragment["devices"]
                    if device.get("address") == "devlinksim.0"}
        checks.equal(f"baseline: kind and firmware of {path.name}", (fragment["kind"], versions),
                     ("baseline", {version}))
        program.must("verify", path)
    checks.equal("baseline: --show lists both", len(said_by["baseline-show"].text.splitlines()), 2)
    checks.equal("baseline: --keep 1 keeps the newest", len((out / "shelf-kept").read_text().splitlines()), 1)
    for name in ("doctor-none", "doctor"):
        checks.note(f"{name}: " + "; ".join(line for line in said_by[name].text.splitlines() if "baseline" in line))
