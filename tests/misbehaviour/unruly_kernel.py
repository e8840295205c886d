# SPDX-License-Identifier: LGPL-2.1-or-later
"""A stand-in for a kernel's devlink (tests/cli/tools/fake_devlink) in which each region and
reporter goes wrong in its own way while it is read: its name says how."""
import errno
import fcntl
import os
import signal
import struct
import sys
import termios
import time

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "cli", "tools"))

import fake_netlink as nl  # noqa: E402
from fake_devices import FIVE, Region, Refused, asked_name, handle  # noqa: E402
from fake_reporters import PAIR, U32, UNBALANCED, obj, pair, value  # noqa: E402
from fake_server import FakeServer, fake, peer  # noqa: E402

SIZE = 1 << 20
HALF = 600 << 10  # behind which it goes wrong


def chunks(address, count, size=256):
    """One message's, of bytes that say where they belong."""
    return [nl.nest(94, nl.attribute(95, bytes(Region.byte(at) for at in range(begin, begin + size))),
                    nl.u64(96, begin)) for begin in range(address, address + count * size, size)]


class Reader:
    """One request to read a region or a dump, and who asks."""

    def __init__(self, connection, request):
        self.connection = connection
        self.sequence, = struct.unpack_from("=I", request, 8)
        self.command, self.asked = request[16], nl.attributes(request[20:])
        self.pid = peer(connection)

    def message(self, payload, sequence=None):
        return nl.generic(fake.FAMILY, nl.NLM_F_MULTI, sequence or self.sequence, self.command,
                          payload)

    def region(self, *parts):
        return self.message(handle(FIVE) + asked_name(self.asked) + nl.nest(93, *parts))

    def send(self, *datagrams):
        for datagram in datagrams:
            self.connection.send(datagram)

    def honest(self, begin, end, step=16 << 10):
        """Bytes of a region, `step` a datagram."""
        for address in range(begin, end, step):
            self.send(self.region(*chunks(address, min(step, end - address) // 256)))

    def done(self, error=0):
        self.send(nl.done(self.sequence, error))

    def wait_until_read(self):
        """Until the reader has taken everything out of its socket."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            unread = fcntl.ioctl(self.connection, termios.TIOCOUTQ, struct.pack("=i", 0))
            if struct.unpack("=i", unread)[0] == 0:
                return
            time.sleep(0.01)

    def signal(self, number):
        self.wait_until_read()
        os.kill(self.pid, number)


# What a region does: name -> function of the reader. Each is read up to HALF first, unless it
# says nothing at all.
def stuck(reader):
    # As a task is that a driver does not let go: nothing but SIGKILL gets through.
    reader.honest(0, HALF)
    reader.signal(signal.SIGSTOP)


def crash(reader):
    reader.honest(0, HALF)
    reader.signal(signal.SIGSEGV)


def out_of_memory(reader):
    reader.honest(0, HALF)
    reader.signal(signal.SIGKILL)


def stops(reader):
    reader.honest(0, HALF)


def nothing(reader):
    reader.done()


def short(reader):
    reader.honest(0, HALF)
    reader.done()


def more(reader):
    reader.honest(0, SIZE + 4096)
    reader.done()


def vanishes(reader):
    reader.honest(0, HALF)
    reader.done(errno.ENODEV)


def hangs_up(reader):
    reader.honest(0, HALF)
    reader.connection.close()


def garbage(reader):
    reader.honest(0, HALF)
    reader.send(bytes(range(256)) * 16)
    reader.done()


def cut(reader):
    reader.honest(0, HALF)
    reader.send(reader.region(*chunks(HALF, 16))[:-100])
    reader.done()


def no_address(reader):
    reader.honest(0, HALF)
    reader.send(reader.region(nl.nest(94, nl.attribute(95, bytes(256)))))
    reader.done()


def again(reader):
    reader.honest(0, HALF)
    reader.honest(HALF - 4096, SIZE)
    reader.done()


def beyond(reader):
    reader.honest(0, HALF)
    reader.send(reader.region(nl.nest(94, nl.attribute(95, bytes(256)), nl.u64(96, 1 << 63))))
    reader.done()


def gap(reader):
    reader.honest(0, HALF)
    reader.honest(HALF + 4096, SIZE)
    reader.done()


def flood(reader):
    reader.honest(0, HALF)
    while True:  # until the reader is gone
        reader.send(reader.region())


def strange(reader):
    """Attributes and messages that nobody knows, and those of somebody else."""
    for address in range(0, SIZE, 16 << 10):
        part = [nl.attribute(0x3fff, b"new"), nl.flag(300)]
        for chunk in chunks(address, 64):
            part += [nl.nest(95, nl.u8(1, 1)), chunk]
        reader.send(reader.message(b""), nl.message(4711, 0, reader.sequence, bytes(20)),
                    reader.message(handle(FIVE) + asked_name(reader.asked)
                                   + nl.nest(93, *chunks(0, 4)), sequence=reader.sequence + 1),
                    reader.region(*part))
    reader.done()


def noise(reader):
    """What does not become smaller in an archive."""
    for address in range(0, SIZE, 16 << 10):
        reader.send(reader.region(*(
            nl.nest(94, nl.attribute(95, os.urandom(256)), nl.u64(96, begin))
            for begin in range(address, address + (16 << 10), 256))))
    reader.done()


def whole(reader):
    reader.honest(0, SIZE)
    reader.done()


def refused(reader):
    reader.done(errno.EPERM)


def trampled(reader):
    reader.done(errno.EAGAIN)


REGIONS = {"whole": whole, "silent": lambda reader: None, "stops": stops, "stuck": stuck,
           "crash": crash, "oom": out_of_memory, "nothing": nothing, "short": short, "more": more,
           "vanishes": vanishes, "hangs-up": hangs_up, "garbage": garbage, "cut": cut,
           "no-address": no_address, "again": again, "beyond": beyond, "gap": gap,
           "flood": flood, "strange": strange, "refused": refused, "noise": noise}
REPORTERS = {"empty": [], "unbalanced": UNBALANCED, "open": [PAIR], "silent-dump": None,
             "trampled": None}


class UnrulyKernel(FakeServer):
    def __init__(self, path):
        super().__init__(path)
        self.regions = {(FIVE, name): Region(SIZE, [1], maximum=1 if name == "full" else 8)
                        for name in [*REGIONS, "keeps", "full"]}
        self.reporters = {
            (FIVE, None, name): {"state": 1, "errors": 1, "recoveries": 0, "auto_dump": 1,
                                 "stored": True, "dump": tokens or obj(pair("x", value(U32, 1)))}
            for name, tokens in REPORTERS.items()}
        self.silent = set()  # names of commands that are not answered
        self.stuck = set()   # and whose sender the driver does not let go
        self.start()

    def delete_snapshot(self, device, asked):
        if nl.text(asked[88]) == "keeps":
            raise Refused(errno.EBUSY, "the firmware has it")
        return super().delete_snapshot(device, asked)

    def reply(self, connection, request):
        command, asked = self.command(request), nl.attributes(request[20:])
        wrong = None
        if command in self.stuck:
            os.kill(peer(connection), signal.SIGSTOP)
        if command in self.stuck | self.silent:
            return
        if command == "REGION_READ":
            wrong = REGIONS.get(nl.text(asked[88]), whole)
        elif command == "HEALTH_DUMP_GET":
            wrong = {"silent-dump": lambda reader: None, "empty": nothing,
                     "trampled": trampled}.get(nl.text(asked[115]))
        if wrong:
            wrong(Reader(connection, request))
        else:
            super().reply(connection, request)
