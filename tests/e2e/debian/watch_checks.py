# SPDX-License-Identifier: LGPL-2.1-or-later
"""What vmcoredd-watch must have done on the Debian machine while it lived (overlay/watch):
the service of the package, under the restrictions of its unit."""

import json
import re

import content
from report import command, said

DEVICE = "platform/devlinksim.0"
RSS_LIMIT_KIB = 3072
COREDUMP_BYTES = 4096
REGION_BYTES = 65536


def _captures(journal):
    return [entry for entry in journal if "VMCOREDD_ARCHIVE" in entry]


def _of(entries, event):
    return next((entry for entry in entries if entry.get("VMCOREDD_EVENT") == event), {})


def _journal(path):
    """A value that is no text is a list of its bytes."""
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    return [{key: bytes(value).decode("utf-8", "replace") if isinstance(value, list) else value
             for key, value in entry.items()} for entry in entries]


def check_memory(checks, path):
    """Numbers of an emulated machine, but memory is memory."""
    for when, status in re.findall(r"^([a-z ]+)\n((?:Vm|Rss).*?)(?=^[a-z]|\Z)", path.read_text(), re.M | re.S):
        rss = int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])
        checks.that(f"vmcoredd-watch, {when}: VmRSS {rss} KiB, less than {RSS_LIMIT_KIB}", rss < RSS_LIMIT_KIB)


def check_captures(checks, captures):
    checks.equal("captures, and what came of them", [c["VMCOREDD_OUTCOME"] for c in captures], ["complete"] * 4)
    report, coredump, snapshot = (_of(captures, event) for event in ("health-error", "devcoredump", "snapshot"))
    checks.equal("the message of the report came by the trace event", report.get("VMCOREDD_REPORT"),
                 "the first report")
    checks.equal("whose report it was", (report.get("VMCOREDD_DEVICE"), report.get("VMCOREDD_REPORTER")),
                 (DEVICE, "recover"))
    # Times are printed, never asserted. The bar is 100 ms.
    for what, entry in (("report", report), ("devcoredump", coredump), ("snapshot", snapshot)):
        delay = int(entry.get("VMCOREDD_DELAY_USEC", -1))
        checks.note(f"{what}: from the event to the begin of its capture {delay / 1000:.1f} ms")
    late = [c for c in captures if c.get("VMCOREDD_LATE") == "1"]
    checks.equal("what was reported while nobody listened was found late",
                 [c.get("VMCOREDD_REPORTER") for c in late], ["types"])


def check_archives(checks, vmcoredd, folder, captures):
    payloads = {}
    for capture in captures:
        archive = folder / "var/lib/vmcoredd/live" / capture["VMCOREDD_ARCHIVE"].rpartition("/")[2]
        if not checks.that(f"{archive.name} is there", archive.exists()):
            continue
        vmcoredd.must("verify", archive)
        for line in vmcoredd.run("list", archive).stdout.decode().splitlines()[1:]:
            checks.note(f"{capture['VMCOREDD_EVENT']}: {line}")
        payloads.update(vmcoredd.payloads(archive))
    regions = [payload for name, payload in payloads.items() if "_big@" in name]
    checks.equal("the snapshot, byte for byte", regions, [content.content(REGION_BYTES, 0)])
    coredumps = [payload for name, payload in payloads.items() if "devcd" in name]
    checks.equal("the devcoredump, byte for byte", coredumps, [content.content(COREDUMP_BYTES)])
    names = " ".join(payloads)
    checks.that("the dumps of both reporters", "_recover" in names and "_types" in names, names)


def check_service(checks, found):
    text = "\n".join(line for line in (found / "journal").read_text().splitlines())
    checks.that("a mistake in the configuration was not taken", "what runs stays" in text, text[-2000:])
    checks.equal("it ran after both reloads", (found / "active").read_text().strip(), "active")
    checks.equal("it ended well", (found / "result").read_text().split(), ["Result=success", "ExecMainStatus=0"])
    checks.that("its instance of tracefs is gone", "vmcoredd" not in (found / "instances").read_text())
    checks.that("nothing that was waited for did not come", not (found / "problems").exists(),
                (found / "problems").read_text() if (found / "problems").exists() else "")


def run(checks, vmcoredd, folder, program):
    found = folder / "var/e2e/watch"
    journal = _journal(found / "journal.json")
    for entry in journal:
        checks.note(f"journal: {entry.get('MESSAGE', '')[:300]}")
    captures = _captures(journal)
    check_memory(checks, found / "memory")
    check_captures(checks, captures)
    check_archives(checks, vmcoredd, folder, captures)
    check_service(checks, found)
    baselines = sorted((folder / "var/lib/vmcoredd/baseline").glob("*.vmcoredd"))
    checks.equal("a new device made a baseline: vmcoredd-baseline.path", len(baselines), 1)
    for baseline in baselines:
        result = command(program, "info", baseline)
        checks.that("vmcoredd info of the baseline", result.returncode == 0, said(result))
