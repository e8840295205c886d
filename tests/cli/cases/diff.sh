# SPDX-License-Identifier: LGPL-2.1-or-later
# Dumps compared: 0 the same, 1 they differ; fields where a layout fits, bytes elsewhere.
export HOME=$PWD XDG_CONFIG_HOME=$PWD/config
mkdir -p config/vmcoredd/layouts
cat > config/vmcoredd/layouts/t.toml <<'END'
schema = "vmcoredd-layout/1"
name = "test-t"
title = "a test"
sources = ["this test"]
root = "all"
[[match]]
dump = "t_*"
[struct.all]
fields = [
  { name = "A", text = "a register", bits = { ON = 0, BUSY = { at = 1, volatile = true } } },
  { name = "COUNT", format = "dec", advances = true },
  { name = "TIME", format = "dec", volatile = true },
  { name = "LOST", perturbed = "aer-status" },
]
END
dumps() {
  echo archive
  echo "dump name=t_1 size=24 data=hex:$1 $2"
  echo "dump name=raw size=16 data=hex:$3"
  [ $# = 3 ] || echo "$4"
  echo manifest
}
dumps 01000000050000000900000000000000aabbccdd00000000 "" 000102030405060708090a0b0c0d0e0f | make a
dumps 00000000060000000a00000001000000aabbccdd00000001 "" 0001ff030405060708090a0b0c0d0e00 \
  "dump name=new size=4 data=zero" | make b
dumps 03000000060000000a00000000000000aabbccdd00000000 "" 000102030405060708090a0b0c0d0e0f | make c
dumps 01000000050000000a00000007000000aabbccdd00000000 "m-perturbed='json:[\"aer-status: cleared\"]'" \
  000102030405060708090a0b0c0d0e0f | make d
echo "-- the same file: counters stand still"
expect 1 vmcoredd diff a a -s t_1
vmcoredd diff a a -s raw
echo "-- only what changes all the time"
vmcoredd diff a c
vmcoredd diff a c --all | grep -v compared
echo "-- different"
expect 1 vmcoredd diff a b
expect 1 vmcoredd diff a b -s t_1 --side-by-side
echo "-- what the crash kernel changed is quiet"
expect 1 vmcoredd diff a d -s t_1
echo "-- two of one file; without a layout, by bytes"
expect 1 vmcoredd diff a -s raw --with t_1
echo "-- --with compares two"
expect 2 vmcoredd diff a -s '*' --with raw
echo "-- one cannot be opened; one is damaged"
expect 3 vmcoredd diff a nowhere
head -c 4168 c > cut
expect 1 vmcoredd diff a cut -s t_1
echo "-- JSON"
expect 1 vmcoredd diff a b --json > out.json
python3 - <<'END'
import json
top = json.load(open("out.json"))
assert list(top) == ["schema", "pairs", "errors"] and top["schema"] == "vmcoredd-diff/1"
for pair in top["pairs"]:
    sides = [side and (side["file"], side["index"], side["name"])
             for side in (pair["first"], pair["second"])]
    print(sides, pair["differs"], pair.get("layout"))
    for field in pair.get("fields", []):
        print("  ", field)
    print("  ", pair.get("ranges"), [finding["id"] for finding in pair.get("findings", [])])
END
