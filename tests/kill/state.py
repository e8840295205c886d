# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person would find in a vmcore after something went wrong."""
import hashlib
import json
import os
import shutil
import subprocess


class State:
    """The dumps of a file with the hash of what extracting each gives, or None
    when there is no such file. Other files of the folder must not have changed."""

    def __init__(self, case, work):
        self.dumps = None
        path = os.path.join(work, case.target)
        if not os.path.exists(path):
            return
        listing = subprocess.run([case.program, "list", "--json", path], capture_output=True,
                                 check=False)
        # 1: complaints, of bytes at the end that have no meaning.
        if listing.returncode not in (0, 1):
            self.dumps = [f"list: exit {listing.returncode}: "
                          f"{listing.stderr.decode(errors='replace').strip()}"]
            return
        (file,) = json.loads(listing.stdout)["files"]
        self.dumps = [(file["format"], file["complete"])]
        self.dumps += [(dump["name"], dump["size"], dump["length"]) for dump in file["dumps"]]
        if file["dumps"]:
            self.dumps += self.extract(case, path)

    @staticmethod
    def extract(case, path):
        folder = path + ".extracted"
        shutil.rmtree(folder, ignore_errors=True)
        done = subprocess.run([case.program, "extract", path, "-o", folder], capture_output=True,
                              check=False)
        if done.returncode not in (0, 1) or not os.path.isdir(folder):
            shutil.rmtree(folder, ignore_errors=True)
            return [f"extract: exit {done.returncode}: "
                    f"{done.stderr.decode(errors='replace').strip()}"]
        hashes = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as payload:
                hashes.append((name, hashlib.sha256(payload.read()).hexdigest()))
        shutil.rmtree(folder)
        return hashes

    def __eq__(self, other):
        return self.dumps == other.dumps

    def __hash__(self):
        return hash(str(self.dumps))


def describe(state):
    if state.dumps is None:
        return "no file"
    return "; ".join(str(dump) for dump in state.dumps)
