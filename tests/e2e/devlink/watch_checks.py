# SPDX-License-Identifier: LGPL-2.1-or-later
"""What guest/30-watch.sh left: the service, while things happen to devices."""

import re

import manifest
import messages
from content import content
from recorded import Side, region_bytes
from vmcore_checks import Vmcoredd

SIM = "devlinksim_devlinksim.0_"
TWIN = "devlinksim_devlinksim.1_"
NSIM = "netdevsim_netdevsim30_"
LIMIT_KIB = 3072
BURST = 20  # reports, and 4 snapshots


class Step:
    """What one step of the script led to: archives, metrics, and what the hooks got."""

    def __init__(self, out, name):
        self._out, self.name = out, name
        self.archives = [out / "archives" / line for line in _lines(out / f"{name}.new")]
        self.metrics = _metrics(out / f"{name}.metrics")
        self.hooks = _fields(out / f"{name}.hooks")

    def events(self):
        """The events of all archives, as their manifests have them."""
        found = []
        for archive in self.archives:
            machine = manifest.read(archive).get("machine", {})
            by_number = {}
            for key, value in machine.items():
                if match := re.fullmatch(r"event(\d*)\.(\w+)", key):
                    by_number.setdefault(int(match[1] or 1), {})[match[2]] = value
            found += [by_number[number] for number in sorted(by_number)]
        return found

    def payloads(self, program):
        """{name: bytes} of all archives; the last one of a name."""
        return {name: data for archive in self.archives for name, data in program.payloads(archive).items()}

    def begin(self):
        """When the script made it happen, in microseconds."""
        return int((self._out / f"{self.name}.begin").read_text())


def _lines(path):
    return path.read_text().split() if path.exists() else []


def _metrics(path):
    return {name: float(value) for name, value in re.findall(r"^([^#\s]\S*) (\S+)$", path.read_text(), re.MULTILINE)}


def _fields(path):
    """One dictionary for each hook. The first field of all is not known: a name that comes
    again begins the next."""
    hooks = []
    for line in path.read_text("utf-8", "backslashreplace").splitlines() if path.exists() else []:
        key, _, value = line.partition("=")
        if not hooks or key in hooks[-1]:
            hooks.append({})
        hooks[-1][key] = value
    return hooks


def check(checks, out, have, vmcoredd, **_):
    if "watch" not in have:
        checks.note("vmcoredd has no watch yet")
        return
    program = Vmcoredd(checks, vmcoredd)
    _memory(checks, out)
    _one_by_one(checks, out, program)
    _burst(checks, out, program)
    _killed(checks, out, program)
    _end(checks, out)
    _recovery(checks, out, program)


def _memory(checks, out):
    for name in ("idle", "busy"):
        status = dict(re.findall(r"^(\w+):\s+(\d+) kB$", (out / f"{name}.status").read_text(), re.MULTILINE))
        # The image's files are in memory, which counts as shared: RssShmem is the program.
        checks.note(f"{name}: " + ", ".join(f"{key} {status[key]} KiB"
                                            for key in ("VmRSS", "RssAnon", "RssFile", "RssShmem")))
        checks.that(f"{name}: memory below 3 MiB", int(status["VmRSS"]) < LIMIT_KIB, f"{status['VmRSS']} KiB")


def _one_by_one(checks, out, program):
    """One event, one archive, with what the event was about and nothing else."""
    dummy = region_bytes((out / "dummy.text").read_text())[1]
    for name, kind, dumps in (
        ("health", "health-error", {NSIM + "dummy": None}),
        ("snapshot", "snapshot", {NSIM + "dummy@1": dummy}),
        ("event", "snapshot", {SIM + "events@0": content(600, 0)}),
        ("coredump", "devcoredump", {SIM + "devcd": content(1000000)}),
    ):
        step = Step(out, name)
        checks.equal(f"{name}: one archive", len(step.archives), 1)
        events = step.events()
        checks.equal(f"{name}: its event is in the manifest", [event.get("kind") for event in events], [kind])
        # devcoredumps are numbered since the boot.
        found = {re.sub(r"devcd\d+$", "devcd", dump): data for dump, data in step.payloads(program).items()}
        checks.equal(f"{name}: its dumps", list(found), list(dumps))
        for dump, data in dumps.items():
            checks.that(f"{name}: every byte of {dump}", data is None or found.get(dump) == data)
        outcomes = [(hook.get("VMCOREDD_EVENT"), hook.get("VMCOREDD_OUTCOME")) for hook in step.hooks]
        checks.equal(f"{name}: the hook was told", outcomes, [(kind, "complete")])
    step = Step(out, "health")
    message = messages.tokens(step.payloads(program)[NSIM + "dummy"])
    checks.that("health: the message is in the dump", ("value", b"the first message") in message)
    # netlink does not have it: it comes from the trace.
    checks.equal("health: the message is in the manifest", step.events()[0].get("message"), "the first message")
    checks.that("health: the message is in the log", "the first message" in (out / "watch.log").read_text())
    for name in ("health", "event", "coredump"):
        step = Step(out, name)
        delay = int(step.hooks[0]["VMCOREDD_BEGIN_USEC"]) - step.begin()
        checks.note(f"{name}: the capture began {delay / 1000:.1f} ms after the write that caused the event, "
                    f"{int(step.hooks[0]['VMCOREDD_DELAY_USEC']) / 1000:.1f} ms after the watch had heard of it")


