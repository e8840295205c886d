# SPDX-License-Identifier: LGPL-2.1-or-later
"""A headless Chromium, driven over a pipe by the DevTools protocol, with Python's library only."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DEADLINE = 60  # seconds, of whatever is waited for: a machine may be busy

# Keys by what they are called in an event; others are themselves.
CODES = {"Escape": 27, "Enter": 13, "Tab": 9, "ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37,
         "ArrowRight": 39, "PageDown": 34, "PageUp": 33, "Home": 36, "End": 35}


def find_chromium():
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return None


class BrowserError(Exception):
    pass


class Browser:
    """One page of one browser. `complaints`: what the console, exceptions and the network said."""

    def __init__(self, program):
        self.profile = tempfile.mkdtemp(prefix="vmcoredd-page.")
        to_read, self.out = os.pipe()
        self.into, to_write = os.pipe()

        def place():  # the protocol is spoken on descriptors 3 and 4
            # Away from 3 and 4 first, so that neither is overwritten before it is moved.
            high_read, high_write = os.dup(to_read), os.dup(to_write)
            while high_read < 5 or high_write < 5:
                high_read, high_write = os.dup(high_read), os.dup(high_write)
            os.dup2(high_read, 3)
            os.dup2(high_write, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
             "--disable-component-update", "--no-default-browser-check", "--hide-scrollbars",
             "--force-color-profile=srgb", "--remote-debugging-pipe",
             f"--user-data-dir={self.profile}", "about:blank"],
            preexec_fn=place, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_read)
        os.close(to_write)
        self.buffer = b""
        self.number = 0
        self.session = None
        self.events = []
        self.complaints = []
        self.requests = []
        target = self.call("Target.getTargets")["targetInfos"]
        page = next(one for one in target if one["type"] == "page")
        self.session = self.call("Target.attachToTarget",
                                 {"targetId": page["targetId"], "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.session = None
            self.call("Browser.close")
        except (BrowserError, OSError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.out)
        os.close(self.into)
        shutil.rmtree(self.profile, ignore_errors=True)

    # -- the protocol

    def call(self, method, params=None):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params or {}}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + DEADLINE
        while True:
            answer = self.receive(until)
            if answer.get("id") != self.number:
                continue
            if "error" in answer:
                raise BrowserError(f"{method}: {answer['error']['message']}")
            return answer["result"]

    def receive(self, until):
        while b"\0" not in self.buffer:
            if not select.select([self.into], [], [], max(0, until - time.monotonic()))[0]:
                raise BrowserError("no answer in time")
            piece = os.read(self.into, 1 << 20)
            if not piece:
                raise BrowserError("the browser has ended")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        if "method" in message:
            self.note(message["method"], message["params"])
        return message

    def note(self, method, params):
        self.events.append(method)
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append("exception: " + details.get("exception", {}).get(
                "description", details["text"]))
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append("console: " + " ".join(
                str(one.get("value", one.get("description"))) for one in params["args"]))
        elif method == "Log.entryAdded":
            self.complaints.append("log: " + params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append("dialog: " + params["message"])

    # -- the page

    def open(self, url):
        self.requests = []
        self.events = []
        self.call("Page.navigate", {"url": url})
        until = time.monotonic() + DEADLINE
        while "Page.loadEventFired" not in self.events:
            self.receive(until)

    def run(self, script):
        """The value of an expression; promises are waited for."""
        result = self.call("Runtime.evaluate", {"expression": script, "returnByValue": True,
                                                "awaitPromise": True})
        if "exceptionDetails" in result:
            raise BrowserError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, script):
        """Waits until an expression is true."""
        until = time.monotonic() + DEADLINE
        while not self.run(f"Boolean({script})"):
            if time.monotonic() > until:
                raise BrowserError(f"was not so in time: {script}")
            time.sleep(0.02)

    def settle(self):
        """Until what was scheduled for the next frames is drawn."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def click(self, selector):
        """As a person does: in the middle of what is seen of the first match."""
        box = self.run(f"""(() => {{
          const element = document.querySelector({json.dumps(selector)});
          if (!element) return null;
          element.scrollIntoView({{block: 'nearest'}});
          const box = element.getClientRects()[0];
          return box ? [box.left + Math.min(box.width, innerWidth) / 2, box.top + box.height / 2] : null;
        }})()""")
        if not box:
            raise BrowserError(f"nothing to click on: {selector}")
        self.click_at(*box)

    def click_at(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left",
                                                   "clickCount": 1})
        self.settle()

    def key(self, *keys):
        for key in keys:
            shift = 8 if len(key) == 1 and (key.isupper() or key == "?") else 0
            event = {"key": key, "modifiers": shift,
                     "windowsVirtualKeyCode": CODES.get(key, ord(key[0].upper()))}
            text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
            self.call("Input.dispatchKeyEvent", {"type": "keyDown", **event, **text})
            self.call("Input.dispatchKeyEvent", {"type": "keyUp", **event})
        self.settle()

    def type(self, text):
        self.call("Input.insertText", {"text": text})
        self.settle()

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def prefer(self, scheme):
        self.call("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def scripts(self, on):
        self.call("Emulation.setScriptExecutionDisabled", {"value": not on})

    def picture(self, path, whole=False):
        shot = self.call("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
