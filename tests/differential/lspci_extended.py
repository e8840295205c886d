# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lines of lspci about the extended capabilities, and what they must equal.

lspci_lines.py says how a template is read. Keys and paths are those of
driver-plugins/pci/layouts: extended[KEY].
"""
from lspci_header import bar_kind
from lspci_lines import spelled, word


def lanes(get, path):
    # lspci reads 16 bits of the register: lanes above 15 are not in its output
    bits = get(path).raw & 0xffff
    return "LaneErr at lane: " + " ".join(str(i) for i in range(16) if bits >> i & 1) \
        if bits else "0"


def serial(get, path):
    digits = f"{get(path).raw:016x}"
    return "-".join(digits[i:i + 2] for i in range(0, 16, 2))


def header_log(get):
    return " ".join(f"{get(f'HEADER_LOG[{i}]').raw:08x}" for i in range(4))


def supported(get, path):
    return "supported" if get(path).raw else ""


def support(get, path):
    return "support" if get(path).raw else ""


def st_location(get):
    return {"no table": "No steering table available", "here": "Steering table in TPH capability "
            "structure", "MSI-X table": "Steering table in MSI-X table",
            "reserved": "Reserved steering table location"}[get("CAP.LOCATION").text]


def microseconds(get, register):
    scale = get(register + ".POWER_ON_SCALE").text
    if not scale:
        return "<error>"
    return f"{int(scale.removesuffix(' us')) * get(register + '.POWER_ON').raw}us"


def threshold(get):
    scale = get("CONTROL1.THRESHOLD_SCALE")
    if scale.raw > 5:
        return "<error>"
    return f"{get('CONTROL1.THRESHOLD').raw * scale.meaning}ns"


def granularity(get, path):
    raw = get(path).raw
    if raw == 0:
        return "Unimplemented" if path.startswith("CAP") else "Unknown"
    return "Greater than 254ns" if raw == 255 else f"{raw}ns"


def power_of_two(bits):
    return f"{1 << bits % 10}{'MB GB TB PB EB'.split()[bits // 10]}"


def bar_size(get, path):
    return power_of_two(get(path).meaning.bit_length() - 1)


def bar_sizes(get, entry):
    sizes = get(f"{entry}.SIZES.SIZES").raw | get(f"{entry}.CONTROL.SIZES").raw << 28
    return " ".join(power_of_two(i) for i in range(44) if sizes >> i & 1)


def devices(get):
    bits = get("DEVICES").raw
    if not bits:
        return "00000000 [none]"
    # lspci does not end a range that reaches device 31
    runs, device = [], 0
    while device < 32:
        last = device
        while last < 31 and bits >> device & 1 and bits >> (last + 1) & 1:
            last += 1
        if bits >> device & 1:
            runs.append(f"{device}-{last}" if last > device and last < 31 else f"{device}")
        device = last + 1
    return "RCiEP at Device(s): " + ", ".join(runs)


def buses(get):
    first, last = get("BUSES.FIRST").raw, get("BUSES.LAST").raw
    return f"{first:02x}-{last:02x}" + (" [none]" if (first, last) == (0xff, 0) else "")


def table_offset(get, path):
    return f"{get(path).meaning // 16:02x}"


def overlay_size(get):
    size = get("OVERLAY.SIZE").raw
    return f"{size} ({1 << size} bytes)" if size >= 6 else f"{size} (disabled)"


def unit_shift(get):
    return f"{(get('CONTROL.STU').meaning // 4096).bit_length() - 1:02x}"


def doe_error(get):
    # lspci 3.9 looks at bits 0 and 1 instead of bit 2 (PCI_DOE_STS_ERROR is 3 in its header)
    return "+" if get("STATUS.BUSY").raw or get("STATUS.INTERRUPT").raw else "-"


def cache_size(get):
    units = {"64 KiB": 64 << 10, "1 MiB": 1 << 20}
    unit = get("cxl.CAP2.CACHE_UNIT").text
    return f": {get('cxl.CAP2.CACHE_SIZE').raw * units[unit]:08x}" if unit in units \
        else " Not Reported"


def cxl_range(get, number):
    place = f"cxl.range[{int(number) - 1}]"
    size = get(place + ".SIZE_UPPER").raw << 32 | get(place + ".SIZE.LOW").meaning
    base = get(place + ".BASE_UPPER").raw << 32 | get(place + ".BASE").meaning
    # lspci does not mask the low bits of the base, which are reserved
    return f"{base:016x}-{(base + size - 1) & (1 << 64) - 1:016x}"


def cxl_flag(get, number, name):
    return "+" if get(f"cxl.range[{int(number) - 1}].SIZE.{name}").raw else "-"


def cxl_media(get, number):
    text = get(f"cxl.range[{int(number) - 1}].SIZE.MEDIA").text
    return {"volatile": "Volatile", "non-volatile": "Non-volatile", "see CDAT": "CDAT"}[text]


def cxl_class(get, number):
    text = get(f"cxl.range[{int(number) - 1}].SIZE.CLASS").text
    return {"memory": "DRAM", "storage": "Storage", "see CDAT": "CDAT"}[text]


def vf_memory(get, bar):
    wide = get(bar + ".MEMORY64", missing_is_none=True)
    return f"{wide.meaning:016x}" if wide else f"{get(bar + '.MEMORY').meaning:08x}"


link_type = spelled({"configuration space": "Config", "egress port": "Egress",
                     "internal link": "Internal"}, None)


def link_target(get, path):
    return "Config" if get(path).raw else "MemMapped"


def arbitration(get, path):
    text = get(path).text
    return "Fixed" if text == "fixed" else text


FUNCTIONS = {"lanes": lanes, "serial": serial, "header_log": header_log, "supported": supported,
             "support": support, "st_location": st_location, "microseconds": microseconds,
             "threshold": threshold, "granularity": granularity, "bar_size": bar_size,
             "bar_sizes": bar_sizes, "devices": devices, "buses": buses,
             "table_offset": table_offset, "overlay_size": overlay_size, "unit_shift": unit_shift,
             "doe_error": doe_error, "cache_size": cache_size, "cxl_range": cxl_range,
             "cxl_flag": cxl_flag, "cxl_media": cxl_media, "cxl_class": cxl_class,
             "vf_memory": vf_memory, "link_type": link_type, "link_target": link_target,
             "arbitration": arbitration, "bar_kind": bar_kind, "word": word}


def uncorrectable(name, register):
    names = {"DLP": "DATA_LINK", "SDES": "SURPRISE_DOWN", "TLP": "POISONED_TLP",
             "FCP": "FLOW_CONTROL", "CmpltTO": "COMPLETION_TIMEOUT",
             "CmpltAbrt": "COMPLETER_ABORT", "UnxCmplt": "UNEXPECTED_COMPLETION",
             "RxOF": "RECEIVER_OVERFLOW", "MalfTLP": "MALFORMED_TLP", "ECRC": "ECRC",
             "UnsupReq": "UNSUPPORTED_REQUEST", "ACSViol": "ACS_VIOLATION"}
    return f"{name}: " + " ".join(f"{t}{{{register}.{o}+}}" for t, o in names.items())


def correctable(name, register):
    names = {"RxErr": "RECEIVER", "BadTLP": "BAD_TLP", "BadDLLP": "BAD_DLLP",
             "Rollover": "REPLAY_ROLLOVER", "Timeout": "REPLAY_TIMEOUT",
             "AdvNonFatalErr": "ADVISORY_NONFATAL"}
    return f"{name}: " + " ".join(f"{t}{{{register}.{o}+}}" for t, o in names.items())


def acs(name, register):
    names = {"SrcValid": "SOURCE_VALIDATION", "TransBlk": "TRANSLATION_BLOCKING",
             "ReqRedir": "REQUEST_REDIRECT", "CmpltRedir": "COMPLETION_REDIRECT",
             "UpstreamFwd": "UPSTREAM_FORWARDING", "EgressCtrl": "EGRESS_CONTROL",
             "DirectTrans": "DIRECT_TRANSLATED"}
    return f"{name}: " + " ".join(f"{t}{{{register}.{o}+}}" for t, o in names.items())


def flex_bus(name, register, flags):
    names = {"SynHdrByp": "SYNC_HEADER_BYPASS", "DrftBuf": "DRIFT_BUFFER", "68BFlit": "FLIT_68",
             "MltLogDev": "MULTI_LOGICAL", "RCD": "RCD_DISABLE"}
    first = " ".join(f"{flag}{{cxl.{register}.{names.get(flag, flag.upper())}+}}"
                     for flag in flags.split())
    return (f"{name}: {first}<< 256BFlit{{cxl.{register}.FLIT_256+}} "
            f"PBRFlit{{cxl.{register}.FLIT_PBR+}}>>")


RESIZABLE = ("{++}BAR {bar[#].CONTROL.BAR:d}: current size: {bar_size(bar[#].CONTROL.SIZE)}"
             "<<, supported: {bar_sizes(bar[#])}>>")
CHANNELS = [
    "Virtual Channel",
    "Caps: LPEVC={PORT_CAP1.LOW_PRIORITY:d} RefClk={*} PATEntryBits={PORT_CAP1.ENTRY_BITS:v}",
    "Arb: Fixed{PORT_CAP2.FIXED+} WRR32{PORT_CAP2.WRR32+} WRR64{PORT_CAP2.WRR64+} "
    "WRR128{PORT_CAP2.WRR128+}<< ??{*}>>",
    "Ctrl: ArbSelect={arbitration(PORT_CONTROL.SELECT)}",
    "Status: InProgress{PORT_STATUS.LOADING+}",
    "Port Arbitration Table [{*}] <?>",
    "VC{#}: Caps: PATOffset={table_offset(channel[#].CAP.TABLE)} "
    "MaxTimeSlots={channel[#].CAP.TIME_SLOTS:v} RejSnoopTrans{channel[#].CAP.REJECT_SNOOP+}",
    "Arb: Fixed{channel[#].CAP.FIXED+} WRR32{channel[#].CAP.WRR32+} "
    "WRR64{channel[#].CAP.WRR64+} WRR128{channel[#].CAP.WRR128+} "
    "TWRR128{channel[#].CAP.TWRR128+} WRR256{channel[#].CAP.WRR256+}<< ??{*}>>",
    "Ctrl: Enable{channel[#].CONTROL.ENABLE+} ID={channel[#].CONTROL.ID:d} "
    "ArbSelect={arbitration(channel[#].CONTROL.SELECT)} "
    "TC/VC={channel[#].CONTROL.TRAFFIC_CLASSES:x}",
    "Status: NegoPending{channel[#].STATUS.NEGOTIATING+} InProgress{channel[#].STATUS.LOADING+}",
    "Port Arbitration Table <?>"]

LINES = {
    "aer": [
        "Advanced Error Reporting",
        uncorrectable("UESta", "UNCOR_STATUS"), uncorrectable("UEMsk", "UNCOR_MASK"),
        uncorrectable("UESvrt", "UNCOR_SEVERITY"),
        correctable("CESta", "COR_STATUS"), correctable("CEMsk", "COR_MASK"),
        "AERCap: First Error Pointer: {CONTROL.FIRST_ERROR:x}, "
        "ECRCGenCap{CONTROL.ECRC_GENERATE_CAPABLE+} ECRCGenEn{CONTROL.ECRC_GENERATE+} "
        "ECRCChkCap{CONTROL.ECRC_CHECK_CAPABLE+} ECRCChkEn{CONTROL.ECRC_CHECK+}",
        "MultHdrRecCap{CONTROL.MULTIPLE_HEADERS_CAPABLE+} "
        "MultHdrRecEn{CONTROL.MULTIPLE_HEADERS+} TLPPfxPres{CONTROL.PREFIX_PRESENT+} "
        "HdrLogCap{CONTROL.TIMEOUT_LOG_CAPABLE+}",
        "HeaderLog: {header_log()}",
        "RootCmd: CERptEn{ROOT_COMMAND.CORRECTABLE+} NFERptEn{ROOT_COMMAND.NONFATAL+} "
        "FERptEn{ROOT_COMMAND.FATAL+}",
        "RootSta: CERcvd{ROOT_STATUS.CORRECTABLE+} MultCERcvd{ROOT_STATUS.MORE_CORRECTABLE+} "
        "UERcvd{ROOT_STATUS.UNCORRECTABLE+} MultUERcvd{ROOT_STATUS.MORE_UNCORRECTABLE+}",
        "FirstFatal{ROOT_STATUS.FIRST_FATAL+} NonFatalMsg{ROOT_STATUS.NONFATAL+} "
        "FatalMsg{ROOT_STATUS.FATAL+} IntMsg {ROOT_STATUS.INTERRUPT:d}",
        "ErrorSrc: ERR_COR: {COR_SOURCE:x} ERR_FATAL/NONFATAL: {UNCOR_SOURCE:x}"],
    "vc": CHANNELS,
    "vc-of-mfvc": CHANNELS,
    "serial": ["Device Serial Number {serial(SERIAL)}"],
    "power-budget": ["Power Budgeting <?>"],
    "rc-link": [
        "Root Complex Link",
        "Desc: PortNumber={SELF.PORT:x} ComponentID={SELF.COMPONENT:x} "
        "EltType={link_type(SELF.TYPE)}",
        "Link{#}: Desc: TargetPort={link[#].DESCRIPTION.PORT:x} "
        "TargetComponent={link[#].DESCRIPTION.COMPONENT:x} "
        "AssocRCRB{link[#].DESCRIPTION.RCRB+} "
        "LinkType={link_target(link[#].DESCRIPTION.CONFIGURATION)} "
        "LinkValid{link[#].DESCRIPTION.VALID+}",
        "Addr: {*} CfgSpace={link[#].ADDRESS:x}",
        "Addr: {link[#].ADDRESS:x}"],
    "rc-internal-link": ["Root Complex Internal Link <?>"],
    "rcec": [
        "Root Complex Event Collector Endpoint Association",
        "RCiEPBitmap: {devices()}", "AssociatedBusNumbers: {buses()}"],
    "mfvc": ["Multi-Function Virtual Channel <?>"],
    "rcrb": ["Root Complex Register Block <?>"],
    "vendor": ["Vendor Specific Information: ID={VSEC.ID:x} Rev={VSEC.REVISION:d} "
               "Len={VSEC.LENGTH:x} <?>"],
    "acs": ["Access Control Services", acs("ACSCap", "CAP"), acs("ACSCtl", "CONTROL")],
    "ari": [
        "Alternative Routing-ID Interpretation (ARI)",
        "ARICap: MFVC{CAP.MFVC+} ACS{CAP.ACS+}, Next Function: {CAP.NEXT_FUNCTION:d}",
        "ARICtl: MFVC{CONTROL.MFVC+} ACS{CONTROL.ACS+}, Function Group: {CONTROL.GROUP:d}"],
    "ats": [
        "Address Translation Service (ATS)",
        "ATSCap: Invalidate Queue Depth: {CAP.QUEUE:x}",
        "ATSCtl: Enable{CONTROL.ENABLE+}, Smallest Translation Unit: {unit_shift()}"],
    "sriov": [
        "Single Root I/O Virtualization (SR-IOV)",
        "IOVCap: Migration{CAP.MIGRATION+} 10BitTagReq{CAP.TAG10+} "
        "Interrupt Message Number: {CAP.INTERRUPT:x}",
        "IOVCtl: Enable{CONTROL.VF_ENABLE+} Migration{CONTROL.MIGRATION+} "
        "Interrupt{CONTROL.INTERRUPT+} MSE{CONTROL.VF_MEMORY+} ARIHierarchy{CONTROL.ARI+} "
        "10BitTagReq{CONTROL.TAG10+}",
        "IOVSta: Migration{STATUS.MIGRATION+}",
        "Initial VFs: {INITIAL_VFS:d}, Total VFs: {TOTAL_VFS:d}, Number of VFs: {VFS:d}, "
        "Function Dependency Link: {DEPENDENCY:x}",
        "VF offset: {VF_OFFSET:d}, stride: {VF_STRIDE:d}, Device ID: {VF_DEVICE_ID:x}",
        "Supported Page Size: {PAGE_SIZES:x}, System Page Size: {PAGE_SIZE:x}",
        "Region {#}: Memory at {vf_memory(vf_bar[#])} ({bar_kind(vf_bar[#])})",
        "VF Migration: offset: {MIGRATION_STATE.OFFSET:X}, BIR: {MIGRATION_STATE.BAR:x}"],
    "mriov": ["Multi-Root I/O Virtualization <?>"],
    "multicast": [
        "Multicast",
        "McastCap: MaxGroups {CAP.GROUPS:v}<<, WindowSz {CAP.WINDOW:d} ({CAP.WINDOW:v} bytes)>>"
        "<<, ECRCRegen{CAP.ECRC+}>>"
        # lspci 3.9 ends the line only where ECRCRegen is in it
        "<< McastCtl: NumGroups {CONTROL.GROUPS:v}, Enable{CONTROL.ENABLE+}>>",
        "McastCtl: NumGroups {CONTROL.GROUPS:v}, Enable{CONTROL.ENABLE+}",
        "McastBAR: IndexPos {BASE.INDEX:d}, BaseAddr {BASE.ADDRESS:X}",
        "McastReceiveVec: {RECEIVE:x}", "McastBlockAllVec: {BLOCK_ALL:x}",
        "McastBlockUntransVec: {BLOCK_UNTRANSLATED:x}",
        "McastOverlayBAR: OverlaySize {overlay_size()}, BaseAddr {OVERLAY.ADDRESS:X}"],
    "pri": [
        "Page Request Interface (PRI)",
        "PRICtl: Enable{CONTROL.ENABLE+} Reset{CONTROL.RESET+}",
        "PRISta: RF{STATUS.RESPONSE_FAILURE+} UPRGI{STATUS.UNEXPECTED_GROUP+} "
        "Stopped{STATUS.STOPPED+}",
        "Page Request Capacity: {CAPACITY:x}, Page Request Allocation: {ALLOCATION:x}"],
    "rebar": ["Physical Resizable BAR", RESIZABLE],
    "vf-rebar": ["Virtual Resizable BAR", RESIZABLE],
    "dpa": ["Dynamic Power Allocation <?>"],
    "tph": [
        "Transaction Processing Hints", "Interrupt vector mode {supported(CAP.VECTOR_MODE)}",
        "Device specific mode {supported(CAP.DEVICE_MODE)}",
        "Extended requester {support(CAP.EXTENDED)}", "{st_location()}"],
    "ltr": [
        "Latency Tolerance Reporting", "Max snoop latency: {SNOOP:v}ns",
        "Max no snoop latency: {NO_SNOOP:v}ns"],
    "secondary": [
        "Secondary PCI Express",
        "LnkCtl3: LnkEquIntrruptEn{LNKCTL3.INTERRUPT+} PerformEqu{LNKCTL3.EQUALIZE+}",
        "LaneErrStat: {lanes(LANE_ERRORS)}"],
    "pmux": ["Protocol Multiplexing <?>"],
    "pasid": [
        "Process Address Space ID (PASID)",
        "PASIDCap: Exec{CAP.EXECUTE+} Priv{CAP.PRIVILEGED+}, Max PASID Width: {CAP.WIDTH:x}",
        "PASIDCtl: Enable{CONTROL.ENABLE+} Exec{CONTROL.EXECUTE+} Priv{CONTROL.PRIVILEGED+}"],
    "ln": ["LN Requester <?>"],
    "dpc": [
        "Downstream Port Containment",
        "DpcCap: INT Msg #{CAP.INTERRUPT:d}, RPExt{CAP.ROOT_PORT+} "
        "PoisonedTLP{CAP.POISONED_BLOCKING+} SwTrigger{CAP.SOFTWARE_TRIGGER+} "
        "RP PIO Log {CAP.PIO_LOG:d}, DL_ActiveErr{CAP.DL_ACTIVE_SIGNAL+}",
        "DpcCtl: Trigger:{CONTROL.TRIGGER:x} Cmpl{CONTROL.COMPLETION_UR+} "
        "INT{CONTROL.INTERRUPT+} ErrCor{CONTROL.ERR_COR+} "
        "PoisonedTLP{CONTROL.POISONED_BLOCKING+} SwTrigger{CONTROL.SOFTWARE_TRIGGER+} "
        "DL_ActiveErr{CONTROL.DL_ACTIVE+}",
        "DpcSta: Trigger{STATUS.TRIGGER+} Reason:{STATUS.REASON:x} INT{STATUS.INTERRUPT+} "
        "RPBusy{STATUS.ROOT_BUSY+} TriggerExt:{STATUS.EXTENSION:x} "
        "RP PIO ErrPtr:{STATUS.FIRST_PIO:x}",
        "Source: {SOURCE:x}"],
    "l1ss": [
        "L1 PM Substates",
        "L1SubCap: PCI-PM_L1.2{CAP.PCIPM_L12+} PCI-PM_L1.1{CAP.PCIPM_L11+} "
        "ASPM_L1.2{CAP.ASPM_L12+} ASPM_L1.1{CAP.ASPM_L11+} L1_PM_Substates{CAP.SUPPORTED+}",
        "PortCommonModeRestoreTime={CAP.COMMON_MODE_RESTORE:d}us "
        "PortTPowerOnTime={microseconds(CAP)}",
        "L1SubCtl1: PCI-PM_L1.2{CONTROL1.PCIPM_L12+} PCI-PM_L1.1{CONTROL1.PCIPM_L11+} "
        "ASPM_L1.2{CONTROL1.ASPM_L12+} ASPM_L1.1{CONTROL1.ASPM_L11+}",
        "T_CommonMode={CONTROL1.COMMON_MODE_RESTORE:d}us<< LTR1.2_Threshold={threshold()}>>",
        "L1SubCtl2:<< T_PwrOn={microseconds(CONTROL2)}>>"],
    "ptm": [
        "Precision Time Measurement",
        "PTMCap: Requester:{CAP.REQUESTER+} Responder:{CAP.RESPONDER+} Root:{CAP.ROOT+}",
        "PTMClockGranularity: {granularity(CAP.GRANULARITY)}",
        "PTMControl: Enabled:{CONTROL.ENABLE+} RootSelected:{CONTROL.ROOT+}",
        "PTMEffectiveGranularity: {granularity(CONTROL.GRANULARITY)}"],
    "m-phy": ["PCI Express over M_PHY <?>"],
    "frs": ["FRS Queueing <?>"],
    "rtr": ["Readiness Time Reporting <?>"],
    "dvsec": [
        "Designated Vendor-Specific: Vendor={DVSEC.VENDOR:x} ID={DVSEC_ID:x} "
        "Rev={DVSEC.REVISION:d} Len={DVSEC.LENGTH:d}<<: CXL>><<{*}>>",
        "CXLCap: Cache{cxl.CAP.CACHE+} IO{cxl.CAP.IO+} Mem{cxl.CAP.MEM+} "
        "Mem HW Init{cxl.CAP.MEM_HWINIT+} HDMCount {cxl.CAP.RANGES:d} Viral{cxl.CAP.VIRAL+}",
        "CXLCtl: Cache{cxl.CONTROL.CACHE+} IO{cxl.CONTROL.IO+} Mem{cxl.CONTROL.MEM+} "
        "Cache SF Cov {cxl.CONTROL.SNOOP_FILTER_COVERAGE:d} "
        "Cache SF Gran {cxl.CONTROL.SNOOP_FILTER_GRANULARITY:d} "
        "Cache Clean{cxl.CONTROL.CLEAN_EVICTION+} Viral{cxl.CONTROL.VIRAL+}",
        "CXLSta: Viral{cxl.STATUS.VIRAL+}",
        "CXLSta2: ResetComplete{cxl.STATUS2.RESET_COMPLETE+} "
        "ResetError{cxl.STATUS2.RESET_ERROR+} PMComplete{cxl.STATUS2.PM_INIT_COMPLETE+}",
        "Cache Size{cache_size()}",
        "Range{#}: {cxl_range(#)}",
        "Valid{cxl_flag(#, VALID)} Active{cxl_flag(#, ACTIVE)} Type={cxl_media(#)} "
        "Class={cxl_class(#)} interleave={*} timeout={*}s",
        flex_bus("FBCap", "CAP", "Cache IO Mem 68BFlit MltLogDev"),
        flex_bus("FBCtl", "CONTROL", "Cache IO Mem SynHdrByp DrftBuf 68BFlit MltLogDev RCD "
                 "Retimer1 Retimer2"),
        flex_bus("FBSta", "STATUS", "Cache IO Mem SynHdrByp DrftBuf 68BFlit MltLogDev"),
        "FBModTS: Received FB Data: {cxl.RECEIVED_TS.DATA:x}",
        "FBCap2: NOPHint{cxl.CAP2.NOP_HINT+}", "FBCtl2: NOPHint{cxl.CONTROL2.NOP_HINT+}",
        "FBSta2: NOPHintInfo: {cxl.STATUS2.NOP_HINT:x}"],
    "data-link": ["Data Link Feature <?>"],
    "16gt": ["Physical Layer 16.0 GT/s <?>"],
    "margining": ["Lane Margining at the Receiver <?>"],
    "hierarchy-id": ["Hierarchy ID <?>"],
    "npem": ["Native PCIe Enclosure Management <?>"],
    "doe": [
        "Data Object Exchange", "DOECap: IntSup{CAP.INTERRUPT+}",
        "Interrupt Message Number {CAP.MESSAGE:x}", "DOECtl: IntEn{CONTROL.INTERRUPT+}",
        "DOESta: Busy{STATUS.BUSY+} IntSta{STATUS.INTERRUPT+} Error{doe_error()} "
        "ObjectReady{STATUS.READY+}"],
    "null": ["Null"],
    "ide": ["Extended Capability ID 0x{ID:x}"],
    "": ["Extended Capability ID 0x{ID:x}"],
}