def _burst(checks, out, program):
    step = Step(out, "burst")
    before = Step(out, "coredump").metrics
    counted = {kind: step.metrics[f'vmcoredd_watch_events_total{{kind="{kind}"}}'] -
               before[f'vmcoredd_watch_events_total{{kind="{kind}"}}'] for kind in ("health-error", "snapshot")}
    checks.equal("burst: every event was counted", counted, {"health-error": BURST, "snapshot": 4})
    checks.equal("burst: nothing was lost", [value for name, value in step.metrics.items()
                                             if name.startswith("vmcoredd_watch_lost_total") and value], [])
    found = step.payloads(program)
    for number in range(4):
        checks.equal(f"burst: snapshot {10 + number}", found.get(f"{TWIN}big@{10 + number}"), content(1 << 20, number))
    # The first dump stays in the kernel: it is that of the first report.
    checks.equal("burst: the dump of the first report",
                 dict(messages.named_values(found[TWIN + "types"])).get("message"), b"burst 0")
    events = step.events()
    heard = [event["message"] for event in events if event["kind"] == "health-error"]
    expected = [f"burst {number}" for number in range(BURST)]
    checks.that("burst: messages belong to their reports, in order", len(heard) >= 10 and heard == [
        message for message in expected if message in heard], str(heard))
    checks.equal("burst: archives say of how many events", sum(int(hook["VMCOREDD_EVENTS"]) for hook in step.hooks),
                 BURST + 4)
    checks.note(f"burst: {BURST + 4} events, {len(step.archives)} archives")


def _killed(checks, out, program):
    checks.that("killed: in the middle of a capture",
                any(name.endswith(".partial") for name in _lines(out / "after-kill")), str(_lines(out / "after-kill")))
    step = Step(out, "late")
    found = step.payloads(program)
    checks.equal("killed: what it had begun is captured again", found.get(SIM + "big@20"), content(128 << 20, 0))
    checks.equal("killed: a snapshot of meanwhile", found.get(TWIN + "odd@21"), content(333, 0))
    checks.equal("killed: a coredump of meanwhile",
                 [data for name, data in found.items() if name.startswith(TWIN + "devcd")], [content(5000)])
    reports = [event for event in step.events() if event.get("reporter") == "port_rx"]
    checks.that("killed: two reports of meanwhile, found late",
                [(event.get("count"), event.get("late")) for event in reports] == [("2", "1")], str(reports))
    checks.that("killed: the trace has kept the message", reports and reports[0].get("message") == "and again",
                str(reports))
    port = dict(messages.named_values(found.get(TWIN + "p1_port_rx") or b""))
    checks.equal("killed: the dump of the first of them", port.get("message"), b"while it was away")


def _end(checks, out):
    log = (out / "watch.log").read_text()
    checks.that("end: a device that went away is told", "device is gone: platform/devlinksim.0" in log, log[-500:])
    checks.equal("end: exit code", (out / "stopped.status").read_text().strip(), "0")
    checks.equal("end: the textfile says that it is gone", _metrics(out / "stopped.metrics")["vmcoredd_watch_up"], 0)
    checks.equal("end: an instance of tracefs of its own, and then none",
                 (_lines(out / "instances"), _lines(out / "instances-stopped")), (["vmcoredd"], []))
    once = Side(out / "once", "ours")
    checks.equal("once: nothing is new", (once.status, _lines(out / "once.new")), (0, []))


def _recovery(checks, out, program):
    said = {name: (out / f"recover.{name}").read_text() for name in ("before", "taken", "after", "given-back")}
    for name, text in (("before", "auto_recover true"), ("taken", "auto_recover false"),
                       ("after", "state healthy error 1 recover 1"), ("given-back", "auto_recover true")):
        checks.that(f"recovery: {name}: {text}", text in said[name], said[name])
    step = Step(out, "recover")
    found = step.payloads(program)
    checks.equal("recovery: captured first", messages.named_values(found.get(TWIN + "recover") or b""),
                 [("message", b"the device died"), ("syndrome", 8)])
    checks.that("recovery: then the dump was cleared", "last_dump" not in said["after"], said["after"])
    checks.equal("recovery: counted", step.metrics['vmcoredd_watch_recoveries_total{outcome="recovered"}'], 1)
    checks.equal("recovery: exit code", (out / "managed.status").read_text().strip(), "0")
