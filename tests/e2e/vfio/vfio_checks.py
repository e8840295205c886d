# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the captures of the guest say, and what sysfs said of the devices after each."""

import manifest
from report import command, said

NIC, NIC_SIBLING, NVME = "0000:01:00.0", "0000:01:00.1", "0000:02:00.0"
MIXED_NVME, MIXED_NIC = "0000:03:00.0", "0000:03:00.1"
CC, CSTS, AQA, ASQ, ACQ = 0x14, 0x1C, 0x24, 0x28, 0x30
BUS_MASTER, INTX_DISABLE = 4, 0x400
GIVEN_BACK = ("driver", "override", "resets", "group")


def _state(out, name):
    """{address: {key: value}} of a .state file; the command register as a number. Of the
    ways to reset a function only the first: function 0 of several has "bus", too, until
    the kernel is asked again."""
    found = {}
    for line in (out / f"{name}.state").read_text().splitlines():
        address, *words = line.split()
        found[address] = dict(word.split("=", 1) for word in words)
        found[address]["resets"] = found[address]["resets"].split(",")[0]
        found[address]["command"] = int.from_bytes(bytes.fromhex(found[address]["command"]), "little")
    return found


def _untouched(checks, what, found, before, addresses):
    checks.equal(what, {a: found[a] for a in addresses}, {a: before[a] for a in addresses})


class _Archives:
    """Payloads and manifests by capture and dump."""

    def __init__(self, checks, vmcoredd, out):
        self.checks, self._vmcoredd, self.out = checks, vmcoredd, out

    def payload(self, capture, dump):
        done = command(self._vmcoredd, "extract", "--stdout", "--select", dump, self.out / f"{capture}.vmcoredd")
        self.checks.that(f"{capture}: {dump} is in the archive", done.returncode == 0, said(done))
        return done.stdout

    def entry(self, capture, dump):
        return manifest.entry(self.out / f"{capture}.vmcoredd", dump)

    def refused(self, capture, dump, words):
        """The dump is not there, and the manifest says why."""
        entry = self.entry(capture, dump)
        self.checks.that(f"{capture}: {dump} is refused: {words}",
                         entry.get("outcome") != "ok" and words in entry.get("reason", ""), entry)

    def same(self, capture, dump, through_vfio=True):
        """What VFIO gives is what plain sysfs gave before, and the manifest says what
        opening it has done."""
        self.checks.equal(f"{capture}: {dump} as through sysfs before", self.payload(capture, dump),
                          self.payload("plain", dump))
        perturbed = [text.split(":")[0] for text in self.entry(capture, dump).get("perturbed", []) if "VFIO" in text]
        self.checks.equal(f"{capture}: {dump}: what the manifest says VFIO has changed", perturbed,
                          ["bus-master", "intx-disable"] if through_vfio else [])


def _u(payload, offset, size):
    return int.from_bytes(payload[offset : offset + size], "little")


def _check_live(checks, archives, states):
    """Before the drivers: what VFIO had is given back, and the drivers work with it."""
    checks.that("live: captured", archives.payload("live", f"e1000e_{NIC}_state"))
    for address in (NIC, NIC_SIBLING):
        checks.equal(f"live: {address} is given back", *({key: states[name][address][key] for key in GIVEN_BACK}
                                                          for name in ("live", "live-before")))
    checks.equal("live: and its driver takes it", {states["first"][a]["driver"] for a in (NIC, NIC_SIBLING)}, {"e1000e"})


def _check_refusals(checks, archives, states):
    dump = f"e1000e_{NIC}_state"
    archives.refused("absent", dump, "vfio-pci is not loaded")
    archives.refused("sleepy", dump, "without disable_idle_d3=1")
    archives.refused("no-type1", dump, "is vfio_iommu_type1 loaded?")
    for name in ("plain", "absent", "sleepy", "no-type1"):
        _untouched(checks, f"{name}: every device is as before", states[name], states["before"], states["before"])


def _check_group(checks, archives, states):
    """Both functions are held; both are read through VFIO once they are."""
    for dump in (f"e1000e_{NIC}_state", f"e1000e_{NIC}_registers", f"pci_{NIC}_msix",
                 f"e1000e_{NIC_SIBLING}_state", f"e1000e_{NIC_SIBLING}_registers"):
        archives.same("nic", dump)
    archives.same("nic", f"nvme_{NVME}_controller", through_vfio=False)
    for address in (NIC, NIC_SIBLING):
        after = states["nic"][address]
        checks.equal(f"nic: {address} stays with vfio-pci, without a way to reset it",
                     (after["driver"], after["resets"]), ("vfio-pci", ""))
        changed = after["command"] ^ states["before"][address]["command"]
        checks.equal(f"nic: {address}: bus master and INTx disable are cleared, nothing else",
                     (changed, after["command"] & changed), (BUS_MASTER | INTX_DISABLE, 0))
    _untouched(checks, "nic: other groups are as before", states["nic"], states["before"],
               (NVME, MIXED_NVME, MIXED_NIC))


def _check_lockdown(checks, archives, states):
    dump = f"nvme_{NVME}_controller"
    checks.that("lockdown is on", "[integrity]" in (archives.out / "lockdown").read_text())
    archives.refused("locked", dump, "lockdown, or missing rights, forbid access")
    archives.same("nvme", dump)
    archives.same("nvme", f"pci_{NVME}_msix")
    payload = archives.payload("nvme", dump)
    checks.that("nvme: under lockdown: CC.EN and CSTS.RDY are set, the admin queues have addresses",
                _u(payload, CC, 4) & 1 and _u(payload, CSTS, 4) & 1 and _u(payload, ASQ, 8) and _u(payload, ACQ, 8))
    checks.note(f"CC {_u(payload, CC, 4):#010x} CSTS {_u(payload, CSTS, 4):#x} AQA {_u(payload, AQA, 4):#010x} "
                f"ASQ {_u(payload, ASQ, 8):#x} ACQ {_u(payload, ACQ, 8):#x}")
    archives.refused("nvme", f"nvme_{MIXED_NVME}_controller", "lockdown, or missing rights, forbid access")
    archives.refused("nvme-again", dump, "has been with vfio-pci before")
    checks.equal("nvme: the device stays with vfio-pci", states["nvme-again"][NVME]["driver"], "vfio-pci")


def _check_shared(checks, archives, states):
    archives.refused("shared", f"nvme_{MIXED_NVME}_controller", f"{MIXED_NIC} of the same IOMMU group is at work for e1000e")
    checks.equal("shared: the function at work keeps its driver", states["shared"][MIXED_NIC]["driver"], "e1000e")
    _untouched(checks, "shared: the function that was asked for is as before", states["shared"], states["before"],
               (MIXED_NVME,))


def check(checks, vmcoredd, out):
    archives = _Archives(checks, vmcoredd, out)
    states = {path.stem: _state(out, path.stem) for path in out.glob("*.state")}
    groups = {address: state["group"] for address, state in states["before"].items()}
    checks.that("the two NICs are one IOMMU group, the NVMe controller another",
                groups[NIC] == groups[NIC_SIBLING] != groups[NVME], groups)
    _check_live(checks, archives, states)
    _check_refusals(checks, archives, states)
    _check_group(checks, archives, states)
    _check_lockdown(checks, archives, states)
    _check_shared(checks, archives, states)
