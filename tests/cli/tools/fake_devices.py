# SPDX-License-Identifier: LGPL-2.1-or-later
"""The devices of fake_devlink: one with everything, one that is nearly empty, and what goes
wrong with real ones."""
import errno

import fake_netlink as nl
from fake_reporters import REPORTERS, fmsg_messages

COMMANDS = {1: "GET", 5: "PORT_GET", 38: "PARAM_GET", 39: "PARAM_SET", 42: "REGION_GET",
            44: "REGION_NEW", 45: "REGION_DEL", 46: "REGION_READ", 51: "INFO_GET",
            52: "HEALTH_GET", 53: "HEALTH_SET", 54: "HEALTH_RECOVER", 55: "HEALTH_DIAGNOSE",
            56: "HEALTH_DUMP_GET", 57: "HEALTH_DUMP_CLEAR", 73: "HEALTH_TEST"}
# What a request says, for the log: attribute -> name, how to read it.
SAID = {3: ("port", nl.integer), 81: ("name", nl.text), 83: ("type", nl.integer),
        86: ("data", bytes.hex), 87: ("cmode", nl.integer),
        88: ("region", nl.text), 92: ("snapshot", nl.integer), 96: ("address", nl.integer),
        97: ("length", nl.integer), 179: ("direct", len), 115: ("reporter", nl.text),
        120: ("grace", nl.integer), 121: ("auto_recover", nl.integer),
        141: ("auto_dump", nl.integer), 181: ("burst", nl.integer)}
FIVE, SIX = ("pci", "0000:00:05.0"), ("pci", "0000:00:06.0")
OVER_4G = 1 << 32


class Refused(Exception):
    def __init__(self, number, words=""):
        super().__init__(words)
        self.number, self.words = number, words


def handle(device, port=None):
    said = nl.string(1, device[0]) + nl.string(2, device[1])
    return said if port is None else said + nl.u32(3, port)


class Region:
    """`size` bytes; what the addresses up to `holes` pairs lack is never sent."""

    def __init__(self, size, snapshots=(), maximum=8, holes=(), fails_at=None, direct=False):
        self.size, self.snapshots, self.maximum = size, list(snapshots), maximum
        self.holes, self.fails_at, self.direct = holes, fails_at, direct

    @staticmethod
    def byte(address):
        return (address + (address >> 8)) & 0xff


def parameter(device, name, generic, kind, values):
    said = [nl.string(81, name)] + ([nl.flag(82)] if generic else []) + [nl.u8(83, kind)]
    entries = []
    for mode, value in values:
        data = {1: nl.u8, 2: nl.u16, 3: nl.u32, 5: nl.string}.get(kind)
        entry = [] if data is None and not value else \
            [nl.flag(86)] if data is None else [data(86, value)]
        entries.append(nl.nest(85, nl.u8(87, mode), *entry))
    return handle(device) + nl.nest(80, *said, nl.nest(84, *entries))


