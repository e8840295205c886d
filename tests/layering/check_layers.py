#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the include graph of a tree against layers.toml.

usage: check_layers.py TABLE ROOT

Prints one line a forbidden include and exits 1; 0 when there is none. Includes
are judged one by one: with every folder's list complete, a chain cannot reach
what no single step may.
"""
import fnmatch
import os
import re
import sys
import tomllib

SOURCE_SUFFIXES = (".h", ".c", ".cpp", ".h.in", ".cpp.in")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


class Table:
    def __init__(self, text):
        data = tomllib.loads(text)
        self.program_headers = data["program_headers"]["names"]
        self.folders = {folder["path"]: folder for folder in data["folder"]}
        for folder in self.folders.values():
            for path in folder["may_include"]:
                if path not in self.folders:
                    raise ValueError(f"{folder['path']} may include {path}, which is no folder")
        self.tops = {path.split("/")[0] for path in self.folders}

    def folder_of(self, path):
        while path:
            path = os.path.dirname(path)
            if path in self.folders:
                return self.folders[path]
        return None


def source_files(root, tops):
    for top in sorted(tops):
        for folder, subfolders, names in os.walk(os.path.join(root, top)):
            subfolders.sort()
            for name in sorted(names):
                if name.endswith(SOURCE_SUFFIXES):
                    yield os.path.relpath(os.path.join(folder, name), root)


def branch(folder, path):
    """The subfolder of `folder` that `path` lies in."""
    return os.path.relpath(path, folder["path"]).split("/")[0]


def check_include(table, root, path, quote, name):
    """What is wrong with one #include, or None."""
    own = table.folder_of(path)
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    if os.path.exists(os.path.join(root, name)):
        target = os.path.normpath(name)
    elif quote == '"' and os.path.exists(os.path.join(root, beside)):
        target = beside
    elif any(fnmatch.fnmatch(name, pattern) for pattern in table.program_headers):
        return None if own.get("program") else "only a program may include this"
    elif name.split("/")[0] in table.tops:
        return "no such file"
    else:
        return None
    other = table.folder_of(target)
    if other is None:
        return "not in any folder of the table"
    if other is own and own.get("separate") and branch(own, path) != branch(own, target):
        return f"folders under {own['path']} may not include each other"
    if other is own or other["path"] in own["may_include"]:
        return None
    return f"{own['path']} may not include {other['path']}"


def check(table, root):
    """All violations, as lines of text, and the number of includes looked at."""
    violations = []
    includes = 0
    for path in source_files(root, table.tops):
        if table.folder_of(path) is None:
            violations.append(f"{path}: in no folder of the table")
            continue
        with open(os.path.join(root, path), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                includes += 1
                problem = check_include(table, root, path, *match.groups())
                if problem:
                    violations.append(f"{path}:{number}: {match.group(2)}: {problem}")
    return violations, includes


def main(table_path, root):
    with open(table_path, encoding="utf-8") as file:
        table = Table(file.read())
    violations, includes = check(table, root)
    for violation in violations:
        print(violation)
    print(f"{includes} includes, {len(violations)} forbidden")
    # No include at all means that the tree was not found.
    return 1 if violations or not includes else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
