# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lines of lspci about the PCI Express capability, and what they must equal.

lspci_lines.py says how a template is read.
"""
import re

from lspci_lines import spelled

PORT_TYPES = {"endpoint": "Endpoint", "legacy endpoint": "Legacy Endpoint",
              "root port": "Root Port", "upstream port of a switch": "Upstream Port",
              "downstream port of a switch": "Downstream Port",
              "bridge from PCI Express to PCI": "PCI-Express to PCI/PCI-X Bridge",
              "bridge from PCI to PCI Express": "PCI/PCI-X to PCI-Express Bridge",
              "endpoint in the root complex": "Root Complex Integrated Endpoint",
              "event collector of the root complex": "Root Complex Event Collector"}
# Transmit margins and presets: numbers in the layout, texts in lspci.
MARGINS = {0: "Normal Operating Range", 1: "800-1200mV(full-swing)/400-700mV(half-swing)"}
PRESETS = {0: (-6, 0), 1: (-3.5, 0), 2: (-4.4, 0), 3: (-2.5, 0), 4: (0, 0), 5: (0, 1.9),
           6: (0, 2.5), 7: (-6.0, 3.5), 8: (-3.5, 3.5), 9: (0, 3.5)}


def port_type(get, path):
    return PORT_TYPES[get(path).text]


def together(get, path):
    """"< 64 ns" is "<64ns", "no limit" is "unlimited"."""
    # lspci 3.9 says so of the longest exit latencies, too; they are above 4 us and 64 us
    text = get(path).text
    return "unlimited" if text == "no limit" or text.startswith(">") else text.replace(" ", "")


def speed(get, path):
    return get(path).text.replace(" ", "") or "unknown"


def target_speed(get, path):
    # 0 is what devices have that know only 2.5 GT/s; lspci calls unknown ones Unknown here
    return "2.5GT/s" if get(path).raw == 0 else get(path).text.replace(" ", "") or "Unknown"


def change(get, name):
    """What lspci says of a link that is below what the device can."""
    has, can = get("LNKSTA." + name).raw, get("LNKCAP." + name).raw
    ports = ("root port", "downstream port of a switch", "bridge from PCI to PCI Express")
    if has > can:
        return " (overdriven)"
    return "" if has == can or get("FLAGS.TYPE").text in ports else " (downgraded)"


def link_speed(get):
    return speed(get, "LNKSTA.SPEED") + change(get, "SPEED")


def watts(get, value, scale):
    number, unit = get(value).raw, get(scale).text.removesuffix(" W")
    if get(scale).raw == 0 and number == 0xff:
        return ">600W"
    if get(scale).raw == 0 and number >= 0xf0:  # PCIe 5.0, 7.5.3.9: 250 W, 275 W, ...
        number = 250 + 25 * (number - 0xf0)
    return f"{number * float(unit):g}W"


def timeout_ranges(get, path):
    text = get(path).text
    if text == "none" or not text:
        return "Not Supported" if text else "Unknown"
    return "Range " + text.replace("A to D", "ABCD").replace(", ", "")


def timeout(get, path):
    return re.sub(r"(\d) ([um]?s)", r"\1\2", get(path).text) or "Unknown"


def tph(get, path):
    return {0: "-", 1: "+", 3: "+"}[get(path).raw]


def extended_tph(get, path):
    return "+" if get(path).raw == 3 else "-"


def speeds(get, path):
    # lspci 3.9 does not know 64 GT/s: it says RsvdP for that bit and the next
    vector = get(path).raw
    if vector & 0x60:
        return "RsvdP"
    names = ["2.5GT/s", "2.5-5GT/s", "2.5-8GT/s", "2.5-16GT/s", "2.5-32GT/s"]
    return names[vector.bit_length() - 1] if vector else "Unknown"


def margin(get, path):
    raw = get(path).raw
    return MARGINS.get(raw, "200-400mV(full-swing)/100-200mV(half-swing)" if raw < 6 else "Unknown")


def preset(get, path):
    raw = get(path).raw
    if raw not in PRESETS:
        return "Unknown"
    texts = [{-6: "-6" if raw == 0 else "-6.0"}.get(v, f"{v:g}") for v in PRESETS[raw]]
    return f"{texts[0]}dB de-emphasis, {texts[1]}dB preshoot"


aspm_support = spelled({"none": "not supported", "L0s": "L0s", "L1": "L1",
                        "L0s and L1": "L0s L1"}, None)
aspm = spelled({"none": "Disabled", "L0s": "L0s Enabled", "L1": "L1 Enabled",
                "L0s and L1": "L0s L1 Enabled"}, None)
indicator = spelled({"unknown": "Unknown", "on": "On", "blinks": "Blink", "off": "Off"}, None)
obff_support = spelled({"message": "Via message", "WAKE#": "Via WAKE#",
                        "message or WAKE#": "Via message/WAKE#"}, "Not Supported")
obff = spelled({"no": "Disabled", "message A": "Via message A", "message B": "Via message B",
                "WAKE#": "Via WAKE#"}, None)
emergency = spelled({"no": "Not Supported", "device specific": "Dev Specific",
                     "by form factor or device specific": "Form Factor Dev Specific"}, "Reserved")
ln_line = spelled({"no": "Not Supported", "64 bytes": "64byte cachelines",
                   "128 bytes": "128byte cachelines"}, "Reserved")
deemphasis = spelled({"-6 dB": "-6dB", "-3.5 dB": "-3.5dB"}, "Unknown")
crosslink = spelled({"no": "unsupported", "upstream port": "Upstream Port",
                     "downstream port": "Downstream Port", "not finished": "incomplete"}, None)
component = spelled({"link down, presence unknown": "Link Down - Not Determined",
                     "link down, nothing there": "Link Down - Not Present",
                     "link down, something there": "Link Down - Present",
                     "link up": "Link Up - Present",
                     "link up, DRS received": "Link Up - Present and DRS Received"}, "Reserved")

FUNCTIONS = {"port_type": port_type, "together": together, "speed": speed,
             "target_speed": target_speed, "change": change, "link_speed": link_speed,
             "watts": watts, "timeout_ranges": timeout_ranges, "timeout": timeout, "tph": tph,
             "extended_tph": extended_tph, "speeds": speeds, "margin": margin, "preset": preset,
             "aspm_support": aspm_support, "aspm": aspm, "indicator": indicator,
             "obff_support": obff_support, "obff": obff, "emergency": emergency,
             "ln_line": ln_line, "deemphasis": deemphasis, "crosslink": crosslink,
             "component": component}

LINES = [
    "Express (v{FLAGS.VERSION:d}) {port_type(FLAGS.TYPE)}<< (Slot{FLAGS.SLOT+})>>, "
    "MSI {FLAGS.INTERRUPT:x}",
    "DevCap: MaxPayload {DEVCAP.MAX_PAYLOAD:v} bytes, PhantFunc {DEVCAP.PHANTOM:v}"
    "<<, Latency L0s {together(DEVCAP.L0S_LATENCY)}, L1 {together(DEVCAP.L1_LATENCY)}>>",
    "ExtTag{DEVCAP.EXTENDED_TAG+}<< AttnBtn{DEVCAP.ATTENTION_BUTTON+} "
    "AttnInd{DEVCAP.ATTENTION_INDICATOR+} PwrInd{DEVCAP.POWER_INDICATOR+}>> "
    "RBE{DEVCAP.ROLE_BASED+}<< FLReset{DEVCAP.FLR+}>>"
    "<< SlotPowerLimit {watts(DEVCAP.SLOT_POWER, DEVCAP.SLOT_POWER_SCALE)}>>",
    "DevCtl: CorrErr{DEVCTL.CORRECTABLE+} NonFatalErr{DEVCTL.NONFATAL+} "
    "FatalErr{DEVCTL.FATAL+} UnsupReq{DEVCTL.UNSUPPORTED+}",
    "RlxdOrd{DEVCTL.RELAXED_ORDERING+} ExtTag{DEVCTL.EXTENDED_TAG+} PhantFunc{DEVCTL.PHANTOM+} "
    "AuxPwr{DEVCTL.AUX_POWER+} NoSnoop{DEVCTL.NO_SNOOP+}<< BrConfRtry{DEVCTL.RETRY_OR_FLR+}>>"
    "<< FLReset{DEVCTL.RETRY_OR_FLR+}>>",
    "MaxPayload {DEVCTL.MAX_PAYLOAD:v} bytes, MaxReadReq {DEVCTL.MAX_READ_REQUEST:v} bytes",
    "DevSta: CorrErr{DEVSTA.CORRECTABLE+} NonFatalErr{DEVSTA.NONFATAL+} FatalErr{DEVSTA.FATAL+} "
    "UnsupReq{DEVSTA.UNSUPPORTED+} AuxPwr{DEVSTA.AUX_POWER+} TransPend{DEVSTA.PENDING+}",
    "LnkCap: Port #{LNKCAP.PORT:d}, Speed {speed(LNKCAP.SPEED)}, Width x{LNKCAP.WIDTH:d}, "
    "ASPM {aspm_support(LNKCAP.ASPM)}<<, Exit Latency <<L0s {together(LNKCAP.L0S_EXIT)}>>"
    "<<, >><<L1 {together(LNKCAP.L1_EXIT)}>>>>",
    "ClockPM{LNKCAP.CLOCK_PM+} Surprise{LNKCAP.SURPRISE_DOWN+} "
    "LLActRep{LNKCAP.DL_ACTIVE_REPORTING+} BwNot{LNKCAP.BANDWIDTH_NOTIFICATION+} "
    "ASPMOptComp{LNKCAP.ASPM_OPTIONALITY+}",
    "LnkCtl: ASPM {aspm(LNKCTL.ASPM)};<< RCB {LNKCTL.RCB:v} bytes,>> Disabled{LNKCTL.DISABLE+} "
    "CommClk{LNKCTL.COMMON_CLOCK+}",
    "ExtSynch{LNKCTL.EXTENDED_SYNCH+} ClockPM{LNKCTL.CLOCK_PM+} "
    "AutWidDis{LNKCTL.AUTONOMOUS_WIDTH_DISABLE+} BWInt{LNKCTL.BANDWIDTH_INTERRUPT+} "
    "AutBWInt{LNKCTL.AUTONOMOUS_INTERRUPT+}",
    "LnkSta: Speed {link_speed()}, Width x{LNKSTA.WIDTH:d}{change(WIDTH)}",
    "TrErr{LNKSTA.TRAINING_ERROR+} Train{LNKSTA.TRAINING+} SlotClk{LNKSTA.SLOT_CLOCK+} "
    "DLActive{LNKSTA.DL_ACTIVE+} BWMgmt{LNKSTA.BANDWIDTH_MANAGEMENT+} "
    "ABWMgmt{LNKSTA.AUTONOMOUS_BANDWIDTH+}",
    "SltCap: AttnBtn{SLTCAP.ATTENTION_BUTTON+} PwrCtrl{SLTCAP.POWER_CONTROLLER+} "
    "MRL{SLTCAP.MRL+} AttnInd{SLTCAP.ATTENTION_INDICATOR+} PwrInd{SLTCAP.POWER_INDICATOR+} "
    "HotPlug{SLTCAP.HOT_PLUG+} Surprise{SLTCAP.SURPRISE+}",
    "Slot #{SLTCAP.SLOT:d}, PowerLimit {watts(SLTCAP.POWER, SLTCAP.POWER_SCALE)}; "
    "Interlock{SLTCAP.INTERLOCK+} NoCompl{SLTCAP.NO_COMMAND_COMPLETED+}",
    "SltCtl: Enable: AttnBtn{SLTCTL.ATTENTION_BUTTON+} PwrFlt{SLTCTL.POWER_FAULT+} "
    "MRL{SLTCTL.MRL+} PresDet{SLTCTL.PRESENCE+} CmdCplt{SLTCTL.COMMAND_COMPLETED+} "
    "HPIrq{SLTCTL.INTERRUPT+} LinkChg{SLTCTL.LINK_STATE+}",
    # lspci's Power is the bit as it is, which means off (PCIe 5.0, 7.5.3.10)
    "Control: AttnInd {indicator(SLTCTL.ATTENTION_INDICATOR)}, "
    "PwrInd {indicator(SLTCTL.POWER_INDICATOR)}, Power{SLTCTL.POWER_OFF+} "
    "Interlock{SLTCTL.INTERLOCK+}",
    "SltSta: Status: AttnBtn{SLTSTA.ATTENTION_BUTTON+} PowerFlt{SLTSTA.POWER_FAULT+} "
    "MRL{SLTSTA.MRL_OPEN+} CmdCplt{SLTSTA.COMMAND_COMPLETED+} PresDet{SLTSTA.PRESENT+} "
    "Interlock{SLTSTA.INTERLOCK+}",
    "Changed: MRL{SLTSTA.MRL_CHANGED+} PresDet{SLTSTA.PRESENCE_CHANGED+} "
    "LinkState{SLTSTA.LINK_CHANGED+}",
    "RootCap: CRSVisible{ROOTCAP.CRS_VISIBLE+}",
    "RootCtl: ErrCorrectable{ROOTCTL.SERR_CORRECTABLE+} ErrNon-Fatal{ROOTCTL.SERR_NONFATAL+} "
    "ErrFatal{ROOTCTL.SERR_FATAL+} PMEIntEna{ROOTCTL.PME_INTERRUPT+} "
    "CRSVisible{ROOTCTL.CRS_VISIBLE+}",
    "RootSta: PME ReqID {ROOTSTA.PME_REQUESTER:x}, PMEStatus{ROOTSTA.PME_STATUS+} "
    "PMEPending{ROOTSTA.PME_PENDING+}",
    "DevCap2: Completion Timeout: {timeout_ranges(DEVCAP2.TIMEOUT_RANGES)}, "
    "TimeoutDis{DEVCAP2.TIMEOUT_DISABLE+} NROPrPrP{DEVCAP2.NO_RO_PASSING+} LTR{DEVCAP2.LTR+}",
    "10BitTagComp{DEVCAP2.TAG10_COMPLETER+} 10BitTagReq{DEVCAP2.TAG10_REQUESTER+} "
    "OBFF {obff_support(DEVCAP2.OBFF)}, ExtFmt{DEVCAP2.EXTENDED_FMT+} "
    "EETLPPrefix{DEVCAP2.PREFIXES+}<<, MaxEETLPPrefixes {DEVCAP2.MAX_PREFIXES:v}>>",
    "EmergencyPowerReduction {emergency(DEVCAP2.EMERGENCY_POWER)}, "
    "EmergencyPowerReductionInit{DEVCAP2.EMERGENCY_POWER_INIT+}",
    "FRS{DEVCAP2.FRS+}<< LN System CLS {ln_line(DEVCAP2.LN_LINE)},>>"
    "<< TPHComp{tph(DEVCAP2.TPH_COMPLETER)} ExtTPHComp{extended_tph(DEVCAP2.TPH_COMPLETER)}>>"
    "<< ARIFwd{DEVCAP2.ARI_FORWARDING+}>>",
    "AtomicOpsCap:<< Routing{DEVCAP2.ATOMIC_ROUTING+}>><< 32bit{DEVCAP2.ATOMIC_32+} "
    "64bit{DEVCAP2.ATOMIC_64+} 128bitCAS{DEVCAP2.ATOMIC_CAS_128+}>>",
    "DevCtl2: Completion Timeout: {timeout(DEVCTL2.TIMEOUT)}, "
    "TimeoutDis{DEVCTL2.TIMEOUT_DISABLE+} LTR{DEVCTL2.LTR+} 10BitTagReq{DEVCTL2.TAG10_REQUESTER+} "
    "OBFF {obff(DEVCTL2.OBFF)},<< ARIFwd{DEVCTL2.ARI_FORWARDING+}>>",
    "AtomicOpsCtl:<< ReqEn{DEVCTL2.ATOMIC_REQUESTER+}>>"
    "<< EgressBlck{DEVCTL2.ATOMIC_EGRESS_BLOCK+}>>",
    "LnkCap2: Supported Link Speeds: {speeds(LNKCAP2.SPEEDS)}, Crosslink{LNKCAP2.CROSSLINK+} "
    "Retimer{LNKCAP2.RETIMER+} 2Retimers{LNKCAP2.RETIMERS+} DRS{LNKCAP2.DRS+}",
    "LnkCtl2: Target Link Speed: {target_speed(LNKCTL2.TARGET_SPEED)}, "
    "EnterCompliance{LNKCTL2.COMPLIANCE+} SpeedDis{LNKCTL2.AUTONOMOUS_SPEED_DISABLE+}"
    "<<, Selectable De-emphasis: {deemphasis(LNKCTL2.DEEMPHASIS)}>>",
    "Transmit Margin: {margin(LNKCTL2.MARGIN)}, "
    "EnterModifiedCompliance{LNKCTL2.MODIFIED_COMPLIANCE+} ComplianceSOS{LNKCTL2.COMPLIANCE_SOS+}",
    "Compliance Preset/De-emphasis: {preset(LNKCTL2.COMPLIANCE_PRESET)}",
    "LnkSta2: Current De-emphasis Level: {deemphasis(LNKSTA2.DEEMPHASIS)}, "
    "EqualizationComplete{LNKSTA2.EQUALIZATION_COMPLETE+} "
    "EqualizationPhase1{LNKSTA2.EQUALIZATION_PHASE1+}",
    "EqualizationPhase2{LNKSTA2.EQUALIZATION_PHASE2+} "
    "EqualizationPhase3{LNKSTA2.EQUALIZATION_PHASE3+} "
    "LinkEqualizationRequest{LNKSTA2.EQUALIZATION_REQUEST+}",
    "Retimer{LNKSTA2.RETIMER+} 2Retimers{LNKSTA2.RETIMERS+} "
    "CrosslinkRes: {crosslink(LNKSTA2.CROSSLINK)}<<, DRS{LNKSTA2.DRS_RECEIVED+}>>",
    "DownstreamComp: {component(LNKSTA2.DOWNSTREAM)}",
]
