# SPDX-License-Identifier: LGPL-2.1-or-later
"""fake_devlink in threads of a test that is Python itself, which can look at its devices and
meddle with its answers."""
import importlib.machinery
import importlib.util
import io
import os
import socket
import struct
import sys
import threading

TOOLS = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, TOOLS)

from fake_devices import COMMANDS, Kernel  # noqa: E402


def load(name):
    loader = importlib.machinery.SourceFileLoader(name, os.path.join(TOOLS, name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


fake = load("fake_devlink")


def peer(connection):
    """The process that has connected itself."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return struct.unpack("=iII", credentials)[0]


class FakeServer(Kernel, threading.Thread):
    """Answers everybody who connects to `path`, as long as the test runs."""

    def __init__(self, path):
        Kernel.__init__(self)
        threading.Thread.__init__(self, daemon=True)
        self.open_connections = set()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            self.open_connections.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                while request := connection.recv(65536):
                    self.reply(connection, request)
            except OSError:  # it is gone
                pass
        self.open_connections.discard(connection)

    @staticmethod
    def command(request):
        """The name of what is asked; nothing of the look-up of the family."""
        kind, = struct.unpack_from("=H", request, 4)
        return COMMANDS.get(request[16]) if kind == fake.FAMILY else None

    def reply(self, connection, request):
        for datagram in fake.answer(self, request, io.StringIO()):
            connection.send(datagram)
