#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls itself a plugin and speaks the frames itself, wrongly.

What it does in a collect run is the option impostor.how of the request.
"""
import struct
import sys
import time

HELLO, OFFER, BEGIN, DATA, HOLE, WARNING, PERTURBED, DONE, LOG, END = range(1, 11)


def frame(kind, payload=b"", length=None):
    sys.stdout.buffer.write(struct.pack("<II", kind, len(payload) if length is None else length))
    sys.stdout.buffer.write(payload)
    sys.stdout.buffer.flush()


def main():
    if sys.argv[1:] == ["--describe"]:
        print("protocol=1\nname=impostor\ndescription=\x1b[31mred")
        return
    request = dict(line.split("=", 1) for line in sys.stdin.read().splitlines())
    how = request.get("option.impostor.how", "")
    if request["mode"] == "offer":
        frame(HELLO, b"protocol=1\nplugin=impostor\n")
        size = {"large": request["quota"] + "0"}.get(how, "16")
        what = {"path": "../../etc/passwd", "long": "x" * 60}.get(how, "")
        index = {"index": 7}.get(how, 0)
        offer = f"index={index}\nwhat={what}\nsize={size}\nclass=0\npriority=0\nscore=1\n"
        for _ in range(2 if how == "twice" else 1):
            frame(OFFER, offer.encode())
        frame(END, b"error=0\n")
        return
    if how == "garbage":
        sys.stdout.buffer.write(bytes(range(256)) * 64)
        return
    if how == "silent":
        return
    if how == "no-hello":
        frame(BEGIN, b"index=0\nsize=16\n")
        return
    frame(HELLO, b"protocol=1\nplugin=" + (b"pci" if how == "name" else b"impostor") + b"\n")
    if how == "huge-frame":
        frame(DATA, b"", 0xffffffff)
        return
    if how == "other-size":
        frame(BEGIN, b"index=0\nsize=1000000\n")
    frame(BEGIN, b"index=0\nsize=16\n")
    if how == "flood":
        while True:
            frame(DATA, b"\xee" * 65536)
    if how == "drip":
        while True:
            frame(WARNING, b"still here")
            time.sleep(0.01)
    if how == "holes":
        frame(HOLE, struct.pack("<Q", 1 << 63) + b"huge")
    if how == "short-hole":
        frame(HOLE, b"\x01")
    frame(DATA, b"0123456789abcdef")
    if how == "unfinished":
        frame(DONE, b"", 100)
        return
    frame(DONE, b"error=0\n")
    if how == "after-done":
        frame(DATA, b"more")
    frame(END, b"error=0\n")
    if how == "after-end":
        frame(DATA, b"more")


main()
