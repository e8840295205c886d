# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lines of lspci about the header of a configuration space, and what they must equal.

lspci_lines.py says how a template is read. Paths are below `header`, or from the top
where they begin with a slash.
"""
import re

from lspci_lines import word


def subsystem(get):
    for place in ("/header.SUBSYSTEM", "/pccard.SUBSYSTEM", "/capability[subsystem].SUBSYSTEM"):
        vendor = get(place + "_VENDOR_ID", missing_is_none=True)
        if vendor is not None:
            return f"{vendor.raw:04x}:{get(place + '_ID').raw:04x}"
    return None


def bar_memory(get, bar):
    value = get(bar + ".MEMORY64", missing_is_none=True) or get(bar + ".MEMORY")
    return f"{value.meaning:08x}" if value.meaning else "<unassigned>"


def bar_kind(get, bar):
    kind = get(bar + ".REGISTER.KIND").text
    prefetch = kind.startswith("prefetchable ")
    width = {"32 bits": "32-bit", "64 bits": "64-bit", "below 1 MiB": "low-1M"}[kind.split(", ")[1]]
    return f"{width}, {'' if prefetch else 'non-'}prefetchable"


def ports(get, bar):
    value = get(bar + ".PORTS").meaning
    return f"{value:04x}" if value or get("/COMMAND.IO").raw else "<unassigned>"


def rom(get):
    address = get("ROM.ADDRESS").meaning
    off = "" if get("ROM.ENABLE").raw else " [disabled]"
    return (f"{address:08x}" if address else "<unassigned>") + off


def io_range(get):
    base, limit = get("IO_BASE.ADDRESS").meaning, get("IO_LIMIT.ADDRESS").meaning
    wide = get("IO_BASE.KIND").raw == 1
    if wide:
        base |= get("IO_BASE_UPPER").raw << 16
        limit |= get("IO_LIMIT_UPPER").raw << 16
    digits = 8 if wide else 4
    return f"{base:0{digits}x}-{limit | 0xfff:0{digits}x}"


def io_bits(get):
    return get("IO_BASE.KIND").text.removesuffix(" bits")


def memory_range(get):
    return f"{get('MEMORY_BASE').meaning:08x}-{get('MEMORY_LIMIT').meaning:08x}"


def prefetch_range(get):
    base, limit = get("PREFETCH_BASE.ADDRESS").meaning, get("PREFETCH_LIMIT.ADDRESS").meaning
    wide = get("PREFETCH_BASE.KIND").raw == 1
    if wide:
        base |= get("PREFETCH_BASE_UPPER").raw << 32
        limit |= get("PREFETCH_LIMIT_UPPER").raw << 32
    digits = 16 if wide else 8
    return f"{base:0{digits}x}-{limit | 0xfffff:0{digits}x}"


def prefetch_bits(get):
    return get("PREFETCH_BASE.KIND").text.removesuffix(" bits")


def card_memory(get, index):
    kind = " (prefetchable)" if get(f"BRIDGE_CONTROL.PREFETCH_{index}").raw else ""
    off = "" if get("/COMMAND.MEMORY").raw else " [disabled]"
    base, limit = (get(f"memory[{index}].{end}") for end in ("BASE", "LIMIT"))
    return f"{base.raw:08x}-{limit.meaning:08x}{off}{kind}"


def card_ports(get, index):
    off = "" if get("/COMMAND.IO").raw else " [disabled]"
    base, limit = (get(f"io[{index}].{end}").meaning for end in ("BASE", "LIMIT"))
    return f"{base:08x}-{limit:08x}{off}"


def card_serr(get):
    return "SERR" if get("SECONDARY_STATUS.RECEIVED_SYSTEM_ERROR").raw else ""


def pin(get):
    return get("INTERRUPT_PIN").text.replace("none", "?")


def running(get):
    return "running" if get("/BIST.START").raw else ""


def is_upper_half(get, line):
    """lspci 3.9 of a file shows the upper half of a 64-bit BAR as one more region."""
    found = re.match(r"Region (\d+): ", line)
    return bool(found) and get(f"bar[{int(found.group(1)) - 1}].MEMORY64", True) is not None


def low_word(get, path):
    return f"{get(path).raw & 0xffff:04x}"


def first_line(get, line, compare):
    """ADDRESS CLASS [cccc]: NAME [vvvv:dddd] (rev xx) (prog-if xx [NAME])"""
    found = re.fullmatch(r".*? \[([0-9a-f]{4})\]: .* \[([0-9a-f]{4}):([0-9a-f]{4})\]"
                         r"(?: \(rev ([0-9a-f]{2})\))?(?: \(prog-if ([0-9a-f]{2}).*\))?", line)
    if not found:
        return False
    for path, text in zip(("CLASS", "VENDOR_ID", "DEVICE_ID", "REVISION", "PROG_IF"),
                          found.groups()):
        if text is not None or path == "REVISION":
            compare("/" + path, get("/" + path).raw, int(text or "0", 16))
    return True



LINES = [
    "Subsystem: {*} [{subsystem()}]",
    "Control: I/O{/COMMAND.IO+} Mem{/COMMAND.MEMORY+} BusMaster{/COMMAND.MASTER+} "
    "SpecCycle{/COMMAND.SPECIAL_CYCLES+} MemWINV{/COMMAND.WRITE_INVALIDATE+} "
    "VGASnoop{/COMMAND.VGA_SNOOP+} ParErr{/COMMAND.PARITY+} Stepping{/COMMAND.STEPPING+} "
    "SERR{/COMMAND.SERR+} FastB2B{/COMMAND.FAST_B2B+} DisINTx{/COMMAND.INTX_DISABLE+}",
    "Status: Cap{/STATUS.CAPABILITIES+} 66MHz{/STATUS.CLOCK_66MHZ+} UDF{/STATUS.USER_DEFINABLE+} "
    "FastB2B{/STATUS.FAST_B2B+} ParErr{/STATUS.MASTER_PARITY+} DEVSEL={word(/STATUS.DEVSEL)} "
    ">TAbort{/STATUS.SIGNALLED_TARGET_ABORT+} <TAbort{/STATUS.RECEIVED_TARGET_ABORT+} "
    "<MAbort{/STATUS.RECEIVED_MASTER_ABORT+} >SERR{/STATUS.SIGNALLED_SYSTEM_ERROR+} "
    "<PERR{/STATUS.DETECTED_PARITY+} INTx{/STATUS.INTX+}",
    "Latency: {/LATENCY:d}<< (<<{MIN_GNT:v}ns min>><<, >><<{MAX_LAT:v}ns max>>)>>"
    "<<, Cache Line Size: {/CACHE_LINE:v} bytes>>",
    "BIST is {running()}",
    "BIST result: {/BIST.RESULT:x}",
    "Interrupt: pin {pin()} routed to IRQ {INTERRUPT_LINE:d}",
    "Region {#}: I/O ports at {ports(bar[#])}<< [disabled]>>",
    "Region {#}: Memory at {bar_memory(bar[#])} ({bar_kind(bar[#])})<< [disabled]>>",
    "Expansion ROM at {rom()}<< [disabled by cmd]>>",
    "Bus: primary={PRIMARY_BUS:x}, secondary={SECONDARY_BUS:x}, "
    "subordinate={SUBORDINATE_BUS:x}, sec-latency={SECONDARY_LATENCY:d}",
    "I/O behind bridge: {io_range()}<< [size={*}]>><< [disabled]>> [{io_bits()}-bit]",
    "Memory behind bridge: {memory_range()}<< [size={*}]>><< [disabled]>> [32-bit]",
    "Prefetchable memory behind bridge: {prefetch_range()}<< [size={*}]>><< [disabled]>> "
    "[{prefetch_bits()}-bit]",
    "Secondary status: 66MHz{SECONDARY_STATUS.CLOCK_66MHZ+} FastB2B{SECONDARY_STATUS.FAST_B2B+} "
    "ParErr{SECONDARY_STATUS.MASTER_PARITY+} DEVSEL={word(SECONDARY_STATUS.DEVSEL)} "
    ">TAbort{SECONDARY_STATUS.SIGNALLED_TARGET_ABORT+} "
    "<TAbort{SECONDARY_STATUS.RECEIVED_TARGET_ABORT+} "
    "<MAbort{SECONDARY_STATUS.RECEIVED_MASTER_ABORT+} "
    "<SERR{SECONDARY_STATUS.RECEIVED_SYSTEM_ERROR+} <PERR{SECONDARY_STATUS.DETECTED_PARITY+}",
    "BridgeCtl: Parity{BRIDGE_CONTROL.PARITY+} SERR{BRIDGE_CONTROL.SERR+} "
    "NoISA{BRIDGE_CONTROL.ISA+} VGA{BRIDGE_CONTROL.VGA+} VGA16{BRIDGE_CONTROL.VGA_16BIT+} "
    "MAbort{BRIDGE_CONTROL.MASTER_ABORT+} >Reset{BRIDGE_CONTROL.RESET+} "
    "FastB2B{BRIDGE_CONTROL.FAST_B2B+}",
    "PriDiscTmr{BRIDGE_CONTROL.PRIMARY_DISCARD+} SecDiscTmr{BRIDGE_CONTROL.SECONDARY_DISCARD+} "
    "DiscTmrStat{BRIDGE_CONTROL.DISCARD_STATUS+} DiscTmrSERREn{BRIDGE_CONTROL.DISCARD_SERR+}",
    # CardBus bridges
    "Memory window {#}: {card_memory(#)}",
    "I/O window {#}: {card_ports(#)}",
    "Secondary status: {card_serr()}",
    "BridgeCtl: Parity{BRIDGE_CONTROL.PARITY+} SERR{BRIDGE_CONTROL.SERR+} "
    "ISA{BRIDGE_CONTROL.ISA+} VGA{BRIDGE_CONTROL.VGA+} MAbort{BRIDGE_CONTROL.MASTER_ABORT+} "
    ">Reset{BRIDGE_CONTROL.RESET+} 16bInt{BRIDGE_CONTROL.INTERRUPTS_16BIT+} "
    "PostWrite{BRIDGE_CONTROL.POST_WRITES+}",
    "16-bit legacy interface ports at {low_word(/pccard.LEGACY_PORTS)}",
]


FUNCTIONS = {"subsystem": subsystem, "bar_memory": bar_memory, "bar_kind": bar_kind,
             "ports": ports, "rom": rom, "io_range": io_range, "io_bits": io_bits,
             "memory_range": memory_range, "prefetch_range": prefetch_range,
             "prefetch_bits": prefetch_bits, "card_memory": card_memory, "card_ports": card_ports,
             "card_serr": card_serr, "pin": pin, "running": running, "low_word": low_word,
             "word": word}
