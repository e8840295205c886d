# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person gets of the crash folder as kdump-tools and finalise left it: one report of the
vmcore, the kernel's log beside it and the archive; and an archive that may leave the house."""

import json

import machine
from report import said


def check(checks, vmcoredd, core, archive, work):
    folder = core.parent
    sources = [folder] if archive.is_relative_to(folder) else [folder, archive]
    result = vmcoredd.run("report", *sources)
    checks.that("report of the crash folder", result.returncode in (0, 1), said(result))
    for line in result.stdout.decode(errors="replace").splitlines()[:30]:
        checks.note(line)
    _model(checks, vmcoredd, sources)
    page = work / "crash.html"
    result = vmcoredd.run("report", *sources, "-o", page)
    checks.that("report as a page", result.returncode in (0, 1) and page.exists(), said(result))
    if page.exists():
        checks.that(f"it ends as a page does, in {page.stat().st_size} bytes",
                    page.read_text(errors="replace").rstrip().endswith("</html>"))
    _redacted(checks, vmcoredd, archive, work)


def _model(checks, vmcoredd, sources):
    result = vmcoredd.run("report", "--json", *sources)
    if not checks.that("report --json", result.returncode in (0, 1), said(result)):
        return
    report = json.loads(result.stdout)
    checks.that("the report knows when it crashed", report.get("crash_time", "").endswith("Z"), str(report.get("crash_time")))
    kinds = {source["kind"] for source in report["sources"]}
    checks.that("it is made of the vmcore, the capture in the crash kernel and the log",
                {"vmcore", "crash", "kernel-log"} <= kinds, str(kinds))
    panics = [event for event in report["events"] if event["kind"] == "kernel-log" and "panic" in event["text"]]
    checks.that("the panic is in the timeline, at a time of day", panics and panics[0].get("time"), str(panics[:2]))
    names = {device["name"] for device in report["devices"]}
    checks.that("with every device", {f"pci/{address}" for address in (machine.NIC, machine.NVME)} <= names, str(names))
    gone = [device["name"] for device in report["devices"] if device["verdict"] == "gone"]
    checks.equal("no device of this machine is dead", gone, [])


def _redacted(checks, vmcoredd, archive, work):
    mac = bytes.fromhex(machine.MAC.replace(":", ""))
    before = b"".join(vmcoredd.payloads(archive).values())
    checks.that("the archive has the NIC's address", mac in before)
    redacted = work / "redacted.vmcoredd"
    result = vmcoredd.run("redact", archive, "-o", redacted)
    checks.that("redact", result.returncode in (0, 1) and redacted.exists(), said(result))
    if not redacted.exists():
        return
    for line in result.stdout.decode(errors="replace").splitlines():
        checks.note(line)
    vmcoredd.must("verify", redacted)
    checks.that("the address is nowhere in the redacted archive",
                mac not in redacted.read_bytes() and machine.MAC.encode() not in redacted.read_bytes())
    decoded = vmcoredd.run("decode", "--json", redacted)
    checks.that("which can be decoded", decoded.returncode in (0, 1), said(decoded))
