# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lines of lspci about the capabilities below 0x100, and what they must equal.

lspci_lines.py says how a template is read. Keys and paths are those of
driver-plugins/pci/layouts: capability[KEY].
"""
import lspci_express
from lspci_lines import spelled, word

def pcix_clock(get, path):
    # lspci 3.9 looks at bits 8:6; it is 9:6 (PCI-X 2.0, and pcix_bus_speed[] of Linux)
    clock = get(path).raw & 7
    return ("conv", "66MHz", "100MHz", "133MHz")[clock] if clock < 4 else f"?{clock}"


def isochronous(get):
    # lspci 3.9 looks at bit 16; it is bit 17 (AGP 3.0, and agp_3_5_enable() in isoch.c)
    return "+" if get("STATUS").raw >> 16 & 1 else "-"


virtio_type = spelled({"common": "CommonCfg", "notify": "Notify", "ISR": "ISR",
                       "device": "DeviceCfg"}, "<unknown>")
ht_type = spelled({"slave or primary interface": "Slave or Primary Interface",
                   "host or secondary interface": "Host or Secondary Interface",
                   "switch": "Switch", "unit id clumping": "UnitID Clumping",
                   "interrupt discovery and configuration":
                   "Interrupt Discovery and Configuration",
                   "extended configuration space access": "Extended Configuration Space Access",
                   "address mapping": "Address Mapping", "direct route": "DirectRoute",
                   "virtual channel set": "VCSet", "retry mode": "Retry Mode",
                   "x86 encoding": "X86 (reserved)"}, None)
ea_bar = spelled({f"BAR {i}": f"BAR {i}" for i in range(6)} |
                 {f"VF BAR {i}": f"VF-BAR {i}" for i in range(6)} |
                 {"behind the bridge": "resource behind function", "none": "not indicated",
                  "ROM": "expansion ROM", "reserved": "reserved"}, None)
EA_PROPERTIES = {"memory": "memory space, non-prefetchable",
                 "prefetchable memory": "memory space, prefetchable", "I/O ports": "I/O space",
                 "prefetchable memory of VFs": "VF memory space, prefetchable",
                 "memory of VFs": "VF memory space, non-prefetchable",
                 "memory behind the bridge": "allocation behind bridge, non-prefetchable memory",
                 "prefetchable memory behind the bridge":
                 "allocation behind bridge, prefetchable memory",
                 "I/O ports behind the bridge": "allocation behind bridge, I/O space",
                 "memory, not to be used": "memory space resource unavailable for use",
                 "I/O ports, not to be used": "I/O space resource unavailable for use",
                 "not to be used": "entry unavailable for use"}


def ea_primary(get, path):
    return EA_PROPERTIES.get(get(path).text, f"[{get(path).raw:02x}]")


def ea_secondary(get, path):
    if get(path).raw == 0xff:
        return "entry unavailable for use, PrimaryProperties should be used"
    return ea_primary(get, path)


def ea_address(get, entry, name):
    upper = get(f"{entry}.{name}_UPPER", missing_is_none=True)
    return (f"{upper.raw:x}" if upper else "") + f"{get(f'{entry}.{name}').meaning:08x}"


def aux_current(get, path):
    return get(path).text.removesuffix(" mA").replace("own supply", "0")


def not_b2(get):
    return "-" if get("BRIDGE.B2_B3").raw else "+"


def agp_rate(get, register):
    rate = get(register + ".RATE").raw
    factor = 4 if get("STATUS.AGP3").raw and get("VERSION.MAJOR").raw >= 3 else 1
    return ",".join(f"x{factor << i}" for i in range(3) if rate >> i & 1) or "<none>"


def bcd_version(get, major, minor):
    return f"{get(major).raw:x}.{get(minor).raw:x}"


def pcix_place(get, register):
    return (f"{get(register + '.BUS').raw:02x}:{get(register + '.DEVICE').raw:02x}."
            f"{get(register + '.FUNCTION').raw}")


def pcix_complexity(get, path):
    return "bridge" if get(path).raw else "simple"


def msi_address(get):
    upper = get("ADDRESS_UPPER", missing_is_none=True)
    return (f"{upper.raw:08x}" if upper else "") + f"{get('ADDRESS').raw:08x}"


def sata_place(get):
    place = get("LOCATION.BAR").text
    if place.startswith("BAR "):
        return f"BAR{place[4:]} Offset={get('LOCATION.OFFSET').raw:08x}"
    return "InCfgSpace" if place == "here" else f"BAR??{get('LOCATION.BAR').raw}"


def subsystem_ids(get):
    return f"{get('SUBSYSTEM_VENDOR_ID').raw:04x}:{get('SUBSYSTEM_ID').raw:04x}"


def cumulative(get, path):
    return str(get(path).meaning * 8)  # lspci counts double quad words of 128 bytes


FUNCTIONS = {"isochronous": isochronous, "pcix_clock": pcix_clock, "virtio_type": virtio_type,
             "ht_type": ht_type, "ea_bar": ea_bar, "ea_primary": ea_primary,
             "ea_secondary": ea_secondary, "ea_address": ea_address, "aux_current": aux_current,
             "not_b2": not_b2, "agp_rate": agp_rate, "bcd_version": bcd_version,
             "pcix_place": pcix_place, "pcix_complexity": pcix_complexity,
             "msi_address": msi_address, "sata_place": sata_place, "subsystem_ids": subsystem_ids,
             "cumulative": cumulative, "word": word, **lspci_express.FUNCTIONS}

LINES = {
    "pm": [
        "Power Management version {PMC.VERSION:d}",
        "Flags: PMEClk{PMC.PME_CLOCK+} DSI{PMC.DSI+} D1{PMC.D1+} D2{PMC.D2+} "
        "AuxCurrent={aux_current(PMC.AUX_CURRENT)}mA PME(D0{PMC.PME_D0+},D1{PMC.PME_D1+},"
        "D2{PMC.PME_D2+},D3hot{PMC.PME_D3HOT+},D3cold{PMC.PME_D3COLD+})",
        "Status: D{PMCSR.STATE:d} NoSoftRst{PMCSR.NO_SOFT_RESET+} PME-Enable{PMCSR.PME_ENABLE+} "
        "DSel={PMCSR.DATA_SELECT:d} DScale={PMCSR.DATA_SCALE:d} PME{PMCSR.PME_STATUS+}",
        "Bridge: PM{BRIDGE.CLOCK_CONTROL+} B3{not_b2()}"],
    "agp": [
        "AGP version {bcd_version(VERSION.MAJOR, VERSION.MINOR)}",
        "Status: RQ={STATUS.REQUESTS:v} Iso{isochronous()} ArqSz={STATUS.REQUEST_SIZE:d} "
        "Cal={STATUS.CALIBRATION:d} SBA{STATUS.SIDEBAND+} ITACoh{STATUS.COHERENT+} "
        "GART64{STATUS.GART_64BIT+} HTrans{STATUS.HOST_TRANSLATION+} 64bit{STATUS.OVER_4GB+} "
        "FW{STATUS.FAST_WRITES+} AGP3{STATUS.AGP3+} Rate={agp_rate(STATUS)}",
        "Command: RQ={COMMAND.REQUESTS:v} ArqSz={COMMAND.REQUEST_SIZE:d} "
        "Cal={COMMAND.CALIBRATION:d} SBA{COMMAND.SIDEBAND+} AGP{COMMAND.ENABLE+} "
        "GART64{COMMAND.GART_64BIT+} 64bit{COMMAND.OVER_4GB+} FW{COMMAND.FAST_WRITES+} "
        "Rate={agp_rate(COMMAND)}"],
    "vpd": ["Vital Product Data", "Not readable"],  # the data is not in a saved space
    "slot-id": ["Slot ID: {SLOTS.COUNT:d} slots, First{SLOTS.FIRST+}, chassis {CHASSIS:x}"],
    "msi": [
        "MSI: Enable{CONTROL.ENABLE+} Count={CONTROL.ENABLED:v}/{CONTROL.CAPABLE:v} "
        "Maskable{CONTROL.MASKABLE+} 64bit{CONTROL.WIDE+}",
        "Address: {msi_address()} Data: {DATA:x}",
        "Masking: {MASK:x} Pending: {PENDING:x}"],
    "hot-swap": ["CompactPCI hot-swap <?>"],
    "pci-x": [
        "PCI-X non-bridge device",
        "Command: DPERE{COMMAND.PARITY_RECOVERY+} ERO{COMMAND.RELAXED_ORDERING+} "
        "RBC={COMMAND.MAX_READ:v} OST={word(COMMAND.MAX_SPLIT)}",
        "Status: Dev={pcix_place(STATUS)} 64bit{STATUS.WIDE+} "
        "133MHz{STATUS.CLOCK_133MHZ+} SCD{STATUS.SPLIT_DISCARDED+} "
        "USC{STATUS.UNEXPECTED_SPLIT+} DC={pcix_complexity(STATUS.BRIDGE)} "
        "DMMRBC={STATUS.DESIGNED_READ:v} DMOST={word(STATUS.DESIGNED_SPLIT)} "
        "DMCRS={cumulative(STATUS.DESIGNED_CUMULATIVE)} RSCEM{STATUS.SPLIT_ERROR+} "
        "266MHz{STATUS.CLOCK_266MHZ+} 533MHz{STATUS.CLOCK_533MHZ+}",
        "PCI-X bridge device",
        "Secondary Status: 64bit{SECONDARY_STATUS.WIDE+} "
        "133MHz{SECONDARY_STATUS.CLOCK_133MHZ+} SCD{SECONDARY_STATUS.SPLIT_DISCARDED+} "
        "USC{SECONDARY_STATUS.UNEXPECTED_SPLIT+} SCO{SECONDARY_STATUS.SPLIT_OVERRUN+} "
        "SRD{SECONDARY_STATUS.SPLIT_DELAYED+} Freq={pcix_clock(SECONDARY_STATUS.CLOCK)}",
        "Status: Dev={pcix_place(STATUS)} 64bit{STATUS.WIDE+} "
        "133MHz{STATUS.CLOCK_133MHZ+} SCD{STATUS.SPLIT_DISCARDED+} "
        "USC{STATUS.UNEXPECTED_SPLIT+} SCO{STATUS.SPLIT_OVERRUN+} "
        "SRD{STATUS.SPLIT_DELAYED+}",
        "Upstream: Capacity={UPSTREAM.CAPACITY:d} CommitmentLimit={UPSTREAM.LIMIT:d}",
        "Downstream: Capacity={DOWNSTREAM.CAPACITY:d} "
        "CommitmentLimit={DOWNSTREAM.LIMIT:d}"],
    "hypertransport": [
        "HyperTransport: MSI Mapping Enable{MSI_MAPPING.ENABLE+} Fixed{MSI_MAPPING.FIXED+}",
        "Mapping Address Base: {MSI_ADDRESS:X}",
        "HyperTransport: {ht_type(COMMAND.TYPE)}"],
    "vendor": [
        "Vendor Specific Information: VirtIO: {virtio_type(virtio.CFG_TYPE)}",
        "BAR={virtio.BAR:d} offset={virtio.OFFSET:x} size={virtio.LENGTH:x}"
        "<< multiplier={virtio.MULTIPLIER:x}>>",
        "Vendor Specific Information: Len={LENGTH:x} <?>"],
    "debug-port": ["Debug port: BAR={PORT.BAR:d} offset={PORT.OFFSET:x}"],
    "compact-pci": ["CompactPCI central resource control <?>"],
    "hot-plug": ["Hot-plug capable"],
    "subsystem": ["Subsystem: {*} [{subsystem_ids()}]"],
    "agp8x": ["AGP3 <?>"],
    "secure": ["Secure device <?>"],
    "express": lspci_express.LINES,
    "msi-x": [
        "MSI-X: Enable{CONTROL.ENABLE+} Count={CONTROL.VECTORS:v} Masked{CONTROL.MASK_ALL+}",
        "Vector table: BAR={TABLE.BAR:d} offset={TABLE.OFFSET:X}",
        "PBA: BAR={PBA.BAR:d} offset={PBA.OFFSET:X}"],
    "sata": ["SATA HBA v{REVISION.MAJOR:d}.{REVISION.MINOR:d} {sata_place()}"],
    "af": [
        "PCI Advanced Features",
        "AFCap: TP{CAP.TP+} FLR{CAP.FLR+}", "AFCtrl: FLR{CONTROL.FLR+}",
        "AFStatus: TP{STATUS.TP+}"],
    "ea": [
        "Enhanced Allocation (EA): NumEntries={COUNT.ENTRIES:d}"
        "<<, secondary={SECONDARY_BUS:d}, subordinate={SUBORDINATE_BUS:d}>>",
        "Entry {#}: Enable{entry[#].ENTRY.ENABLE+} Writable{entry[#].ENTRY.WRITABLE+} "
        "EntrySize={entry[#].ENTRY.SIZE:d}",
        "BAR Equivalent Indicator: {ea_bar(entry[#].ENTRY.BAR)}",
        "PrimaryProperties: {ea_primary(entry[#].ENTRY.PRIMARY)}",
        "SecondaryProperties: {ea_secondary(entry[#].ENTRY.SECONDARY)}",
        "Base: {ea_address(entry[#], BASE)}",
        "MaxOffset: {ea_address(entry[#], MAX_OFFSET)}"],
    "null": ["Null"],
    "": ["Capability ID 0x{ID:x} [{WORD2:x}]"],
}