class Kernel:
    def __init__(self):
        self.regions = {(FIVE, "cr-space"): Region(600, [1, 2], direct=True),
                        (FIVE, "fw-health"): Region(64),
                        (FIVE, "gaps"): Region(1024, [3], holes=[(256, 512)]),
                        (FIVE, "vanishes"): Region(2048, [3], fails_at=1024),
                        (FIVE, "huge"): Region(OVER_4G + 64, [3]),
                        (SIX, "nvm"): Region(100, [], maximum=1)}
        self.reporters = {key: dict(value) for key, value in REPORTERS.items()}
        self.parameters = {
            (FIVE, "region_snapshot_enable"): [True, 6, [(0, False), (1, True)]],
            (FIVE, "max_macs"): [True, 3, [(1, 128)]],
            (FIVE, "fw_load_policy"): [True, 1, [(2, 1)]],
            (FIVE, "flavour of the day"): [False, 5, [(0, "vanilla")]],
            (FIVE, "queue_depth"): [False, 2, [(0, 65535), (1, 8)]]}

    def describe(self, asked):
        said = ""
        if 1 in asked:
            said += f" {nl.text(asked[1])}/{nl.text(asked.get(2, b''))}"
        for number, (name, read) in SAID.items():
            if number in asked:
                said += f" {name} {read(asked[number])}"
        return said

    @staticmethod
    def reply_command(command):
        return {1: 3, 5: 7, 38: 40}.get(command, command)

    def answer(self, command, asked, dump):
        handler = {1: self.get, 5: self.ports, 38: self.get_parameters, 39: self.set_parameter,
                   42: self.get_regions, 44: self.new_snapshot, 45: self.delete_snapshot,
                   46: self.read_region, 51: self.infos, 52: self.get_reporters,
                   53: self.set_reporter, 54: self.recover, 55: self.diagnose,
                   56: self.dump_get, 57: self.dump_clear, 73: self.test}.get(command)
        if handler is None:
            raise Refused(errno.EOPNOTSUPP)
        device = (nl.text(asked[1]), nl.text(asked[2])) if 1 in asked and 2 in asked else None
        if not dump and device not in (FIVE, SIX):
            raise Refused(errno.ENODEV if device else errno.EINVAL)
        return handler(None if dump and command not in (46, 56) else device, asked)

    def get(self, device, _):
        for one in (FIVE, SIX):
            if device in (None, one):
                stats = nl.nest(156, nl.nest(157, *(
                    nl.nest(162, nl.u8(153, action), nl.nest(163, *(
                        nl.nest(158, nl.u8(159, limit), nl.u32(160, action * 10 + limit))
                        for limit in (0, 1)))) for action in (1, 2))), nl.nest(161))
                yield handle(one) + nl.u8(136, 1 if one == SIX else 0) + \
                    (stats if one == FIVE else b"")

    def ports(self, device, asked):
        ports = [(FIVE, 1, nl.u16(4, 2) + nl.u16(5, 2) + nl.u32(6, 7) + nl.string(7, "eth1") +
                  nl.u16(77, 0) + nl.u32(78, 1) + nl.u8(148, 0)),
                 (FIVE, 2, nl.u16(4, 2) + nl.u16(5, 1) + nl.string(7, "pf0vf1") + nl.u16(77, 4) +
                  nl.u32(150, 0) + nl.u16(127, 0) + nl.u16(128, 1) + nl.u8(149, 0) +
                  nl.u8(148, 1) + nl.u32(147, 4) +
                  nl.nest(145, nl.attribute(1, bytes(range(6))) + nl.u8(2, 1) + nl.u8(3, 0))),
                 (SIX, 0, nl.u16(4, 0) + nl.u16(77, 9))]
        found = False
        for owner, index, said in ports:
            if device is None or (device == owner and nl.integer(asked.get(3, b"\xff")) == index):
                found = True
                yield handle(owner, index) + said
        if not found:
            raise Refused(errno.ENODEV)

    def infos(self, device, _):
        def version(kind, name, value):
            return nl.nest(kind, nl.string(103, name), nl.string(104, value))
        if device in (None, FIVE):
            yield handle(FIVE) + nl.string(98, "mlx4_core") + nl.string(99, "AB:12") + \
                nl.string(146, "MT1") + version(100, "fw.psid", "MT_1090120019") + \
                version(101, "fw", "2.42.5000") + version(102, "fw", "2.42.5032") + \
                version(101, "fw.undi", "1.0")
        if device in (None, SIX):
            yield handle(SIX) + nl.string(98, "quiet")

    def get_parameters(self, device, asked):
        for (owner, name), (generic, kind, values) in self.parameters.items():
            if device is None or (81 in asked and (device, nl.text(asked[81])) == (owner, name)):
                yield parameter(owner, name, generic, kind, values)
                if device:
                    return
        if device:
            raise Refused(errno.EINVAL)

    def set_parameter(self, device, asked):
        held = self.parameters.get((device, nl.text(asked[81])))
        if not held or nl.integer(asked[83]) != held[1]:
            raise Refused(errno.EINVAL)
        data = asked.get(86)
        value = data is not None if held[1] == 6 else \
            nl.text(data) if held[1] == 5 else nl.integer(data)
        mode = nl.integer(asked[87])
        if value == 77:
            raise Refused(errno.ERANGE, "77 is out of fashion")
        held[2] = [(m, value if m == mode else v) for m, v in held[2]]
        return ()

    def region(self, device, asked):
        region = self.regions.get((device, nl.text(asked.get(88, b""))))
        if region is None:
            raise Refused(errno.EINVAL, "leftover: The requested region does not exist")
        return region

    def get_regions(self, device, asked):
        if device:
            self.region(device, asked)
        for (owner, name), region in self.regions.items():
            if device is None or (device, nl.text(asked[88])) == (owner, name):
                yield self.say_region(owner, name, region)

    @staticmethod
    def say_region(owner, name, region):
        return handle(owner) + nl.string(88, name) + nl.u64(89, region.size) + \
            nl.u32(170, region.maximum) + \
            nl.nest(90, *(nl.nest(91, nl.u32(92, one)) for one in region.snapshots))

    def new_snapshot(self, device, asked):
        region = self.region(device, asked)
        used = {one for each in self.regions.values() for one in each.snapshots}
        if len(region.snapshots) >= region.maximum:
            raise Refused(errno.ENOSPC, "leftover: The region has reached the maximum number of "
                          "stored snapshots")
        if 92 in asked:
            if nl.integer(asked[92]) in used:
                raise Refused(errno.EEXIST, "leftover: The requested snapshot id is already in use")
            region.snapshots.append(nl.integer(asked[92]))
            return
        free = next(number for number in range(1 << 20) if number not in used)
        region.snapshots.append(free)
        yield handle(device) + asked_name(asked) + nl.u32(92, free)

    def delete_snapshot(self, device, asked):
        region = self.region(device, asked)
        if nl.integer(asked[92]) not in region.snapshots:
            raise Refused(errno.EINVAL, "leftover: The requested snapshot id does not exist")
        region.snapshots.remove(nl.integer(asked[92]))
        return ()

    def read_region(self, device, asked):
        region = self.region(device, asked)
        if 179 in asked:
            if not region.direct:
                raise Refused(errno.EOPNOTSUPP, "Requested region does not support direct read")
        elif 92 not in asked or nl.integer(asked[92]) not in region.snapshots:
            raise Refused(errno.EINVAL)
        begin, end = 0, region.size
        if 96 in asked and 97 in asked:
            begin = nl.integer(asked[96])
            end = min(end, begin + nl.integer(asked[97]))
        if begin >= end:
            raise Refused(errno.EINVAL)
        chunks = []
        while begin < end:
            if region.fails_at is not None and begin >= region.fails_at:
                if chunks:
                    yield handle(device) + asked_name(asked) + nl.nest(93, *chunks)
                raise Refused(errno.EINVAL)
            data = bytes(Region.byte(at) for at in range(begin, min(begin + 256, end)))
            if not any(low <= begin < high for low, high in region.holes):
                chunks.append(nl.nest(94, nl.attribute(95, data), nl.u64(96, begin)))
            begin += len(data)
            if len(chunks) == 13:
                yield handle(device) + asked_name(asked) + nl.nest(93, *chunks)
                chunks = []
        if chunks:
            yield handle(device) + asked_name(asked) + nl.nest(93, *chunks)

    def reporter(self, device, asked):
        key = (device, nl.integer(asked[3]) if 3 in asked else None, nl.text(asked.get(115, b"")))
        if key not in self.reporters:
            raise Refused(errno.EINVAL)
        return self.reporters[key]

    def get_reporters(self, device, asked):
        if device:
            self.reporter(device, asked)
        for (owner, port, name), held in self.reporters.items():
            if device is None or \
                    (device, nl.integer(asked[3]) if 3 in asked else None,
                     nl.text(asked[115])) == (owner, port, name):
                yield self.say_reporter(owner, port, name, held)

    @staticmethod
    def say_reporter(owner, port, name, held):
        said = [nl.string(115, name), nl.u8(116, held["state"]), nl.u64(117, held["errors"]),
                nl.u64(118, held["recoveries"])]
        if "grace" in held:
            said.append(nl.u64(120, held["grace"]))
            if "burst" in held:
                said.append(nl.u64(181, held["burst"]))
            said.append(nl.u8(121, held["auto_recover"]))
        if held.get("stored"):
            said += [nl.u64(119, 1000), nl.u64(137, 1700000000123456789)]
        if "auto_dump" in held:
            said.append(nl.u8(141, held["auto_dump"]))
        return handle(owner, port) + nl.nest(114, *said)

    def set_reporter(self, device, asked):
        held = self.reporter(device, asked)
        for number, name in ((120, "grace"), (121, "auto_recover"), (141, "auto_dump"),
                             (181, "burst")):
            if number in asked:
                if name not in held:
                    raise Refused(errno.EOPNOTSUPP)
                held[name] = nl.integer(asked[number])
        return ()

    def recover(self, device, asked):
        held = self.reporter(device, asked)
        if "grace" not in held:
            raise Refused(errno.EOPNOTSUPP)
        if held["state"]:
            held["state"], held["recoveries"] = 0, held["recoveries"] + 1
        return ()

    def diagnose(self, device, asked):
        return fmsg_messages(self.reporter(device, asked).get("diagnose"))

    def dump_get(self, device, asked):
        held = self.reporter(device, asked)
        if "dump" not in held:
            raise Refused(errno.EOPNOTSUPP)
        held["stored"] = True
        return fmsg_messages(held["dump"])

    def dump_clear(self, device, asked):
        held = self.reporter(device, asked)
        if "dump" not in held:
            raise Refused(errno.EOPNOTSUPP)
        held["stored"] = False
        return ()

    def test(self, device, asked):
        if not self.reporter(device, asked).get("test"):
            raise Refused(errno.EOPNOTSUPP)
        return ()

    def notifications(self):
        yield 3, next(iter(self.get(FIVE, {})))
        yield 7, next(iter(self.ports(None, {})))
        yield 40, next(iter(self.get_parameters(None, {})))
        region = self.regions[(FIVE, "cr-space")]
        yield 44, handle(FIVE) + nl.string(88, "cr-space") + nl.u32(92, 9)
        yield 45, handle(FIVE) + nl.string(88, "fw-health") + nl.u64(89, region.size)
        for (owner, port, name), held in list(self.reporters.items())[:3]:
            yield 54, self.say_reporter(owner, port, name, held)


def asked_name(asked):
    return nl.attribute(88, asked[88])
