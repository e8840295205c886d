# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the dumps of the crash mean: decoded, compared with lspci, and with the same devices as
they were before the crash."""

import json
import pathlib
import shutil
import sys

import qemu
from report import said

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "differential"))

import common  # noqa: E402
import peer_lspci  # noqa: E402

# Of the machine's nine PCI devices; a change that compares less is seen here.
LEAST_LSPCI = 1000


def _json(checks, vmcoredd, *args):
    result = vmcoredd.run(*args)
    if not checks.that("vmcoredd " + " ".join(str(a) for a in args[:2]) + " runs", result.returncode in (0, 1),
                       said(result)):
        return None
    return json.loads(result.stdout)


def _fields(dump):
    return {field["path"]: field for field in dump["fields"] if "value" in field or "meaning" in field}


def check_decoded(checks, vmcoredd, archive):
    decoded = _json(checks, vmcoredd, "decode", "--json", archive)
    if decoded is None:
        return
    dumps = {dump["name"]: dump for dump in decoded["dumps"]}
    pci = [dump for name, dump in dumps.items() if dump["layout"] == "pci-config"]
    checks.that("every configuration space has its layout",
                len(pci) == len([name for name in dumps if name.startswith("pci_") and not name.endswith("_msix")]))
    damage = [f"{name}: {remark['text']}" for name, dump in dumps.items() for remark in dump["remarks"]
              if remark["damage"]]
    checks.that("nothing in the dumps is broken", not damage, "; ".join(damage[:5]))
    nvme, nic = _fields(dumps[f"nvme_{qemu.NVME}_controller"]), _fields(dumps[f"e1000e_{qemu.NIC}_state"])
    for fields, path, value, meaning in (
            (nvme, "CC.EN", 1, ""), (nvme, "CSTS.RDY", 1, ""), (nvme, "CAP.MQES", None, "2048 entries"),
            (nvme, "VS.MJR", 1, ""), (nic, "STATUS.LU", 1, ""), (nic, "RCTL.EN", 1, ""), (nic, "TCTL.EN", 1, ""),
            (nic, "RA[0].ADDRESS", None, qemu.NIC_MAC)):
        field = fields.get(path, {})
        if value is not None:
            checks.equal(f"decode: {path}", int(field.get("value", "-1"), 16), value)
        else:
            checks.equal(f"decode: {path} means", field.get("meaning"), meaning)


class _Context(common.Context):
    def __init__(self, program, folder):
        super().__init__(str(program), None, str(folder))


def check_lspci(checks, vmcoredd, program, archive, work):
    """The PCI part, as lspci itself reads our export of it."""
    if not shutil.which("lspci"):
        checks.note("lspci is not installed: its reading of the export is not compared")
        return
    folder = work / "lspci"
    folder.mkdir()
    text = folder / "pci.txt"
    vmcoredd.must("export", "lspci", archive, "-o", text)
    context = _Context(program, folder)
    comparison = peer_lspci.Comparison(context)
    comparison.file(str(text))
    wrong = comparison.differences + comparison.unknown
    checks.that(f"lspci -F and decode say the same of {context.compared} fields", not wrong, "; ".join(wrong[:5]))
    checks.that(f"at least {LEAST_LSPCI} were compared", context.compared >= LEAST_LSPCI, str(context.compared))


def check_diff(checks, vmcoredd, live, crashed):
    """From the kernel that was about to crash to its crash."""
    diff = _json(checks, vmcoredd, "diff", "--json", live, crashed)
    if diff is None:
        return
    pairs = [pair for pair in diff["pairs"] if pair["first"] and pair["second"]]
    checks.that("the devices are the same before and after", len(pairs) >= 10, str(len(pairs)))
    quiet = {pair["first"]["name"] for pair in pairs if not pair["differs"]}
    checks.that("configuration spaces are as they were, but for what the crash kernel changed",
                {f"pci_{qemu.NVME}", f"pci_{qemu.NIC}"} <= quiet,
                str([(pair["first"]["name"], [field["path"] for field in pair["fields"]
                                              if not field.get("perturbed")][:5])
                     for pair in pairs if pair["differs"]]))
    perturbed = {field["path"] for pair in pairs for field in pair["fields"] if field.get("perturbed")}
    checks.that("MSI-X was on, and what the crash kernel cleared is known as such",
                any("ENABLE" in path for path in perturbed), str(sorted(perturbed)[:20]))
    state = next(pair for pair in pairs if pair["first"]["name"] == f"e1000e_{qemu.NIC}_state")
    checks.that("the NIC's registers are those of the crashed kernel, or move all the time",
                all(field.get("volatile") for field in state["fields"]),
                str([field["path"] for field in state["fields"] if not field.get("volatile")]))


def check_report(checks, vmcoredd, out, archive, work):
    """Everything together, as a person gets it."""
    page = work / "report.html"
    result = vmcoredd.run("report", "--against", out / "live.vmcoredd", out / "vmcore.kdump", archive,
                          "-o", page)
    checks.that("the report is written", result.returncode in (0, 1) and page.exists(), said(result))
    if not page.exists():
        return
    text = page.read_text(errors="replace")
    checks.that(f"it names the devices, in {page.stat().st_size} bytes",
                all(address in text for address in (qemu.NIC, qemu.NVME)) and page.stat().st_size < 5 << 20)
    report = _json(checks, vmcoredd, "report", "--json", "--against", out / "live.vmcoredd",
                   out / "vmcore.kdump", archive)
    if report is None:
        return
    verdicts = {device["name"]: device["verdict"] for device in report["devices"]}
    checks.that("no device of this machine is dead", "gone" not in verdicts.values(), str(verdicts))
    behind = {device["name"]: device.get("parent") for device in report["devices"]}
    checks.that("NIC and NVMe are behind their root ports",
                behind.get(f"pci/{qemu.NIC}") is not None and behind.get(f"pci/{qemu.NVME}") is not None, str(behind))


def check(checks, vmcoredd, program, out, archive, work):
    check_decoded(checks, vmcoredd, archive)
    check_lspci(checks, vmcoredd, program, archive, work)
    check_diff(checks, vmcoredd, out / "live.vmcoredd", archive)
    check_report(checks, vmcoredd, out, archive, work)
