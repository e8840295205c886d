# SPDX-License-Identifier: LGPL-2.1-or-later
# The JSON of decode is what the manual page says.
export HOME=$PWD XDG_CONFIG_HOME=$PWD
mkdir l
cat > l/t.toml <<'END'
schema = "vmcoredd-layout/1"
name = "test-t"
title = "a test"
sources = ["this test"]
root = "all"
[[match]]
dump = "t_*"
[struct.all]
fields = [
  { name = "A", text = "a register", bits = { HI = "31:28", ERR = { at = 0, bad = "error" } } },
  { name = "I", type = "int", size = 1 },
  { name = "U", size = 1, unreadable = [0xff], volatile = true },
  { name = "M", type = "mac", privacy = "mac" },
  { name = "S", at = 12, type = "struct", struct = "s", text = "inside" },
  { name = "LATE", at = 100 },
]
[struct.s]
fields = [{ name = "X", size = 8 }]
END
make v <<'END'
archive
dump name="t_\x1b" size=24 data="hex:01000090fdff02aabbccddeeffffffffffffffff00000000"
dump name=zz size=8 data=zero
manifest
END
expect 1 vmcoredd decode v --layouts l --json > out.json 2> messages
cat messages
python3 - <<'END'
import json
top = json.load(open("out.json"))
assert list(top) == ["schema", "dumps", "errors"], list(top)
assert top["schema"] == "vmcoredd-decode/1"
one, other = top["dumps"]
assert other["layout"] is None and other["fields"] == [] and other["findings"] == []
for key in ("file", "index", "name", "layout", "title", "fields", "remarks", "findings"):
    assert key in one, key
for field in one["fields"]:
    print({key: value for key, value in field.items()})
print(one["name"], one["remarks"])
for finding in one["findings"]:
    print(finding)
print([error["message"] for error in top["errors"]])
END
echo "-- findings only"
expect 1 vmcoredd decode v --layouts l --json --findings -s 0 2> /dev/null | python3 -c '
import json, sys
(dump,) = json.load(sys.stdin)["dumps"]
assert "fields" not in dump
print(len(dump["findings"]))'
