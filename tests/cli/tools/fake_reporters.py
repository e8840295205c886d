# SPDX-License-Identifier: LGPL-2.1-or-later
"""Health reporters of fake_devlink and what they say: formatted messages as drivers make
them, with the mistakes that drivers make, cut into messages as the kernel cuts them."""
import errno

import fake_netlink as nl

OBJECT, PAIR, ARRAY, END = nl.flag(107), nl.flag(108), nl.flag(109), nl.flag(110)
U8, U32, U64, FLAG, STRING, BINARY = 1, 3, 4, 6, 10, 11
MAKE = {U8: nl.u8, U32: nl.u32, U64: nl.u64, FLAG: nl.u8, STRING: nl.string,
        BINARY: nl.attribute}
FIVE, SIX = ("pci", "0000:00:05.0"), ("pci", "0000:00:06.0")


def value(kind, what):
    return [nl.u8(112, kind), MAKE[kind](113, what)]


def pair(name, *inner):
    return [PAIR, nl.string(111, name), *(token for one in inner for token in one), END]


def array(name, *inner):
    return pair(name, [ARRAY], *inner, [END])


def obj(*inner):
    return [OBJECT, *(token for one in inner for token in one), END]


BYTES = bytes((7 * at) & 0xff for at in range(40))
EVERYTHING = [
    pair("test_string", value(STRING, 'hello "w"')), pair("test_bool", value(FLAG, 1)),
    pair("test_u8", value(U8, 255)), pair("test_u32", value(U32, 0xdeadbeef)),
    pair("test_u64", value(U64, 0xfeedfacecafebeef)),
    pair("test_nest", obj(pair("inner_u32", value(U32, 7)),
                          pair("deep", obj(pair("x", value(U32, 3)))))),
    array("test_u32_array", *(value(U32, at) for at in range(5))),
    array("test_array_of_objects", *(obj(pair("id", value(U32, at)), pair("s", value(STRING, "v")))
                                     for at in range(2))),
    array("test_binary", value(BINARY, BYTES[:24]), value(BINARY, BYTES[24:]))]
UNBALANCED = [OBJECT, *(token for one in EVERYTHING[:6] for token in one), END, END,
              *(token for one in EVERYTHING[6:8] for token in one), END]
LARGE = obj(pair("syndrome", value(U32, 7)),
            array("crdump", *(value(BINARY, bytes((at + 7 * part) & 0xff for at in range(3600)))
                              for part in range(5))),
            pair("after", value(FLAG, 0)))
REPORTERS = {
    (FIVE, None, "fw_fatal"): {
        "state": 1, "errors": 1, "recoveries": 0, "grace": 1200000, "auto_recover": 1,
        "auto_dump": 1, "stored": True, "dump": obj(*EVERYTHING),
        "diagnose": obj(pair("Syndrome", value(U8, 8)), pair("HW state", value(STRING, "dead")))},
    (FIVE, None, "fw"): {
        "state": 0, "errors": 0, "recoveries": 0, "auto_dump": 1, "dump": LARGE, "test": True,
        "diagnose": errno.EBUSY},
    (FIVE, 1, "tx"): {
        "state": 0, "errors": 1, "recoveries": 0, "grace": 500, "burst": 500, "auto_recover": 1,
        "auto_dump": 1, "stored": True, "dump": obj(
            pair("core", pair("data", value(U32, 1)), pair("size", value(U32, 8)))),
        "diagnose": obj(array("SQs", *(obj(pair("sqn", value(U32, at)),
                                           pair("state", value(STRING, "ACTIVE")))
                                       for at in range(2))))},
    (SIX, None, "dummy"): {
        "state": 0, "errors": 2 ** 64 - 1, "recoveries": 2 ** 60, "grace": 0, "auto_recover": 0,
        "auto_dump": 0, "stored": True, "dump": UNBALANCED, "diagnose": obj()},
    (SIX, None, "hostile"): {
        "state": 7, "errors": 0, "recoveries": 0, "dump": obj(
            pair(b"na\x1b[31mme", value(STRING, b"li\nne\x07")),
            pair("same", value(U32, 1)), pair("same", value(U32, 2)),
            array("empty")), "diagnose": obj(array("events", pair("id", value(U32, 4)),
                                                   pair("id", value(U32, 5))))},
}


def fmsg_messages(tokens, capacity=3700):
    """Cuts where a message is full; a value type may be left behind, and comes again."""
    from fake_devices import Refused
    if tokens is None:
        raise Refused(errno.EOPNOTSUPP)
    if isinstance(tokens, int):
        yield nl.nest(106, *obj(pair("before", value(U32, 1)))[:-1])
        raise Refused(tokens, "the device is busy")
    held, size, kind = [], 0, None
    for token in tokens:
        if size + len(token) > capacity:
            yield nl.nest(106, *held)
            held, size = [], 0
            if kind is not None:
                held, size = [kind], len(kind)
        held.append(token)
        size += len(token)
        number = nl.integer(token[2:4])
        kind = token if number == 112 else None
    yield nl.nest(106, *held)
